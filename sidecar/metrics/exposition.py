"""All families as text, in the format that the reader asks for."""

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics

from sidecar.metrics.collector import StateCollector

if TYPE_CHECKING:
    from sidecar.monitor.state import MonitorState


def expose(state: "MonitorState", *, openmetrics: bool) -> tuple[bytes, str]:
    """Return the metrics of `state` as they are now, and their content type."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(StateCollector(state))
    if openmetrics:
        return generate_openmetrics(registry), CONTENT_TYPE_LATEST  # type: ignore[no-untyped-call]
    return generate_latest(registry), CONTENT_TYPE_PLAIN_0_0_4
