"""Pods are replaced and deleted while 200 requests a second come in through the Service: none of them fails."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e import workload
from tests.e2e.cluster import Json, address, apply, kubectl, pods, ready, rolled_out, started, until, work
from tests.e2e.report import note

MODELS, REPLICAS, RATE, LONGEST_SECONDS = "models", 2, 200, 150
UNDER_WAY, AFTERWARDS = 400, 1000  # requests before the pods change, and after they have


class Observed:
    """A load that runs, and what it reported once it has ended."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.report: Json = {}

    def sent(self) -> int:
        """Return how many requests were sent so far, as the last whole line tells."""
        lines = self.log.read_text(encoding="utf-8").split("\n")[:-1]
        return int(json.loads(lines[-1])["sent"]) if lines else 0


@contextmanager
def load(name: str) -> Iterator[Observed]:
    """Load a Service beside the block, from a process of its own; it ends by itself if nobody ends it."""
    host, port = address(name, MODELS)
    seen = Observed(work() / "log" / f"load-{name}.json")
    words = ("-m", "tests.e2e.load", host, str(port), "--rate", str(RATE), "--seconds", str(LONGEST_SECONDS))
    with started(".venv/bin/python", *words, log=seen.log) as process:
        yield seen
        process.terminate()
        process.wait(60)
    seen.report = json.loads(seen.log.read_text(encoding="utf-8").splitlines()[-1])


@pytest.fixture(scope="module")
def busy(release: str, bare: Json, baseline: str) -> str:
    """Deploy two watched pods, and two more without a sidecar for comparison."""
    apply(
        workload.settings("busy", MODELS, baseline, warning=0.2, critical=0.5),
        workload.deployment("busy", MODELS, replicas=REPLICAS, annotations={"drift-sidecar/config": "busy"}),
        workload.service("busy", MODELS),
    )
    rolled_out("busy", MODELS)
    return "busy"


def test_a_rolling_restart_loses_no_request(busy: str) -> None:
    """A rolling restart at 200 requests a second: no request fails."""
    with load(busy) as seen:
        progress(seen, UNDER_WAY)
        roll(busy)
        progress(seen, AFTERWARDS)
    judge(seen)


def test_deleting_a_pod_loses_no_request(busy: str, short: bool) -> None:
    """Deleting pods at 200 requests a second: no request fails."""
    with load(busy) as seen:
        for _ in range(1 if short else 2):
            progress(seen, UNDER_WAY)
            name = pods(MODELS, app=busy)[0]["metadata"]["name"]
            kubectl("delete", "pod", name, "-n", MODELS, "--timeout=60s")
            until(lambda: settled(busy), "two pods are ready again")
        progress(seen, AFTERWARDS)
    judge(seen)


def test_what_the_model_alone_would_lose(bare: Json, short: bool) -> None:
    """The same rolling restart of the model alone, for comparison: whatever fails, fails."""
    if short:
        note("left out")
        return
    apply(workload.deployment("bare", MODELS, replicas=REPLICAS))
    rolled_out("bare", MODELS)
    with load("bare") as seen:
        progress(seen, UNDER_WAY)
        roll("bare")
        progress(seen, UNDER_WAY)
    tell(seen)


def roll(name: str) -> None:
    """Replace every pod, and wait until the old ones are gone."""
    kubectl("rollout", "restart", f"deployment/{name}", "-n", MODELS)
    rolled_out(name, MODELS)
    until(lambda: settled(name), "the old pods are gone")


def settled(name: str) -> bool:
    """Whether there are as many pods as there should be, all ready, none leaving."""
    found = json.loads(kubectl("get", "pods", "-n", MODELS, "-l", f"app={name}", "-o", "json"))["items"]
    return len(found) == REPLICAS and all(map(ready, found))


def progress(seen: Observed, requests: int) -> None:
    """Wait until the load has sent so many more requests."""
    target = seen.sent() + requests
    until(lambda: seen.sent() >= target, f"{requests} more requests are sent")


def judge(seen: Observed) -> None:
    """Hold that every request was answered, and that the pods took turns."""
    tell(seen)
    report = seen.report
    assert report["failures"] == {}
    assert report["crossed"] == 0
    assert report["answered"] == report["sent"] > RATE
    assert len(report["pods"]) > REPLICAS


def tell(seen: Observed) -> None:
    """Note what the load saw."""
    report = seen.report
    marks = ", ".join(f"{name} {value} ms" for name, value in report["milliseconds"].items())
    failed = sum(report["failures"].values())
    note(f"{report['sent']} sent, {failed} failed, {report['crossed']} crossed, {len(report['pods'])} pods, {marks}")
    if failed:
        note(json.dumps(report["failures"]))
