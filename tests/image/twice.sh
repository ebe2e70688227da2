#!/usr/bin/env bash
# twice.sh: builds the image two times from nothing and compares the digests of what is in it.
. "$(dirname "$0")/lib.sh"
if docker_runs; then engine=docker again=(docker build --no-cache -q); else podman_env; engine=podman again=("$ROOT/tests/image/build.sh"); fi
digests=()
for name in drift-first drift-second; do
  if [ "$engine" = docker ]; then "${again[@]}" -t "$name" "$ROOT" >/dev/null; else IMAGE=$name "${again[@]}"; fi
  digests+=("$("$engine" image inspect "$name" --format '{{.RootFS.Layers}}')")
  say "${digests[-1]}"
done
"$engine" rmi drift-first drift-second >/dev/null
[ "${digests[0]}" = "${digests[1]}" ] || die "two builds of the same sources differ"
say "two builds of the same sources are the same, byte for byte"
