"""All families as text, in the format that the reader asks for, written in small pieces.

Writing costs some 15 microseconds a series, and a baseline of 500 features with four model versions makes 7600 of them: a tenth
of a second at one go, which is more than the share of a period that a container of half a core gets, so the relay would stand
still for the rest of it. To judge the windows takes as long again. Whoever serves the pieces can rest between them. What they
say is collected at once, when every model version has been reported on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics
from prometheus_client.registry import Collector

from sidecar.metrics.collector import StateCollector
from sidecar.verdict import Report

if TYPE_CHECKING:
    from sidecar.monitor.state import MonitorState

SERIES_AT_ONCE = 250
_END = b"# EOF\n"


@dataclass(frozen=True, slots=True)
class _One(Collector):
    """A registry of one family."""

    family: Metric

    def collect(self) -> Iterator[Metric]:
        yield self.family


def content_type(*, openmetrics: bool) -> str:
    """Return the media type of a format."""
    return CONTENT_TYPE_LATEST if openmetrics else CONTENT_TYPE_PLAIN_0_0_4


def expose(state: "MonitorState", *, openmetrics: bool) -> Iterator[bytes]:
    """Yield the metrics of `state` in pieces; those that only took time are empty."""
    reports = []
    for report in reports_of(state):
        reports.append(report)
        yield b""
    for family in list(StateCollector(state, reports).collect()):
        yield from _pieces(family, openmetrics=openmetrics)
    if openmetrics:
        yield _END


def reports_of(state: "MonitorState") -> Iterator[Report]:
    """Yield a report on each model version that is followed, or the one of a window without rows."""
    detector = state.detector
    if not detector.versions:
        yield detector.report(state.clock())
    for version in detector.versions:
        if version in detector.versions:  # others may have come, and this one gone, since it was listed
            yield detector.report(state.clock(), model_version=version)


def _pieces(family: Metric, *, openmetrics: bool) -> Iterator[bytes]:
    """Yield a family so many series at a time; what is said of it, in two lines, comes before the first."""
    for start in range(0, max(len(family.samples), 1), SERIES_AT_ONCE):
        part = Metric(family.name, family.documentation, family.type)
        part.samples = family.samples[start : start + SERIES_AT_ONCE]
        text = _written(part, openmetrics=openmetrics)
        yield text if start == 0 else text.split(b"\n", 2)[2]


def _written(family: Metric, *, openmetrics: bool) -> bytes:
    if openmetrics:
        text: bytes = generate_openmetrics(_One(family))  # type: ignore[no-untyped-call]
        return text.removesuffix(_END)
    return generate_latest(_One(family))
