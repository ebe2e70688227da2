"""`helm upgrade` and `helm rollback`: the injectors change, the models do not, and no pod slips by meanwhile."""

import base64
import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf

import yaml

from tests.e2e import workload
from tests.e2e.cluster import Json, attempt, get, helm, kubectl, pods, restarts, rolled_out, until
from tests.e2e.release import RELEASE, SYSTEM, certificate, injectors, upgrade, webhooks
from tests.e2e.report import note

MODELS = "models"
DUE = "drift-sidecar/renew-after=1"


class Asking:
    """Asks, again and again and without creating anything, what would become of a labelled pod."""

    def __init__(self) -> None:
        self.asked = self.injected = 0
        self.stopping = threading.Event()
        labels = {"drift-sidecar/inject": "true"}
        spec = workload.deployment("trial", MODELS)["spec"]["template"]["spec"]
        meta = {"name": "trial", "namespace": MODELS, "labels": labels}
        self.pod = yaml.safe_dump({"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec})

    def run(self) -> None:
        """Ask until told to stop."""
        while not self.stopping.is_set():
            words = ("create", "--dry-run=server", "-o", "jsonpath={.spec.containers[*].name}", "-f", "-")
            done = attempt("kubectl", *words, given=self.pod)
            self.asked += 1
            self.injected += done.stdout == "model drift-sidecar"


@contextmanager
def asking() -> Iterator[Asking]:
    """Ask beside the block."""
    trial = Asking()
    thread = threading.Thread(target=trial.run)
    thread.start()
    try:
        yield trial
    finally:
        trial.stopping.set()
        thread.join(60)


def test_an_upgrade_keeps_the_certificate(watched: Json) -> None:
    """Helm upgrade rolls the injectors, keeps their certificate, leaves the models alone, and no pod slips by meanwhile."""
    was, serving = trust(), {pod["metadata"]["name"] for pod in injectors()}
    with asking() as trial:
        upgrade(RELEASE, "--set-string", "inject.podAnnotations.round=two")
    assert trust() == was
    assert serving.isdisjoint(pod["metadata"]["name"] for pod in injectors())
    undisturbed(watched)
    judge(trial)


def test_a_rollback_leads_back(watched: Json) -> None:
    """Helm rollback leads to the first revision again, and leaves the models alone."""
    with asking() as trial:
        helm("rollback", RELEASE, "1", "--namespace", SYSTEM, "--wait", "--timeout", "180s")
    assert "round" not in get("deployment", deployment(), SYSTEM)["spec"]["template"]["metadata"].get("annotations", {})
    rolled_out(deployment(), SYSTEM)
    undisturbed(watched)
    judge(trial)


def test_a_certificate_is_renewed(watched: Json) -> None:
    """A certificate that is due is renewed by the next upgrade, without a new injector, and no pod slips by meanwhile."""
    was, serving = certificate(), {pod["metadata"]["uid"]: restarts(pod) for pod in injectors()}
    kubectl("annotate", "secret", "-n", SYSTEM, "--overwrite", "-l", "app.kubernetes.io/component=injector", DUE)
    with asking() as trial:
        upgrade(RELEASE, "--reuse-values")
        new = certificate()["tls.crt"]
        until(lambda: all(served(pod) == new for pod in injectors()), "every injector serves it")
    assert new != was["tls.crt"]
    assert {pod["metadata"]["uid"]: restarts(pod) for pod in injectors()} == serving
    judge(trial)


def served(pod: Json) -> str:
    """Return the certificate that an injector serves, as the Secret would hold it."""
    shown = ssl.get_server_certificate((pod["status"]["podIP"], 8443), timeout=10)
    return base64.b64encode(shown.encode()).decode()


def trust() -> tuple[Json, list[Json]]:
    """Return what injectors prove themselves with, and what the API server believes."""
    return certificate(), [hook["clientConfig"] for hook in webhooks()]


def judge(trial: Asking) -> None:
    """Hold that every pod that was asked for would have been injected."""
    assert trial.injected == trial.asked > 0
    note(f"{trial.injected} of {trial.asked} pods injected meanwhile")


def deployment() -> str:
    """Return the name of the injectors' Deployment."""
    return str(injectors()[0]["metadata"]["name"]).rsplit("-", 2)[0]


def undisturbed(watched: Json) -> None:
    """Hold that the watched pod is the one it was, never restarted."""
    assert restarts(pods(MODELS, app="watched")[0]) == restarts(watched)


def test_the_webhook_keeps_nobody_waiting(watched: Json) -> None:
    """By the API server's own count, half of the webhook's answers came within half a second, on however busy a machine."""
    bucket = r'webhook_admission_duration_seconds_bucket\{name="by-pod\.'
    calls = re.compile(bucket + r'[^}]*operation="CREATE"[^}]*le="([^"]+)".* (\d+)')
    counts: dict[float, int] = {}
    for bound, count in calls.findall(kubectl("get", "--raw", "/metrics")):
        counts[float(bound)] = counts.get(float(bound), 0) + int(count)
    half = min(bound for bound, count in counts.items() if 2 * count >= counts[inf] > 0)
    note(f"{counts[inf]} calls, half of them within {1000 * half:g} ms")
    assert half <= 0.5
