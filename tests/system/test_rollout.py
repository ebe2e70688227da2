"""A pod that is replaced costs its clients nothing: busy connections are ended between two requests."""

import signal

from tests.relay.running import Sidecar
from tests.system.load import load

CLIENTS = 64
SOME = 2000
THINK_SECONDS = 0.02


def test_busy_clients_are_sent_away_without_a_failure(sidecar: Sidecar) -> None:
    """Sixty-four clients that never rest see the end of their connection behind an answer, and the relay ends with code 0."""
    with load(sidecar.traffic, CLIENTS, THINK_SECONDS) as clients:
        clients.goes_on(SOME)
        sidecar.signal(signal.SIGTERM)
        assert sidecar.wait() == 0
    assert clients.failures == []
