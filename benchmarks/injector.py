"""How long the admission webhook takes: ``python -m benchmarks.injector``.

The API server keeps its connections to a webhook open, and waits for each answer before the pod is created. So reviews are
sent one after the other on a connection that is kept, and then each on a new one, whose TLS handshake counts too. The pods are
those of tests/inject/pods. The promise is 20 ms at the median.
"""

import argparse
import contextlib
import http.client
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.percentiles import percentile
from sidecar.inject.yaml_text import read_documents
from tests.admission.webhook import Webhook, asked, review, running

PROMISED_MS = 20.0
PODS = Path(__file__).resolve().parents[1] / "tests" / "inject" / "pods"


def reviews() -> list[bytes]:
    """Return a review of each pod."""
    return [json.dumps(review(read_documents(file.read_text())[1])).encode() for file in sorted(PODS.glob("*.yaml"))]


def timed(ask: Callable[[bytes], object], count: int) -> list[float]:
    """Return the milliseconds that each of `count` questions took, sorted."""
    bodies, taken = reviews(), []
    for number in range(count):
        began = time.perf_counter()
        ask(bodies[number % len(bodies)])
        taken.append((time.perf_counter() - began) * 1000)
    return sorted(taken)


def on_one(webhook: Webhook, count: int) -> list[float]:
    """Ask on one connection."""
    with contextlib.closing(webhook.connect()) as connection:
        return timed(lambda body: asked(connection, body), count)


def on_new_ones(webhook: Webhook, count: int) -> list[float]:
    """Ask on a connection for each question."""
    context = webhook.secret.context()

    def ask(body: bytes) -> None:
        connection = http.client.HTTPSConnection("localhost", webhook.port, context=context, timeout=30)
        with contextlib.closing(connection):
            asked(connection, body)

    return timed(ask, count)


def main() -> int:
    """Measure, print, and return 1 when the promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000, help="questions on the kept connection, and a quarter on new ones")
    count: int = parser.parse_args().count
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as webhook:
        on_one(webhook, 50)
        kept, new = on_one(webhook, count), on_new_ones(webhook, count // 4)
    print(f"{'':16}{'p50':>9}{'p99':>9}{'max':>9}   ms")
    for name, taken in (("kept connection", kept), ("new connections", new)):
        print(f"{name:16}{percentile(taken, 50):9.2f}{percentile(taken, 99):9.2f}{taken[-1]:9.2f}")
    worst = max(percentile(kept, 50), percentile(new, 50))
    print(f"promise: p50 at most {PROMISED_MS:g} ms: {'kept' if worst <= PROMISED_MS else 'BROKEN'}")
    return int(worst > PROMISED_MS)


if __name__ == "__main__":
    sys.exit(main())
