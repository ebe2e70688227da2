#!/usr/bin/env bash
# check.sh: runs the built image as a pod would, limited and read-only, and checks what its readers rely on.
. "$(dirname "$0")/lib.sh"
if docker_runs; then engine=docker; else podman_env; engine=podman; fi
exec "$ROOT/.venv/bin/python" "$ROOT/tests/image/check.py" "$engine" "$IMAGE"
