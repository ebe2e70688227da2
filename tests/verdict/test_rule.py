"""The rule, at the edges of each of its questions: far enough, sure enough, rows enough."""

from collections.abc import Sequence

import numpy as np
import pytest

from sidecar.reasons import Insufficiency, Status
from sidecar.score import effective_rows
from sidecar.verdict import Limits, Scores, judge
from sidecar.verdict.method import PLAIN_SCALE
from sidecar.verdict.rule import REASONS, STATUSES, evidence_needed, rows_needed

NAN = float("nan")
ENOUGH = float(np.log(1e6))  # what one feature needs at alpha = 1e-6


def one(
    score: float = 0.0,
    evidence: float = NAN,
    *,
    rows: float = 1000,
    baseline: float = 1e6,
    freedom: float = 9,
    alpha: float = 1e-6,
    warning: float = 0.2,
    critical: float = 0.5,
) -> tuple[Status, Insufficiency | None]:
    """Return the status and reason of a single feature."""
    together = effective_rows([[rows]], [[baseline]])
    spread = np.sqrt([2 * freedom])
    scores = Scores(
        np.array([score]), np.array([freedom]), spread, np.ones(1), np.array([rows]), np.array([baseline]), together
    )
    judgement = judge(scores, np.array([evidence]), Limits(np.array([warning]), np.array([critical])), alpha)
    return STATUSES[judgement.rank[0]], REASONS[judgement.reason[0]]


@pytest.mark.parametrize(
    ("score", "status"),
    [(0.0, "ok"), (0.2, "ok"), (0.2000001, "warning"), (0.5, "warning"), (0.5000001, "critical"), (9.0, "critical")],
)
def test_a_score_must_exceed_its_threshold(score: float, status: str) -> None:
    """Exactly at the threshold is not above it."""
    assert one(score, 100.0) == (status, None)


@pytest.mark.parametrize(("evidence", "status"), [(ENOUGH - 1e-9, "insufficient_data"), (ENOUGH, "warning"), (99, "warning")])
def test_an_alarm_takes_evidence(evidence: float, status: str) -> None:
    """Ln(F / alpha) is enough, a hair less is not; a score that is high without it says nothing either way."""
    reason = Insufficiency.NO_EVIDENCE if status == "insufficient_data" else None
    assert one(0.3, evidence) == (status, reason)


def test_a_critical_score_without_evidence_is_no_warning() -> None:
    """Evidence is not needed a little: without it there is no alarm of any step."""
    assert one(2.0, 5.0) == (Status.INSUFFICIENT, Insufficiency.NO_EVIDENCE)


@pytest.mark.parametrize(("rows", "status"), [(1, "insufficient_data"), (87, "insufficient_data"), (88, "ok"), (1000, "ok")])
def test_ok_takes_rows(rows: int, status: str) -> None:
    """With ten bins, beside a large baseline, 88 rows are the first that can be called ok."""
    assert one(0.0, rows=rows)[0] == status


def test_a_drift_that_is_proven_needs_no_more_rows() -> None:
    """Twenty rows are too few to say ok, but not too few to be evidence."""
    assert one(5.0, 20.0, rows=20) == (Status.CRITICAL, None)


@pytest.mark.parametrize(
    ("rows", "baseline", "reason"),
    [
        (0, 1e6, "no_rows"),
        (50, 1e6, "too_few_rows"),
        (50, 95, "too_few_rows"),
        (50, 87, "baseline_too_small"),
        (1000, 95, "baseline_too_small"),
        (1000, 63, "baseline_too_small"),
        (1000, 1, "baseline_too_small"),
    ],
)
def test_the_smaller_sample_is_to_blame(rows: int, baseline: int, reason: str) -> None:
    """More rows are asked for only where more rows would help."""
    score = 0.0 if rows else NAN
    assert one(score, rows=rows, baseline=baseline) == (Status.INSUFFICIENT, reason)


def test_a_baseline_without_evidence_is_too_small() -> None:
    """Below a hundred baseline rows there is no evidence at all (nan), which no further row changes."""
    assert one(0.9, NAN, baseline=90, freedom=1) == (Status.INSUFFICIENT, Insufficiency.BASELINE_TOO_SMALL)


def test_a_baseline_without_the_feature_is_too_small() -> None:
    """A feature that the baseline has no rows of has no score, and never will."""
    assert one(NAN, baseline=0) == (Status.INSUFFICIENT, Insufficiency.BASELINE_TOO_SMALL)


@pytest.mark.parametrize(
    ("score", "rows", "expected"),
    [
        (0.1, 1, (Status.OK, None)),
        (0.3, 1, (Status.WARNING, None)),
        (0.6, 1, (Status.CRITICAL, None)),
        (NAN, 0, (Status.INSUFFICIENT, Insufficiency.NO_ROWS)),
    ],
)
def test_without_evidence_the_bare_score_decides(score: float, rows: int, expected: tuple[Status, None]) -> None:
    """Alpha 1 asks neither for evidence nor for rows, but there must be a score."""
    assert one(score, NAN, rows=rows, alpha=1.0) == expected


def test_each_feature_has_its_own_thresholds() -> None:
    """The same score is nothing, a warning and critical by three pairs of thresholds."""
    assert [one(0.35, 50.0, warning=w, critical=c)[0] for w, c in ((0.4, 0.6), (0.3, 0.6), (0.1, 0.3))] == [
        Status.OK,
        Status.WARNING,
        Status.CRITICAL,
    ]


@pytest.mark.parametrize(("warning", "rows"), [(0.1, 175), (0.2, 88), (0.4, 44)])
def test_a_higher_threshold_takes_fewer_rows(warning: float, rows: int) -> None:
    """What chance must stay below is the threshold, so half of it takes twice the rows."""
    scores = Scores(*(np.array([value]) for value in (0.0, 9.0, 18**0.5, 1.0, rows, 1e9, rows)))
    limits = Limits(np.array([warning]), np.array([1.0]))
    assert rows - 1 < float(rows_needed(scores, limits, PLAIN_SCALE)[0]) <= rows


def test_only_features_with_rows_share_the_risk() -> None:
    """A feature without rows cannot be a false alarm, so it makes no other feature's alarm harder."""

    def statuses(rows: Sequence[float]) -> list[Status]:
        counts = np.array(rows)
        scores = Scores(
            np.where(counts > 0, 0.3, NAN), np.full(3, 9.0), np.full(3, 18**0.5), np.ones(3), counts, np.full(3, 1e6), counts
        )
        evidence = np.full(3, float(np.log(2e6)))
        judgement = judge(scores, evidence, Limits(np.full(3, 0.2), np.full(3, 0.5)), 1e-6)
        return [STATUSES[rank] for rank in judgement.rank]

    assert statuses([500, 500, 0]) == [Status.WARNING, Status.WARNING, Status.INSUFFICIENT]
    assert statuses([500, 500, 500]) == [Status.INSUFFICIENT] * 3
    assert evidence_needed(np.zeros(3), 1e-6) == evidence_needed(np.array([1.0]), 1e-6) == ENOUGH
