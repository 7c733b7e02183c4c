#!/usr/bin/env bash
# The suite on kind 0.30 or newer, with docker, helm, kubectl and Crossplane's CLI. NOT RUN BY US YET.
#   kind.sh up                      a cluster with Crossplane, the provider and this function as a package
#   CLUSTER=NAME kind.sh registry   a registry for a cluster that is there, with this function in it; prints its address
#   kind.sh play [flag of the suite ...]
#   kind.sh stop|start core|provider|function
#   kind.sh down
set -euo pipefail
cd "$(dirname "$0")/../.."
cluster=${CLUSTER:-function-skillpack-e2e}
registry=$cluster-registry
system=(kubectl --context "kind-$cluster" --namespace crossplane-system)

# Crossplane and the nodes reach the registry by its address in kind's network: an address of a private network is taken
# as plain HTTP by Crossplane, and by the nodes where hosts.toml says so.
start_registry() {
  docker run --detach --network kind --name "$registry" --publish 127.0.0.1:5001:5000 registry:3 >/dev/null
  address=$(docker inspect --format '{{.NetworkSettings.Networks.kind.IPAddress}}' "$registry"):5000
  for node in $(kind get nodes --name "$cluster"); do
    docker exec "$node" mkdir -p "/etc/containerd/certs.d/$address"
    docker exec --interactive "$node" tee "/etc/containerd/certs.d/$address/hosts.toml" <<<"[host.\"http://$address\"]" >/dev/null
  done
}

publish_function() {
  docker build --tag function-skillpack .
  crossplane xpkg build --package-root package/function --examples-root examples/first-run --embed-runtime-image function-skillpack --package-file function.xpkg
  crossplane xpkg push --package-files function.xpkg localhost:5001/function-skillpack:e2e
  rm function.xpkg
}

install_crossplane() {
  helm repo add crossplane-stable https://charts.crossplane.io/stable
  helm install crossplane crossplane-stable/crossplane --kube-context "kind-$cluster" --namespace crossplane-system \
    --create-namespace --set metrics.enabled=true --wait
  local install=examples/install
  "${system[@]}" apply -f $install/1-namespace.yaml -f $install/2-provider.yaml -f $install/3-provider-rights.yaml
  "${system[@]}" wait --for=condition=Healthy provider/provider-kubernetes --timeout=5m
  "${system[@]}" apply -f $install/claims/4-providerconfig.yaml -f $install/namespaced/4-providerconfig.yaml
  sed "s#package: .*#package: $address/function-skillpack:e2e#" $install/6-function.yaml | "${system[@]}" apply -f -
  "${system[@]}" wait --for=condition=Healthy function/function-skillpack --timeout=5m
}

# Crossplane sets the replicas of what it runs, so its runtime config is told.
scale() {
  case $1 in
  core)
    selector=app=crossplane
    "${system[@]}" scale deployment/crossplane --replicas="$2"
    ;;
  provider)
    selector=pkg.crossplane.io/provider=provider-kubernetes
    scale_package provider-kubernetes "$2"
    ;;
  function)
    selector=pkg.crossplane.io/function=function-skillpack
    scale_package function-skillpack "$2"
    ;;
  esac
  [ "$2" != 0 ] || "${system[@]}" delete pod --selector "$selector" --force --grace-period=0 --ignore-not-found
}
scale_package() {
  "${system[@]}" patch deploymentruntimeconfig "$1" --type merge --patch "{\"spec\":{\"deploymentTemplate\":{\"spec\":{\"replicas\":$2}}}}"
  # Crossplane does it in its own time; a Pod deleted before would be made again.
  for deployment in $("${system[@]}" get deployments --output name | grep "/$1-"); do
    "${system[@]}" wait "$deployment" --for=jsonpath='{.spec.replicas}'="$2" --timeout=1m
  done
}

play() {
  kubectl config use-context "kind-$cluster"
  set -m # a process group of its own, to end all of it
  while true; do
    "${system[@]}" port-forward deployment/crossplane 18080:8080 || sleep 1
  done >/dev/null 2>&1 &
  forwarding=$!
  set +m
  trap 'kill -- -$forwarding' EXIT
  local flags=()
  for component in core provider function; do
    flags+=("--stop-$component" "bash test/e2e/kind.sh stop $component" "--start-$component" "bash test/e2e/kind.sh start $component")
  done
  npm run e2e -- --core-metrics http://localhost:18080/metrics "${flags[@]}" "$@"
}

case ${1:-} in
up)
  kind create cluster --name "$cluster" --config test/e2e/kind.yaml
  start_registry
  publish_function
  install_crossplane
  ;;
registry)
  start_registry >&2
  publish_function >&2
  echo "$address"
  ;;
play) play "${@:2}" ;;
stop) scale "$2" 0 ;;
start) scale "$2" 1 ;;
down)
  kind delete cluster --name "$cluster"
  docker rm --force "$registry"
  ;;
*)
  sed -n '2,7s/^# //p' "$0"
  exit 2
  ;;
esac
