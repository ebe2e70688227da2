"""Write down what is known of a window."""

from collections.abc import Iterator
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sidecar.histogram import ISSUES, Counts, Special
from sidecar.reasons import Insufficiency, Status
from sidecar.score.shares import Floats
from sidecar.verdict.opinion import Opinion, Rule
from sidecar.verdict.report import FeatureReport, Json, Report, WindowReport
from sidecar.verdict.rule import REASONS, STATUSES, Judgement
from sidecar.verdict.scan import Finding
from sidecar.verdict.verdict import Verdict, largest, overall
from sidecar.window import Sight

_GRAVEST = (
    Insufficiency.BASELINE_TOO_SMALL,
    Insufficiency.TOO_FEW_ROWS,
    Insufficiency.NO_EVIDENCE,
    Insufficiency.NO_ROWS,
)
"""Which feature's reason stands for the window: first what no waiting cures, then what most features share."""


def report_on(rule: Rule, verdict: Verdict, counts: Counts, sight: Sight, window: WindowReport, *, bins: bool) -> Report:
    """Report on a window as it is now, with the statuses of its last close or worse."""
    opinion = rule.judge(sight, all_evidence=True)
    shown = verdict.show(opinion.judgement)
    status, profile = overall(shown), rule.layout.profile
    return Report(
        status=status,
        drift_score=largest(opinion.scores.score),
        reason=_reason(shown, counts.rows) if status is Status.INSUFFICIENT else None,
        model_version=verdict.model_version,
        window=window,
        baseline={"fingerprint": profile.fingerprint, "rows": profile.rows} if rule.layout.names else None,
        features=dict(zip(rule.layout.names, _features(rule, counts, opinion, shown, bins=bins), strict=True)),
        quality=quality(rule.layout.names, counts.issues),
    )


def quality(names: tuple[str, ...], issues: NDArray[np.int64]) -> dict[str, dict[str, int]]:
    """Return the counts of issues that occur, by feature and issue."""
    found: dict[str, dict[str, int]] = {}
    places = np.nonzero(issues)
    for row, column, rows in zip(*(each.tolist() for each in (*places, issues[places])), strict=True):
        found.setdefault(names[row], {})[ISSUES[column].value] = rows
    return found


def _reason(judgement: Judgement, rows: int) -> Insufficiency | None:
    """Return one reason for the whole window."""
    if not len(judgement.rank):
        return Insufficiency.NO_BASELINE
    if not rows:
        return Insufficiency.NO_ROWS
    reasons = {REASONS[code] for code in judgement.reason.tolist()}
    return next((reason for reason in _GRAVEST if reason in reasons), None)


def _features(rule: Rule, counts: Counts, opinion: Opinion, shown: Judgement, *, bins: bool) -> Iterator[FeatureReport]:
    """Yield the report of each feature."""
    columns = _columns(rule, counts, opinion, shown)
    columns["bins"] = [_bins(rule, row, opinion.window) if bins else None for row in range(len(rule.layout.names))]
    yield from map(FeatureReport._make, zip(*(columns[field] for field in FeatureReport._fields), strict=True))


def _columns(rule: Rule, counts: Counts, opinion: Opinion, shown: Judgement) -> dict[str, list[Any]]:
    """Return what is known of all features, as one list for each field of their reports."""
    features = rule.layout.profile.features
    plain = {name: _numbers(array) for name, array in rule.plain.numbers(counts, opinion.window)._asdict().items()}
    limits = zip(rule.limits.warning.tolist(), rule.limits.critical.tolist(), strict=True)
    return plain | {
        "kind": [feature.kind for feature in features],
        "method": [method.value for method in rule.scorer.methods],
        "score": _numbers(opinion.scores.score),
        "evidence": _numbers(opinion.evidence),
        "status": [STATUSES[rank] for rank in shown.rank.tolist()],
        "reason": [REASONS[code] for code in shown.reason.tolist()],
        "dof": [None if dof is None else int(dof) for dof in plain["dof"]],
        "rows": counts.present.tolist(),
        "missing": opinion.window[:, Special.MISSING].tolist(),
        "absent": counts.absent.tolist(),
        "scan": _found(opinion.finding),
        "thresholds": [{"warning": warning, "critical": critical} for warning, critical in limits],
    }


def _found(finding: Finding) -> list[Json | None]:
    """Return what the scan found of each feature."""
    values = zip(finding.rows.tolist(), _numbers(finding.score), _numbers(finding.evidence), strict=True)
    return [
        None if score is None else {"rows": int(rows), "score": score, "evidence": evidence} for rows, score, evidence in values
    ]


def _bins(rule: Rule, row: int, window: NDArray[np.int64]) -> tuple[Json, ...]:
    """Return the rows in each score bin of a feature, on both sides."""
    baseline, counts = rule.layout.score_counts[row].tolist(), window[row].tolist()
    return tuple(name | {"baseline": baseline[column], "window": counts[column]} for column, name in rule.bins[row])


def _numbers(array: Floats) -> list[float | None]:
    """Return the numbers of an array, None for those that are not finite."""
    numbers: list[float | None] = array.tolist()
    return numbers if np.isfinite(array).all() else [value if isfinite(value) else None for value in array.tolist()]
