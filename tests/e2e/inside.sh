#!/usr/bin/env bash
# inside.sh [words for the claims]: what run.sh runs within the namespaces: the cluster, and then the claims about it.
. "$(dirname "$0")/lib.sh"
export NODE=$CACHE/node
"$HERE/world.sh"
for part in control node; do
  from=$SECONDS
  "$HERE/$part.sh"
  say "$part: $((SECONDS - from)) s"
done
export KUBECONFIG=$NODE/kube/admin.conf PATH=$BIN:$PATH
export HELM_CACHE_HOME=$NODE/helm HELM_CONFIG_HOME=$NODE/helm HELM_DATA_HOME=$NODE/helm
cd "$ROOT"
if [ "${1:-}" = --shell ]; then exec bash; fi # to look around in a cluster that goes with the shell
.venv/bin/python -m pytest -c tests/e2e/claims.ini tests/e2e/claims "$@"
