#!/usr/bin/env bash
# check.sh: what takes longer to judge about the chart than a test may: its policies (checkov), the objects of operators, and the
# Dockerfile (hadolint, too).
# Each exception stands with its reason in policies/*.yaml.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=tests/chart bin=.venv-chart/bin helm=.cache/chart/bin/helm3
tests/chart/tools.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
render() { "$helm" template drift charts/drift-sidecar -n drift-system -f $here/policies/values.yaml --kube-version "$1" "${@:2}"; }

failed=0
judge() { # WHAT COMMAND...
  if "${@:2}" >"$work/log" 2>&1; then echo "ok   $1"; else echo "FAIL $1"; cat "$work/log"; failed=1; fi
}
policies() { "$bin/checkov" --config-file "$here/policies/$1.yaml" -f "$2" --framework "$3" --quiet --compact --skip-download; }

for version in 1.20 1.37; do
  render $version --set tests.enabled=false >"$work/release-$version.yaml"
  judge "policies of what stays, Kubernetes $version" policies none "$work/release-$version.yaml" kubernetes
done
render 1.37 --show-only templates/tests/release.yaml >"$work/test.yaml"
judge "policies of helm test" policies helm-test "$work/test.yaml" kubernetes
judge "policies of the plain manifest" policies example examples/k8s-deployment.yml kubernetes
judge "policies of the Dockerfile" policies none Dockerfile dockerfile
judge "hadolint" "$bin/hadolint" --config $here/policies/hadolint.yaml Dockerfile

render 1.37 --set inject.certificates.source=cert-manager >"$work/operators.yaml"
judge "the operators' own types" "$bin/python" $here/operators.py "$work/operators.yaml"
sed 's/scrapeTimeout:/scrapeTimeuot:/' "$work/operators.yaml" >"$work/misspelt.yaml"
if "$bin/python" $here/operators.py "$work/misspelt.yaml" >"$work/log" 2>&1 || ! grep -q scrapeTimeuot "$work/log"; then
  echo "FAIL a misspelt field of a PodMonitor was not seen"
  failed=1
fi

# The scanner sees what is wrong: a container that may become root has to be found.
sed 's/allowPrivilegeEscalation: false/allowPrivilegeEscalation: true/' "$work/release-1.37.yaml" >"$work/wrong.yaml"
if policies none "$work/wrong.yaml" kubernetes >"$work/log" 2>&1 || ! grep -q CKV_K8S_20 "$work/log"; then
  echo "FAIL the scanner did not see a container that may become root"
  failed=1
fi
exit $failed
