"""What every chart can be told: where its pods go, what they are called, and what they carry beside what they need."""

import re
from typing import Any

import pytest

from tests.chart import cases
from tests.chart.helm import NEWEST, ROOT, Cluster, Manifest, containers, one, pod_specs, render
from tests.chart.schemas import faults
from tests.chart.values_file import CHART, read_values, walk

CORE = ("v1", "apps/v1", "policy/v1", "networking.k8s.io/v1", "autoscaling/v2", "rbac.authorization.k8s.io/v1")
KNOBS: dict[str, Any] = {
    "nodeSelector": {"disk": "ssd"},
    "tolerations": [{"key": "gpu", "operator": "Exists"}],
    "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": []}}},
    "topologySpreadConstraints": [{"maxSkew": 2, "topologyKey": "rack", "whenUnsatisfiable": "DoNotSchedule"}],
    "priorityClassName": "high",
    "podAnnotations": {"example.com/a": "b"},
    "podLabels": {"example.com/c": "d"},
    "extraEnv": [{"name": "TZ", "value": "UTC"}],
    "extraVolumes": [{"name": "more", "emptyDir": {}}],
    "extraVolumeMounts": [{"name": "more", "mountPath": "/more"}],
}


@pytest.fixture(scope="module")
def told() -> list[Manifest]:
    """Return a release in which both parts are told everything."""
    values: Manifest = {
        "commonLabels": {"team": "risk"},
        "commonAnnotations": {"example.com/owner": "risk"},
        "imagePullSecrets": ["one", {"name": "two"}],
        "fullnameOverride": "drifting",
        "inject": KNOBS,
        "deploy": {**cases.DEPLOY["deploy"], **KNOBS},
    }
    return render(values)


@pytest.mark.parametrize(("name", "container"), [("drifting-injector", "injector"), ("drifting", "drift-sidecar")])
def test_pods_go_where_they_are_told_and_carry_what_they_are_given(name: str, container: str, told: list[Manifest]) -> None:
    """Each knob reaches the pod unchanged, and takes nothing away that the pod needs."""
    (deployment,) = (each for each in told if each["kind"] == "Deployment" and each["metadata"]["name"] == name)
    template = deployment["spec"]["template"]
    spec = template["spec"]
    for knob in ("nodeSelector", "tolerations", "affinity", "topologySpreadConstraints", "priorityClassName"):
        assert spec[knob] == KNOBS[knob]
    (found,) = (each for each in containers(spec) if each["name"] == container)
    assert KNOBS["podAnnotations"].items() < template["metadata"]["annotations"].items()
    assert KNOBS["podLabels"].items() < template["metadata"]["labels"].items()
    assert deployment["spec"]["selector"]["matchLabels"].items() < template["metadata"]["labels"].items()
    assert found["env"][-1:] == KNOBS["extraEnv"]
    assert spec["volumes"][-1:] == KNOBS["extraVolumes"]
    assert found["volumeMounts"][-1:] == KNOBS["extraVolumeMounts"]
    assert len(found["volumeMounts"]) > 1


def test_everything_bears_the_common_labels_and_annotations(told: list[Manifest]) -> None:
    """Objects and pods are found by them, and pods of selectors stay the same ones."""
    for each in told:
        assert each["metadata"]["labels"]["team"] == "risk"
        assert each["metadata"]["annotations"]["example.com/owner"] == "risk"
        assert each["metadata"]["name"].startswith("drifting")


def test_images_are_pulled_with_the_secrets_that_are_named(told: list[Manifest]) -> None:
    """A name alone will do, for every pod of the release."""
    for spec in pod_specs(told):
        assert spec["imagePullSecrets"] == [{"name": "one"}, {"name": "two"}]


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ({}, "drift-detector:0.1.0"),
        ({"repository": "a/b", "tag": "2"}, "a/b:2"),
        ({"repository": "a/b", "tag": "2", "digest": "sha256:" + "a" * 64}, "a/b@sha256:" + "a" * 64),
    ],
)
def test_one_image_is_everywhere(image: Manifest, expected: str) -> None:
    """Injector, sidecar, test and the sidecars to be injected run the same; a digest wins over a tag."""
    manifests = render({"image": image, "deploy": cases.DEPLOY["deploy"]})
    own = [each for spec in pod_specs(manifests) for each in containers(spec) if each["name"] != "model"]
    assert {each["image"] for each in own} == {expected}
    assert f"image: {expected}\n" in one(manifests, "ConfigMap", "injector")["data"]["inject.yaml"]


@pytest.mark.parametrize("release", ["a", "drift-sidecar", "x" * 53])
def test_names_fit_however_the_release_is_called(release: str) -> None:
    """No name is longer than Kubernetes allows; helm allows 53 characters for a release."""
    for each in render({"deploy": cases.DEPLOY["deploy"]}, Cluster(release=release)):
        assert len(each["metadata"]["name"]) <= (63 if each["kind"] != "MutatingWebhookConfiguration" else 253)
        assert not [value for value in each["metadata"]["labels"].values() if len(value) > 63]


@pytest.mark.parametrize("name", ["123", "1e5", "0x1f", "true", "null", "1.20"])
def test_names_that_look_like_something_else_are_text(name: str) -> None:
    """A release, a namespace and a ConfigMap may be called so, and YAML would take it for a number or a truth."""
    cluster = Cluster(release=name, namespace=name.replace(".", "-"))
    manifests = render({**cases.EVERYTHING, "existingConfigMap": name}, cluster)
    assert [fault for each in manifests for fault in faults(each, NEWEST) if each["apiVersion"] in CORE] == []
    assert {each["metadata"]["labels"]["app.kubernetes.io/instance"] for each in manifests} == {name}
    assert {each["metadata"].get("namespace") for each in manifests} <= {None, "default", cluster.namespace}
    assert all("." not in each["metadata"]["name"] for each in manifests if each["kind"] == "Service")


def test_every_value_is_used() -> None:
    """A key in values.yaml that no template reads would be a promise that nobody keeps."""
    templates = "\n".join(
        path.read_text(encoding="utf-8") for path in sorted((CHART / "templates").rglob("*")) if path.is_file()
    )
    words = set(re.findall(r"\w+", templates))
    assert [entry.dotted for entry in walk(read_values()) if not set(entry.path) <= words] == []


@pytest.mark.parametrize(
    "page", ["docs/kubernetes.md", "charts/drift-sidecar/README.md", "charts/drift-sidecar/templates/NOTES.txt"]
)
def test_every_value_that_is_written_of_exists(page: str) -> None:
    """What a page tells the reader to set can be set."""
    known = {entry.dotted for entry in walk(read_values())}
    groups = {name.split(".")[0] for name in known if "." in name}
    said = (ROOT / page).read_text(encoding="utf-8")
    set_here = re.findall(r"--set(?:-file)? ([\w.]+)=", said)
    named = [name for name in re.findall(r"`([a-z]\w*(?:\.\w+)+)(?:[=:][^`]*)?`", said) if name.split(".")[0] in groups]
    assert set_here or named
    assert [name for name in (*set_here, *named) if name not in known and not name.startswith("settings.")] == []
