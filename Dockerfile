# Builds on the machine's own architecture; the result is one file of JavaScript, the same for amd64 and arm64.
FROM --platform=$BUILDPLATFORM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json LICENSE ./
COPY tools/build.ts ./tools/build.ts
COPY src ./src
RUN npm run build

# No shell, no package manager, not root. The command line is in it as well: `/nodejs/bin/node /cli/skillpack.mjs`.
# Crossplane runs functions as uid 2000 with a read-only root file system.
FROM gcr.io/distroless/nodejs24-debian13:nonroot AS function
COPY --from=build /build/dist/ /build/LICENSE /
ENV NODE_ENV=production
EXPOSE 9443 8080
USER nonroot:nonroot
ENTRYPOINT ["/nodejs/bin/node", "/main.cjs"]
