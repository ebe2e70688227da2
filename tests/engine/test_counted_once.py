"""What the relay has dropped and counted, the engine does not count again, from the relay's socket to the health page."""

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.request import urlopen

import pytest

from tests.relay.line import Model, line, receive
from tests.relay.running import SECONDS, Sidecar, until

BODY = bytes(1 << 18)
ASK = b"POST /predict HTTP/1.1\r\nHost: m\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture
def model() -> Iterator[Model]:
    """A model that the test plays itself."""
    with closing(Model()) as model:
        yield model


@pytest.fixture
def sidecar(model: Model) -> Iterator[Sidecar]:
    """A sidecar that reads small bodies only, its engine up."""
    sidecar = Sidecar(model.address, {"DRIFT_TAP__MAX_BODY": "1000"})
    try:
        sidecar.event("engine_up")
        yield sidecar
    finally:
        sidecar.reap()


def health(sidecar: Sidecar) -> dict[str, Any]:
    """Return the body of the health page."""
    host, port = sidecar.monitor
    with urlopen(f"http://{host}:{port}/monitor/health", timeout=SECONDS) as answer:
        body: dict[str, Any] = json.load(answer)
    return body


@pytest.mark.parametrize("exchanges", [1, 3])
def test_a_body_that_is_too_large_is_counted_once_whether_its_client_stays_or_leaves(
    exchanges: int, sidecar: Sidecar, model: Model
) -> None:
    """The last of them is the one that the connection ends in."""
    with closing(line(sidecar, model)) as one:
        for _ in range(exchanges):
            one.client.sendall(ASK)
            assert receive(one.model, len(ASK)) == ASK
            one.model.sendall(ANSWER)
            assert receive(one.client, len(ANSWER)) == ANSWER
    until(lambda: (relay := health(sidecar)["relay"])["exchanges"] == exchanges and not relay["tap_connections"], "all is told")
    dropped = health(sidecar)["tap"]["dropped"]
    assert {reason: count for reason, count in dropped.items() if count} == {"body_too_large": exchanges}
    assert sidecar.all("loop_exception") == []
