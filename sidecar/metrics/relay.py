"""The relay's figures, which reach the engine as a plain map, under the names of metrics.

Only what this table names is exported, so that a figure that the relay invents later does not become a series by accident.
"""

from collections.abc import Iterator, Mapping
from math import nan
from typing import Any, NamedTuple

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric


class _Figure(NamedTuple):
    """One figure of the relay: its key there, its name here, and what it says."""

    key: str
    name: str
    text: str


_GAUGES = (
    _Figure("connections", "connections", "Client connections that are open."),
    _Figure("tap_connections", "tapped_connections", "Open client connections that are being copied."),
    _Figure("tap_pending_bytes", "pending_bytes", "Copied bytes that wait for the engine."),
)
_COUNTERS = (
    _Figure("connections_total", "accepted_connections", "Client connections accepted."),
    _Figure("refused_total", "refused_connections", "Client connections refused because the model could not be reached."),
    _Figure("resets_total", "reset_connections", "Connections that ended by a reset."),
    _Figure("accept_pauses_total", "accept_pauses", "Times that accepting had to pause for want of file descriptors."),
    _Figure("exchanges", "exchanges", "Turns of a connection that may have begun an exchange, copied or not."),
    _Figure("engine_restarts_total", "engine_restarts", "Engines that the relay had to start again."),
)
_DIRECTIONS = (("up", "bytes_up_total"), ("down", "bytes_down_total"))


def relay_families(figures: Mapping[str, Any], resident: int | None) -> Iterator[Metric]:
    """Yield the families of the relay; a figure that has not been heard yet is 0."""
    for key, name, text in _GAUGES:
        yield GaugeMetricFamily(f"drift_relay_{name}", text, value=figures.get(key, 0))
    for key, name, text in _COUNTERS:
        yield CounterMetricFamily(f"drift_relay_{name}", text, value=figures.get(key, 0))
    relayed = CounterMetricFamily(
        "drift_relay_bytes", "Bytes relayed, up to the model and down to clients.", labels=["direction"]
    )
    for direction, key in _DIRECTIONS:
        relayed.add_metric([direction], figures.get(key, 0))
    yield relayed
    memory = nan if resident is None else resident
    yield GaugeMetricFamily("drift_relay_resident_memory_bytes", "Memory that the relay occupies.", value=memory)
