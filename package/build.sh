#!/usr/bin/env bash
# Builds what is published into out/: the function for amd64 and arm64, the three configurations, the command line, and what is in them.
# Needs docker with buildx, Crossplane's CLI and npm. `build.sh --without-function` needs no docker.
set -euo pipefail
cd "$(dirname "$0")/.."
out=out
mkdir -p "$out"
# The examples of a package are those of the first run, and not everything in examples.
xpkg() { crossplane xpkg build --examples-root examples/first-run "$@"; }

for configuration in direct namespaced claims; do
  xpkg --package-root "package/$configuration" --package-file "$out/$configuration.xpkg"
done

if [ "${1:-}" != --without-function ]; then
  for arch in amd64 arm64; do
    docker buildx build --platform "linux/$arch" --target function --tag "function-skillpack-$arch" --load .
    xpkg --package-root package/function --embed-runtime-image "function-skillpack-$arch" --package-file "$out/function-$arch.xpkg"
  done
fi

npm ci
npm pack --pack-destination "$out"
npm sbom --omit dev --sbom-format cyclonedx >"$out/sbom.json"
