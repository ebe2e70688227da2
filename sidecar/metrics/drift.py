"""The families of the verdict: what the detector says, beside the settings that it goes by.

Thresholds and the rows that a window is to hold are exported too, because a score means nothing on a dashboard without the line
that it is compared with, and because a settings file that was reloaded can be seen to have been.
"""

from collections.abc import Iterator, Sequence
from math import nan

from prometheus_client.core import GaugeMetricFamily, Metric

from sidecar.settings import Settings
from sidecar.verdict import Report

_OF_FEATURE = ["feature", "kind", "model_version"]


def drift_families(reports: Sequence[Report], settings: Settings) -> Iterator[Metric]:
    """Yield what `reports` say, one of each model version, and what they were judged by."""
    yield from _features(reports)
    yield from _versions(reports)
    yield GaugeMetricFamily("drift_window_target_rows", "Rows that a window is to hold at least.", value=settings.window.rows)
    threshold = GaugeMetricFamily(
        "drift_threshold",
        "Scores above which a feature is in alarm, where it has no threshold of its own.",
        labels=["severity"],
    )
    threshold.add_metric(["warning"], settings.thresholds.warning)
    threshold.add_metric(["critical"], settings.thresholds.critical)
    yield threshold


def _features(reports: Sequence[Report]) -> Iterator[Metric]:
    score = GaugeMetricFamily(
        "drift_score",
        "How far a feature's window is from the baseline, in the unit of the thresholds; NaN without rows.",
        labels=_OF_FEATURE,
    )
    status = GaugeMetricFamily(
        "drift_feature_status",
        "The verdict on one feature: -1 insufficient data, 0 ok, 1 warning, 2 critical.",
        labels=_OF_FEATURE,
    )
    for report in reports:
        for name, feature in report.features.items():
            labels = [name, feature.kind, report.model_version]
            score.add_metric(labels, nan if feature.score is None else feature.score)
            status.add_metric(labels, feature.status.gauge)
    yield from (score, status)


def _versions(reports: Sequence[Report]) -> Iterator[Metric]:
    status = GaugeMetricFamily(
        "drift_status", "The verdict: -1 insufficient data, 0 ok, 1 warning, 2 critical.", labels=["model_version"]
    )
    rows = GaugeMetricFamily("drift_window_rows", "Rows in the window.", labels=["model_version"])
    for report in reports:
        status.add_metric([report.model_version], report.status.gauge)
        rows.add_metric([report.model_version], report.window.rows)
    yield from (status, rows)
