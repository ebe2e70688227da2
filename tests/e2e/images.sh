#!/usr/bin/env bash
# images.sh: builds the image as its users do, and the pause image that holds a pod's namespaces, as archives in the cache.
. "$(dirname "$0")/../image/lib.sh"
. "$(dirname "$0")/lib.sh"
export IMAGE=drift-detector-e2e # a name of its own, so that no other build on this machine comes between

# Everything that the build reads; the same sources need no second build.
sources=$(cd "$ROOT" && find Dockerfile .dockerignore requirements.txt baseline_data.json sidecar tests/image \
  -name __pycache__ -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16)
[ -e "$IMAGES/$sources" ] && [ -s "$IMAGES/pause.tar" ] && exit 0
rm -f "$IMAGES"/*
"$ROOT/tests/image/build.sh"
need gcc=gcc
if docker_runs; then
  engine=docker
  build=(docker build -q)
  save=(docker save)
else
  podman_env
  engine=podman
  build=(buildah bud -q)
  save=(podman save -q --format docker-archive)
fi

if ! "$engine" image inspect localhost/pause:1 >/dev/null 2>&1; then
  work=$(mktemp -d "$CACHE/pause.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  gcc -static -Os -s -o "$work/pause" "$HERE/pause.c"
  printf 'FROM scratch\nCOPY pause /pause\nUSER 65535:65535\nENTRYPOINT ["/pause"]\n' >"$work/Dockerfile"
  "${build[@]}" -t localhost/pause:1 "$work" >/dev/null
fi
archive() { # FILE IMAGE
  rm -f "$IMAGES/$1.tar"
  "${save[@]}" -o "$IMAGES/$1.tar" "$2"
}
archive sidecar "$IMAGE"
archive pause localhost/pause:1
touch "$IMAGES/$sources"
