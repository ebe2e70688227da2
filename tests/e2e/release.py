"""The chart as its users install it, with the image that this cluster has, and what a release of it is made of."""

import json

from tests.e2e.cluster import CHART, Json, helm, kubectl, pods

RELEASE, SYSTEM = "drift", "drift-system"
IMAGE = ("--set", "image.repository=docker.io/library/drift-detector", "--set", "image.tag=latest")


def install(name: str, *words: str, namespace: str = SYSTEM) -> None:
    """Install the chart, and wait until it is ready."""
    helm("install", name, str(CHART), "--namespace", namespace, "--wait", "--timeout", "180s", *IMAGE, *words)


def upgrade(name: str, *words: str, namespace: str = SYSTEM) -> None:
    """Upgrade the release, and wait until it is ready."""
    helm("upgrade", name, str(CHART), "--namespace", namespace, "--wait", "--timeout", "180s", *IMAGE, *words)


def injectors() -> list[Json]:
    """Return the injectors' pods."""
    return pods(SYSTEM, **{"app.kubernetes.io/component": "injector"})


def replaced() -> bool:
    """Whether no injector is still on its way out: the API server may ask it until it is gone."""
    return len(kubectl("get", "pods", "-n", SYSTEM, "-l", "app.kubernetes.io/component=injector", "-o", "name").split()) == 2


def webhooks() -> list[Json]:
    """Return the webhooks of the release."""
    found: Json = json.loads(kubectl("get", "mutatingwebhookconfigurations", "-o", "json"))
    (configuration,) = found["items"]
    return list(configuration["webhooks"])


def certificate() -> Json:
    """Return what the Secret with the injectors' certificate holds."""
    found: Json = json.loads(kubectl("get", "secrets", "-n", SYSTEM, "-o", "json"))
    (held,) = (one for one in found["items"] if one["type"] == "kubernetes.io/tls")
    return dict(held["data"])
