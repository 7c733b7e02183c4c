# Builds on the machine's own architecture; the result is one file of JavaScript, the same for amd64 and arm64.
FROM --platform=$BUILDPLATFORM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json LICENSE ./
COPY src ./src
RUN npm run build

# No shell, no package manager, not root. Crossplane runs functions as uid 2000 with a read-only root file system.
FROM gcr.io/distroless/nodejs24-debian13:nonroot
COPY --from=build /build/dist/ /build/LICENSE /
ENV NODE_ENV=production
EXPOSE 9443 8080
USER nonroot:nonroot
ENTRYPOINT ["/nodejs/bin/node", "/main.cjs"]
