"""examples/k8s-deployment.yml: what the chart deploys for one model, as a plain manifest for those who use no helm."""

import re

import yaml

from tests.chart.helm import ROOT, Cluster, text

FILE = ROOT / "examples" / "k8s-deployment.yml"
VALUES = ROOT / "examples" / "kubernetes" / "values-income.yaml"
HEAD = """\
# A model with the sidecar before it: Deployment, Service, Ingress, ConfigMap, HorizontalPodAutoscaler and what belongs to them.
# For `kubectl apply -f`, once the model's image, its port and the host name are your own. `make docs` makes this file with
#   helm template income charts/drift-sidecar -f examples/kubernetes/values-income.yaml --set-file baseline=baseline_data.json
# for Kubernetes 1.23 and newer, and leaves out what only helm has a use for.
"""
_OWNED = re.compile(r"(?m)^ +(?:helm\.sh/chart|app\.kubernetes\.io/managed-by): .*\n|^# Source: .*\n|^ +namespace: default\n")


def written() -> str:
    """Return the manifest."""
    values = yaml.safe_load(VALUES.read_text(encoding="utf-8"))
    values["baseline"] = (ROOT / "baseline_data.json").read_text(encoding="utf-8")
    return HEAD + _OWNED.sub("", text(values, Cluster("1.29", release="income", namespace="default")))
