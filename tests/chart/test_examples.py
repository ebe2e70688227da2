"""The manifests in examples/kubernetes: valid, and what asks for a sidecar gets one that traffic really passes."""

from typing import Any

import pytest
import yaml

from sidecar.inject import Decision, decide
from sidecar.inject.manifest import inject_document
from sidecar.settings.inject import InjectSettings
from tests.chart.helm import NEWEST, OLDEST, ROOT, VERSIONS, Manifest, containers, one
from tests.chart.schemas import faults

FOLDER = ROOT / "examples" / "kubernetes"


def documents(name: str) -> list[Manifest]:
    """Return the objects of an example."""
    return [each for each in yaml.safe_load_all((FOLDER / name / "model.yaml").read_text(encoding="utf-8")) if each]


def settings(version: str) -> InjectSettings:
    """Return what the injector is told of a cluster."""
    return InjectSettings(kubernetes=version)


@pytest.mark.parametrize("name", ["plain", "mlflow"])
@pytest.mark.parametrize("version", [OLDEST, "1.33", NEWEST])
def test_a_deployment_keeps_its_service_and_gets_its_sidecar(name: str, version: str) -> None:
    """The name that the Service leads to is the sidecar's, nothing is warned of, and the cluster takes what comes out."""
    made = [inject_document(each, settings(version)) for each in documents(name)]
    outcomes = [outcome for _, found in made for outcome in found]
    assert [(outcome.injected, outcome.warnings) for outcome in outcomes] == [(True, ())]
    after = [document for document, _ in made]
    assert not [wrong for each in after for wrong in faults(each, version)]
    (port,) = one(after, "Service")["spec"]["ports"]
    spec = one(after, "Deployment")["spec"]["template"]["spec"]
    assert [each["name"] for each in containers(spec) for known in each["ports"] if known["name"] == port["targetPort"]] == [
        "drift-sidecar"
    ]


@pytest.mark.parametrize("name", ["plain", "mlflow"])
def test_a_deployment_is_valid_before_it_is_touched(name: str) -> None:
    """Whoever has no injector can use it as well."""
    assert not [wrong for version in VERSIONS for each in documents(name) for wrong in faults(each, version)]


def kserve_pod() -> Manifest:
    """Return the pod that KServe makes: the runtime's container, with what the InferenceService adds."""
    (service,) = documents("kserve")
    predictor = service["spec"]["predictor"]
    container = {
        "name": "kserve-container",
        "image": "kserve/sklearnserver",
        "args": ["--model_name=iris", "--model_dir=/mnt/models", "--http_port=8080", *predictor["model"]["args"]],
        "env": predictor["model"]["env"],
        "ports": [{"containerPort": 8080, "protocol": "TCP"}],
        "readinessProbe": {"tcpSocket": {"port": 8080}},
    }
    labels = {**predictor["labels"], "serving.kserve.io/inferenceservice": "iris"}
    return {"metadata": {"labels": labels, "annotations": predictor["annotations"]}, "spec": {"containers": [container]}}


def seldon_pod() -> Manifest:
    """Return the pod that Seldon's operator makes: ports and variables are its addition."""
    (deployment,) = documents("seldon")
    (component,) = deployment["spec"]["predictors"][0]["componentSpecs"]
    container = component["spec"]["containers"][0]
    added = [
        {"name": "PREDICTIVE_UNIT_SERVICE_PORT", "value": "9000"},
        {"name": "PREDICTIVE_UNIT_GRPC_SERVICE_PORT", "value": "9500"},
    ]
    container["env"] += added
    container["ports"] = [{"name": "http", "containerPort": 9000}, {"name": "grpc", "containerPort": 9500}]
    container["readinessProbe"] = {"tcpSocket": {"port": "http"}}
    return {"metadata": component["metadata"], "spec": component["spec"]}


@pytest.mark.parametrize(("pod", "port"), [(kserve_pod(), 8080), (seldon_pod(), 9000)], ids=["kserve", "seldon"])
def test_the_sidecar_takes_the_number_by_which_the_model_is_called(pod: Manifest, port: int) -> None:
    """It listens where the model did, and calls the model where the variable moved it, as does the model's probe."""
    decision = decided(pod)
    spec = decision.pod["spec"]
    sidecar = next(each for each in containers(spec) if each["name"] == "drift-sidecar")
    model = spec["containers"][0]
    variable = next(
        each for each in model["env"] if each["name"] == pod["metadata"]["annotations"]["drift-sidecar/port-variable"]
    )
    environment = {each["name"]: each["value"] for each in sidecar["env"]}
    assert decision.skip is None
    assert environment["DRIFT_LISTEN"] == f"0.0.0.0:{port}"
    assert environment["DRIFT_UPSTREAM"] == f"127.0.0.1:{variable['value']}"
    assert variable["value"] != str(port)
    assert probed(model) == int(variable["value"])


def decided(pod: Manifest) -> Decision:
    """Let the injector decide about a pod of the newest cluster."""
    return decide(pod, settings(NEWEST))


def probed(model: Any) -> int:
    """Return the number of the port that the model's readiness probe asks."""
    asked = model["readinessProbe"]["tcpSocket"]["port"]
    return (
        asked
        if isinstance(asked, int)
        else int(next(each["containerPort"] for each in model["ports"] if each["name"] == asked))
    )


@pytest.mark.parametrize("name", ["plain", "mlflow", "kserve", "seldon"])
def test_every_example_says_what_it_is(name: str) -> None:
    """Each has a README, and the list of them names it."""
    assert (FOLDER / name / "README.md").is_file()
    assert f"[{name}]({name}/README.md)" in (FOLDER / "README.md").read_text(encoding="utf-8")
