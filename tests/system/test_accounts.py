"""What passed is read, left out on purpose, or lost and counted: the figures of both processes add up."""

from typing import Any

import pytest

from tests.relay.running import Sidecar, until
from tests.system.load import ANSWER, REQUEST, load
from tests.system.monitor import health

CLIENTS = 64
MANY = 20_000


def accounted(sidecar: Sidecar, answered: int) -> dict[str, Any] | None:
    """Return the figures once they add up to what was answered."""
    figures = health(sidecar)
    left_out = sum(figures["tap"]["dropped"].values())
    read = figures["engine"]["rows"]["tap"]
    return figures if figures["relay"]["exchanges"] == answered == read + left_out else None


@pytest.mark.parametrize(
    "further",
    [{}, {"DRIFT_TAP__BUFFER": "65536"}, {"DRIFT_TAP__BUFFER": "65536", "DRIFT_TAP__CPU": "0.02"}],
    ids=["plenty", "little room", "little time as well"],
)
def test_every_exchange_under_load_is_accounted_for(sidecar: Sidecar) -> None:
    """Sampling and a full buffer are part of it; nothing else is missing, and nothing is counted twice."""
    with load(sidecar.traffic, CLIENTS) as clients:
        clients.goes_on(MANY)
    assert clients.failures == []
    count = clients.answered
    figures = until(lambda: accounted(sidecar, count), lambda: f"{count} are accounted for: {health(sidecar)}")
    assert figures["relay"]["bytes_up_total"] == count * len(REQUEST)
    assert figures["relay"]["bytes_down_total"] == count * len(ANSWER)
    assert figures["engine"]["rows"]["tap"] > 0
