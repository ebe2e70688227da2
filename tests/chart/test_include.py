"""Another chart takes the sidecar from our named templates, and its pod is then like one that was injected or deployed."""

import shutil
from pathlib import Path

import pytest

from sidecar.inject import decide
from sidecar.settings.inject import InjectSettings
from tests.chart.helm import Cluster, Manifest, one, render
from tests.chart.schemas import faults
from tests.chart.test_one_sidecar import by_name, sidecar_of
from tests.chart.values_file import CHART

PARENT = {
    "Chart.yaml": """
apiVersion: v2
name: income
version: 1.0.0
dependencies:
  - name: drift-sidecar
    version: 0.1.0
""",
    "values.yaml": """
drift-sidecar:
  inject: {enabled: false}
  include: {enabled: true}
  settings: {thresholds: {warning: 0.1}}
""",
    "templates/deployment.yaml": """
{{- $drift := dict "root" (index .Subcharts "drift-sidecar") "port" 9000 "portName" "predict" "modelName" "income" }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: income
spec:
  selector:
    matchLabels: {app: income}
  template:
    metadata:
      labels:
        app: income
        {{- include "drift-sidecar.podLabels" $drift.root | nindent 8 }}
      annotations:
        {{- include "drift-sidecar.podAnnotations" $drift.root | nindent 8 }}
    spec:
      automountServiceAccountToken: false
      terminationGracePeriodSeconds: {{ include "drift-sidecar.gracePeriod" (dict "root" $drift.root "seconds" 30) }}
      initContainers:
        - name: fetch
          image: fetch:1
        {{- include "drift-sidecar.initContainers" $drift | nindent 8 }}
      containers:
        - name: model
          image: income:1
          ports: [{name: model, containerPort: 9000}]
          lifecycle:
            {{- include "drift-sidecar.preStop" $drift | nindent 12 }}
        {{- include "drift-sidecar.containers" $drift | nindent 8 }}
      volumes:
        {{- include "drift-sidecar.volumes" $drift | nindent 8 }}
""",
}


@pytest.fixture(scope="module")
def parent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a chart that has ours as a dependency."""
    folder = tmp_path_factory.mktemp("charts") / "income"
    shutil.copytree(CHART, folder / "charts" / "drift-sidecar")
    for name, text in PARENT.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize("helm", ["helm3", "helm4"])
@pytest.mark.parametrize("version", ["1.20", "1.33"])
def test_an_including_chart_gets_what_the_injector_would_have_made(helm: str, version: str, parent: Path) -> None:
    """Container, place, volumes and hook are the injector's, for a pod that is otherwise the same."""
    manifests = render({}, Cluster(version, helm, chart=parent, release="risk"))
    template = one(manifests, "Deployment")["spec"]["template"]
    config = one(manifests, "ConfigMap")["metadata"]["name"]
    pod = decide(plain(config), InjectSettings(image="drift-detector:0.1.0", kubernetes=version)).pod
    assert sidecar_of(template) == sidecar_of(pod)
    assert by_name(template["spec"]["volumes"]) == by_name(pod["spec"]["volumes"])
    assert template["spec"]["containers"][0]["lifecycle"] == pod["spec"]["containers"][0]["lifecycle"]
    assert [each["name"] for each in template["spec"]["initContainers"]] == [
        each["name"] for each in pod["spec"]["initContainers"]
    ]
    assert not [wrong for each in manifests for wrong in faults(each, version)]


def plain(config: str) -> Manifest:
    """Return the including chart's pod as it would be without ours."""
    model = {"name": "model", "image": "income:1", "ports": [{"name": "predict", "containerPort": 9000}]}
    return {
        "metadata": {"annotations": {"drift-sidecar/config": config, "drift-sidecar/model-name": "income"}},
        "spec": {
            "automountServiceAccountToken": False,
            "terminationGracePeriodSeconds": 30,
            "initContainers": [{"name": "fetch", "image": "fetch:1"}],
            "containers": [model],
        },
    }


def test_an_included_sidecar_is_found_by_the_pod_monitor(parent: Path) -> None:
    """Its label is the one that the PodMonitor selects, and keeps the injector away."""
    manifests = render({"drift-sidecar": {"podMonitor": {"enabled": True}}}, Cluster(chart=parent))
    labels = one(manifests, "Deployment")["spec"]["template"]["metadata"]["labels"]
    selector = one(manifests, "PodMonitor")["spec"]["selector"]["matchLabels"]
    assert selector.items() <= labels.items()
    assert labels["drift-sidecar/inject"] == "false"


def test_a_threshold_of_an_including_chart_restarts_nothing(parent: Path) -> None:
    """Its pods change with what only a restart applies."""

    def template(settings: Manifest) -> Manifest:
        found: Manifest = one(render({"drift-sidecar": {"settings": settings}}, Cluster(chart=parent)), "Deployment")
        return found

    assert template({"thresholds": {"warning": 0.3}}) == template({})
    assert template({"window": {"rows": 50}}) != template({})
