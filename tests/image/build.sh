#!/usr/bin/env bash
# build.sh: builds the unmodified Dockerfile as drift-detector, with Docker where it runs, else with buildah.
. "$(dirname "$0")/lib.sh"
if docker_runs; then exec docker build -t "$IMAGE" "$ROOT"; fi
podman_env
podman image exists "$BASE" || podman pull -q "$BASE" >/dev/null 2>&1 || "$ROOT/tests/image/base.sh"

# What this machine needs to reach its package index is lent to the build and stays out of the image.
lent=$STATE/conf/lent
mkdir -p "$lent"
cp "${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}" "$lent/ca.crt"
printf '[global]\ncert = /run/lent/ca.crt\ndisable-pip-version-check = true\n' >"$lent/pip.conf"

# --format docker: OCI images have no HEALTHCHECK, and buildah would drop ours with a mere warning.
buildah bud -q --pull-never --format docker --volume "$lent:/run/lent:ro" --volume "$lent/pip.conf:/etc/pip.conf:ro" \
  -t "$IMAGE" "$ROOT" >/dev/null
podman image prune -f >/dev/null
podman image inspect "$IMAGE" --format '{{index .RepoTags 0}}, {{.Size}} bytes' >&2
