# shellcheck shell=bash disable=SC2034
# Sourced by the scripts beside it: where they keep things, and what they install.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$HERE/../.." && pwd)
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/drift-sidecar/e2e
BIN=$CACHE/bin
IMAGES=$CACHE/images
BUILD=1.20.2-1
NODE_ADDRESS=10.97.0.1
CGROUP=drift-sidecar-e2e
mkdir -p "$CACHE" "$BIN" "$IMAGES"
export PATH=$PATH:/usr/sbin:/sbin

say() { printf '%s %s\n' "$(date +%T)" "$*" >&2; }
die() { say "$*"; exit 1; }
need() { "$ROOT/tests/packages.sh" "$@"; }

until_true() { # SECONDS COMMAND...: run it again until it succeeds
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || { say "waited in vain for: $*"; return 1; }
    sleep 0.2
  done
}
