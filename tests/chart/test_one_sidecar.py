"""However it comes in, the sidecar is the same: the chart's templates make, field by field, what the injector makes."""

from copy import deepcopy
from typing import Any

import pytest
import yaml

from sidecar.inject import Decision, decide
from sidecar.settings.inject import InjectSettings
from tests.chart.helm import Cluster, Manifest, containers, one, render

NAME = "drift-sidecar"
IMAGE = {"repository": "registry.example.com/drift", "tag": "1", "pullPolicy": "Always"}
RESOURCES = {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "2", "memory": "2Gi"}}
CASES: dict[str, tuple[Manifest, Manifest, Manifest]] = {
    "plain": ({}, {}, {}),
    "drain": ({"settings": {"drain": 40}}, {"drain": 40}, {}),
    "no drain": ({"settings": {"drain": 0}}, {"drain": 0}, {}),
    "image": ({"image": IMAGE}, {"image": "registry.example.com/drift:1", "image_pull_policy": "Always"}, {}),
    "resources": ({"sidecar": {"resources": RESOURCES}}, {"resources": RESOURCES}, {}),
    "IPv6": ({"sidecar": {"address": "::"}}, {"address": "::"}, {}),
    "native": ({"sidecar": {"native": "always"}}, {"native": "always"}, {}),
    "not native": ({"sidecar": {"native": "never"}}, {"native": "never"}, {}),
    "name": ({"settings": {"model": {"name": "a$(B)"}}}, {}, {"drift-sidecar/model-name": "a$(B)"}),
    "token": ({"deploy": {"serviceAccount": {"automount": True}}}, {}, {}),
}


def deployed(values: Manifest, version: str) -> Manifest:
    """Return the pod template of the chart's Deployment."""
    deploy = {"enabled": True, "model": {"image": "income:1", "port": 9000, "portName": "predict"}, **values.get("deploy", {})}
    manifests = render({**values, "inject": {"enabled": False}, "deploy": deploy}, Cluster(version))
    template: Manifest = one(manifests, "Deployment")["spec"]["template"]
    return template


def before(template: Manifest, annotations: Manifest) -> Manifest:
    """Return the pod as its owner would have written it, without a sidecar and with the port's own name."""
    pod = deepcopy(template)
    spec = pod["spec"]
    for place in ("initContainers", "containers"):
        spec[place] = [each for each in spec.get(place, []) if each["name"] != NAME]
    (config,) = (each["configMap"]["name"] for each in spec["volumes"] if each["name"] == "drift-sidecar-config")
    del spec["volumes"], spec["containers"][0]["lifecycle"]
    spec["containers"][0]["ports"][0]["name"] = "predict"
    spec["containers"][0].pop("readinessProbe")
    pod["metadata"] = {
        "annotations": {"drift-sidecar/config": config, "drift-sidecar/model-name": "drift-drift-sidecar", **annotations}
    }
    return pod


def injected(template: Manifest, settings: Manifest, annotations: Manifest, version: str) -> Decision:
    """Let the injector decide about that pod."""
    return decide(
        before(template, annotations),
        InjectSettings.model_validate({"image": "drift-detector:0.1.0", "kubernetes": version, **settings}),
    )


def sidecar_of(template: Manifest) -> tuple[Manifest, bool]:
    """Return the sidecar's container, and whether it is an init container."""
    spec = template["spec"]
    (found,) = (each for each in containers(spec) if each["name"] == NAME)
    return found, found in spec.get("initContainers", [])


def by_name(volumes: list[Manifest]) -> list[Manifest]:
    """Return `volumes` sorted; their order says nothing."""
    return sorted(volumes, key=lambda volume: str(volume["name"]))


@pytest.mark.parametrize("version", ["1.20", "1.33"])
@pytest.mark.parametrize("case", CASES)
def test_the_chart_deploys_what_the_injector_injects(case: str, version: str) -> None:
    """The same inputs give the same container in the same place, the same volumes, and the same time to end."""
    values, settings, annotations = CASES[case]
    template = deployed(values, version)
    decision = injected(template, settings, annotations, version)
    pod: Any = decision.pod
    assert decision.skip is None
    assert sidecar_of(template) == sidecar_of(pod)
    assert by_name(template["spec"]["volumes"]) == by_name(pod["spec"]["volumes"])
    assert template["spec"]["terminationGracePeriodSeconds"] == pod["spec"]["terminationGracePeriodSeconds"]


def test_the_model_waits_for_the_sidecar_either_way() -> None:
    """The model's own hook is the injector's."""
    template = deployed({}, "1.29")
    pod: Any = injected(template, {}, {}, "1.29").pod
    assert template["spec"]["containers"][0]["lifecycle"] == pod["spec"]["containers"][0]["lifecycle"]


def test_the_injector_is_told_what_the_chart_knows() -> None:
    """What the chart writes for the injector are settings of the injector, and say what `sidecar` and `image` say."""
    values = {
        "image": IMAGE,
        "sidecar": {"resources": RESOURCES, "native": "always", "address": "::"},
        "inject": {"settings": {"drain": 9}},
    }
    written = one(render(values, Cluster("1.29")), "ConfigMap")["data"]["inject.yaml"]
    settings = InjectSettings.model_validate(yaml.safe_load(written))
    assert settings == InjectSettings.model_validate(
        {"image": "registry.example.com/drift:1", "image_pull_policy": "Always", "kubernetes": "1.29", "native": "always"}
        | {"resources": RESOURCES, "address": "::", "listen": "[::]:8443", "drain": 9}
    )
