"""The chart deploys the model itself."""

import json

import pytest

from tests.e2e import workload
from tests.e2e.cluster import Json, address, apply, helm, kubectl, namespace, ready, restarts, until, work
from tests.e2e.release import RELEASE, SYSTEM, install, upgrade
from tests.e2e.report import note
from tests.e2e.wire import TALKS, conversation

SHOP = "shop"


def values(**thresholds: float) -> list[str]:
    """Return the words that lead helm to the values."""
    model = {
        "image": workload.IMAGE,
        "pullPolicy": "Never",
        "port": workload.PORT,
        "command": ["python", "/model/model.py", str(workload.PORT)],
        "readinessProbe": {"httpGet": {"path": "/healthz", "port": "model"}, "periodSeconds": 1},
        "volumeMounts": [{"name": "code", "mountPath": "/model", "readOnly": True}],
        "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}},
        "securityContext": {"runAsUser": 20002, "allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    chosen = {
        "inject": {"enabled": False},
        "deploy": {
            "enabled": True,
            "replicas": 1,
            "model": model,
            "extraVolumes": [{"name": "code", "configMap": {"name": "model-code"}}],
        },
        "settings": {"thresholds": thresholds, "window": {"rows": 400}},
    }
    file = work() / "values.json"
    file.write_text(json.dumps(chosen), encoding="utf-8")
    return ["--values", str(file), "--set-file", "baseline=baseline_data.json"]


@pytest.fixture(scope="module")
def deployed() -> str:
    """Install the chart in its second way."""
    namespace(SHOP, "anything")
    apply(workload.code(SHOP))
    install(SHOP, *values(warning=0.2), namespace=SHOP)
    return SHOP


def served() -> list[Json]:
    """Return the pods of the deployed model."""
    found = json.loads(kubectl("get", "pods", "-n", SHOP, "-o", "json"))["items"]
    return [pod for pod in found if any(one["name"] == "drift-sidecar" for one in pod["spec"]["containers"])]


def test_the_chart_deploys_a_model(deployed: str, bare: Json) -> None:
    """Helm install with a model's image: its Service answers through the sidecar, bytes unchanged."""
    services = json.loads(kubectl("get", "services", "-n", SHOP, "-o", "json"))["items"]
    name = services[0]["metadata"]["name"]
    assert [ready(pod) for pod in served()] == [True]
    for talk in TALKS:
        alone, through = conversation(address("bare", "models"), talk), conversation(address(name, SHOP), talk)
        assert through == alone, talk.name
    note(f"{len(TALKS)} conversations")


def test_helm_test_passes(deployed: str) -> None:
    """Helm test passes for the deployed model."""
    assert "Succeeded" in helm("test", SHOP, "--namespace", SHOP, "--timeout", "120s")


def test_helm_test_passes_for_the_injector(release: str) -> None:
    """Helm test passes for the injector."""
    assert "Succeeded" in helm("test", RELEASE, "--namespace", SYSTEM, "--timeout", "120s")


def test_new_thresholds_need_no_new_pod(deployed: str) -> None:
    """Helm upgrade with other thresholds: the pod takes them over without being replaced."""
    (was,) = served()
    upgrade(SHOP, *values(warning=0.3), namespace=SHOP)
    until(lambda: reloaded(was), "the sidecar has taken over the thresholds")
    (now,) = served()
    assert (now["metadata"]["uid"], restarts(now)) == (was["metadata"]["uid"], restarts(was))


def reloaded(pod: Json) -> bool:
    """Whether the pod's sidecar says that it has read its settings anew."""
    return "reload" in kubectl("logs", pod["metadata"]["name"], "-n", SHOP, "-c", "drift-sidecar")
