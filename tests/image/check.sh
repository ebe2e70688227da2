#!/usr/bin/env bash
# check.sh: runs the built image as a pod would, limited and read-only, and checks what its readers rely on.
. "$(dirname "$0")/lib.sh"
if docker_runs; then engine=docker; else podman_env; engine=podman; fi
need nginx=nginx-light wrk=wrk taskset=util-linux setpriv=util-linux openssl=openssl
cd "$ROOT"
exec .venv/bin/python -m tests.image.check "$engine" "$IMAGE"
