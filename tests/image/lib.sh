# shellcheck shell=bash disable=SC2034
# Sourced by the scripts beside it: where they keep things, what they install, which engine they drive.
#
# A machine with a running Docker engine builds and runs with that. Elsewhere podman and buildah do the same work from
# a storage of their own in the user's cache, told by files of ours, so that nothing in /etc or in the user's storage changes.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
STATE=${IMAGE_STATE:-${XDG_CACHE_HOME:-$HOME/.cache}/drift-sidecar/image}
IMAGE=${IMAGE:-drift-detector}
BASE=docker.io/library/python:3.12-slim-bookworm

say() { printf '%s %s\n' "$(date +%T)" "$*" >&2; }
die() { say "$*"; exit 1; }

need() { "$ROOT/tests/packages.sh" "$@"; }
docker_runs() { command -v docker >/dev/null && timeout 10 docker info >/dev/null 2>&1; }

# runc, because crun wants CAP_SYS_RESOURCE; the limits, because podman's own exceed the hard limits of small machines.
podman_env() {
  need podman=podman buildah=buildah runc=runc conmon=conmon iptables=iptables
  [ -x /usr/lib/podman/netavark ] || need netavark=netavark
  mkdir -p "$STATE"/{conf,cache,networks}
  local files; files=$(ulimit -Hn)
  { [ "$files" = unlimited ] || ((files > 20000)); } && files=20000
  cat >"$STATE/conf/containers.conf" <<CONF
[containers]
default_ulimits = ["nofile=$files:$files", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
tmp_dir = "$STATE/run/libpod"
[network]
network_backend = "netavark"
network_config_dir = "$STATE/networks"
CONF
  printf '[storage]\ndriver = "overlay"\ngraphroot = "%s"\nrunroot = "%s"\n' "$STATE/storage" "$STATE/run" >"$STATE/conf/storage.conf"
  export CONTAINERS_CONF=$STATE/conf/containers.conf CONTAINERS_STORAGE_CONF=$STATE/conf/storage.conf BUILDAH_ISOLATION=chroot
}
