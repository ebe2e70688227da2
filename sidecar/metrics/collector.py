"""The families of metrics, made from the state when they are read.

Names and labels are part of the contract. A series exists from the start, with 0 or NaN (a score that does not exist yet), so
that an alert rule never waits for a first occurrence. None is made of anything that traffic could invent, except the model
version, of which the detector keeps four.

What the relay counts is left out until it has spoken, half a second after an engine's start: the relay outlives engines, and a
0 between two of its totals would be read as a reset, and the whole total as an increase.
"""

import os
import platform
from collections.abc import Iterable, Iterator, Sequence
from math import nan
from typing import TYPE_CHECKING

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

import sidecar
from sidecar.metrics.drift import drift_families
from sidecar.metrics.figures import LATENCY_BOUNDS
from sidecar.metrics.process import cpu_seconds, resident_bytes
from sidecar.metrics.relay import relay_families
from sidecar.reasons import Impairment, Issue
from sidecar.verdict import Report

if TYPE_CHECKING:
    from sidecar.monitor.state import MonitorState


class StateCollector(Collector):
    """Reads one state.

    Parameters
    ----------
    state
        What the metrics are about.
    reports
        Its report on each model version.
    """

    def __init__(self, state: "MonitorState", reports: Sequence[Report]) -> None:
        self._state = state
        self._reports = reports

    def collect(self) -> Iterator[Metric]:
        """Yield every family."""
        yield from drift_families(self._reports, self._state.settings)
        yield from self._rows()
        yield from self._model()
        yield from self._alerts()
        yield from self._baseline()
        yield from self._engine()
        if self._state.relay_at is not None:
            yield from self._tap()
            yield from relay_families(self._state.relay, resident_bytes(os.getppid()))

    def _rows(self) -> Iterator[Metric]:
        yield _counters("drift_rows", "Rows counted, by where they came from.", "source", self._state.rows.items())
        quality = CounterMetricFamily(
            "drift_quality",
            "Odd values of rows that count all the same; unknown_feature and stale_timestamp are of rows, without a feature.",
            labels=["feature", "issue"],
        )
        totals = self._state.detector.totals
        for (feature, issue), count in totals.quality().items():
            quality.add_metric([feature, issue.value], count)
        quality.add_metric(["", Issue.UNKNOWN_FEATURE.value], totals.unknown)
        quality.add_metric(["", Issue.STALE_TIMESTAMP.value], totals.stale)
        yield quality

    def _tap(self) -> Iterator[Metric]:
        tap = self._state.tap
        yield _counters("drift_tap_dropped", "Exchanges that were relayed and not read.", "reason", tap.dropped().items())
        yield _gauge("drift_tap_sampled_share", "Share of the exchanges that is copied to the engine.", tap.sampled_share)
        yield CounterMetricFamily("drift_tap_decoded", "Exchanges whose rows were read.", value=tap.decoded)
        help_text = "Exchanges that may have carried rows, on paths that tap.paths does not name."
        yield CounterMetricFamily("drift_tap_unwatched", help_text, value=tap.unwatched)

    def _model(self) -> Iterator[Metric]:
        model = self._state.model
        yield InfoMetricFamily("drift_model", "Whose traffic this is.", value={"model": self._state.settings.model.name})
        help_text = "Exchanges with the model that the tap saw, by class of status."
        yield _counters("drift_model_requests", help_text, "status_class", model.by_class().items())
        bounds = [*(format(bound, "g") for bound in LATENCY_BOUNDS), "+Inf"]
        yield HistogramMetricFamily(
            "drift_model_latency_seconds",
            "From the first byte of a request to the last byte of its answer, as the tap saw it.",
            buckets=list(zip(bounds, map(float, model.cumulative()), strict=True)),
            sum_value=model.latency_sum,
        )

    def _alerts(self) -> Iterator[Metric]:
        dispatcher = self._state.dispatcher
        yield _counters(
            "drift_alerts", "Changes of status, by the status that was reached.", "severity", dispatcher.counts.items()
        )
        help_text = "Alerts about the share of odd values, by whether it was one or the end of it."
        yield _counters("drift_quality_alerts", help_text, "status", dispatcher.quality_counts.items())
        yield _counters("drift_alert_messages", "Messages to receivers of alerts.", "outcome", dispatcher.outcomes.items())

    def _baseline(self) -> Iterator[Metric]:
        profile = self._state.detector.profile
        yield _gauge("drift_baseline_rows", "Rows of the baseline; 0 if there is none.", 0 if profile is None else profile.rows)
        fingerprint = "" if profile is None else profile.fingerprint
        yield InfoMetricFamily("drift_baseline", "Which baseline is in use.", value={"fingerprint": fingerprint})

    def _engine(self) -> Iterator[Metric]:
        build = {"version": sidecar.__version__, "python": platform.python_version()}
        yield InfoMetricFamily("drift_build", "Which sidecar this is.", value=build)
        yield self._impairments()
        yield _gauge("drift_engine_start_time_seconds", "When the engine started, in epoch seconds.", self._state.started_at)
        yield CounterMetricFamily("drift_engine_cpu_seconds", "CPU time that the engine has used.", value=cpu_seconds())
        resident = resident_bytes(os.getpid())
        yield _gauge(
            "drift_engine_resident_memory_bytes", "Memory that the engine occupies.", nan if resident is None else resident
        )

    def _impairments(self) -> Metric:
        found = self._state.impairments(self._state.clock())
        help_text = "Whether something keeps the sidecar from its work, 1 if so; the reasons are those of /monitor/health."
        family = GaugeMetricFamily("drift_degraded", help_text, labels=["reason"])
        for reason in Impairment:
            family.add_metric([reason.value], reason in found)
        return family


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def _counters(name: str, text: str, label: str, counts: Iterable[tuple[str, int]]) -> Metric:
    family = CounterMetricFamily(name, text, labels=[label])
    for value, count in counts:
        family.add_metric([str(value)], count)
    return family
