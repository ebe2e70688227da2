"""The report: everything that is known of a window, in the words of the contract.

Reports are plain data. A number that does not exist is None, never NaN, because JSON has no NaN and a reader who gets one
anyway fails where it hurts. Field names are the contract's, so `to_dict` has little to translate.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from sidecar.reasons import Insufficiency, Status

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class WindowReport:
    """The rows that were judged.

    Attributes
    ----------
    rows
        How many.
    panes
        Of how many panes, the open one among them.
    seconds
        From the oldest to the newest.
    started
        Epoch seconds of the oldest; None without rows.
    target_rows
        How many the window is to hold.
    unknown
        Rows that carried a feature which the baseline does not have.
    stale
        Rows that said that they are older than any that the window holds.
    """

    rows: int
    panes: int
    seconds: float
    started: float | None
    target_rows: int
    unknown: int
    stale: int


class FeatureReport(NamedTuple):
    """One feature.

    Attributes
    ----------
    kind, method
        "numeric" or "categorical", and what the score is: "psi" or "chi_square" unless the settings say otherwise.
    score
        What the thresholds compare with; None without rows.
    status, reason
        The verdict, and what is lacking where that is insufficient_data.
    evidence
        ``ln E``; None where there are no rows, or too small a baseline for evidence.
    psi, kl, js, statistic, dof, p_value, ks, wasserstein
        The plain numbers (see :mod:`sidecar.score`); the last two None for categories.
    rows, missing, absent
        Rows in the feature's histogram, those of them without a value, and rows that did not carry it.
    scan
        The newest part of the window that raises an alarm by itself: its "rows", "score" and "evidence"; None where none does.
    thresholds
        "warning" and "critical".
    bins
        The score bins, each with "label" or "from" and "to", and the rows of "baseline" and "window"; None unless asked for.
    """

    kind: str
    method: str
    score: float | None
    status: Status
    reason: Insufficiency | None
    evidence: float | None
    psi: float | None
    kl: float | None
    js: float | None
    statistic: float | None
    dof: int | None
    p_value: float | None
    ks: float | None
    wasserstein: float | None
    rows: int
    missing: int
    absent: int
    scan: Mapping[str, float | None] | None
    thresholds: Mapping[str, float]
    bins: tuple[Json, ...] | None = None

    def to_dict(self) -> Json:
        """Return the feature as JSON values."""
        values = self._asdict()
        bins = values.pop("bins")
        return values if bins is None else values | {"bins": list(bins)}


@dataclass(frozen=True, slots=True)
class Report:
    """One window.

    Attributes
    ----------
    status, reason
        The overall verdict: the worst feature's.
    drift_score
        The largest score of a feature; None without rows.
    model_version
        Whose rows.
    window
        What was judged.
    baseline
        What it was judged by: "fingerprint" and "rows"; None without a baseline.
    features
        By name, in the baseline's order.
    quality
        Of each feature, how many rows have which issue; features and issues that do not occur are left out.
    """

    status: Status
    drift_score: float | None
    reason: Insufficiency | None
    model_version: str
    window: WindowReport
    baseline: Mapping[str, str | int] | None
    features: Mapping[str, FeatureReport]
    quality: Mapping[str, Mapping[str, int]]

    @property
    def alarms(self) -> tuple[str, ...]:
        """Return the names of the features in alarm, highest score first."""
        alarming = [name for name, feature in self.features.items() if feature.status.alarming]
        return tuple(sorted(alarming, key=lambda name: -(self.features[name].score or 0.0)))

    def to_dict(self) -> Json:
        """Return the report as JSON values, in the contract's names."""
        return {
            "status": self.status,
            "drift_score": self.drift_score,
            "reason": self.reason,
            "model_version": self.model_version,
            "window": asdict(self.window),
            "baseline": None if self.baseline is None else dict(self.baseline),
            "features": {name: feature.to_dict() for name, feature in self.features.items()},
            "quality": {name: dict(issues) for name, issues in self.quality.items()},
        }
