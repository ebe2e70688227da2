"""A quality alert begins when a share is surely over the threshold, ends when it is well below, and is no drift alert."""

from functools import cache
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.alerts.quality import STANDARD_ERRORS, QualityWatch, lower_bound
from sidecar.baseline import Profile, profile_of_columns
from sidecar.columns import columns_of
from sidecar.drift_detector import DriftDetector
from sidecar.verdict import Report


@cache
def baseline() -> Profile:
    """Return a baseline of two features."""
    return profile_of_columns({"age": [*range(100)] * 5, "plan": ["a", "b"] * 250})


def window(odd: int, rows: int, *, unknown: bool = False) -> Report:
    """Return the report on rows of which some have no age."""
    extra = {"new": 1} if unknown else {}
    given = [{"age": None if number < odd else number % 100, "plan": "ab"[number % 2], **extra} for number in range(rows)]
    return DriftDetector(baseline()).batch([columns_of(given)])


def steps(*windows: Report, threshold: float | None = 0.1) -> list[tuple[int, str, list[str]]]:
    """Return what is told of windows that follow each other: the window's number, the status, the features."""
    watch = QualityWatch("model")
    return [
        (number, alert["status"], alert["features"])
        for number, report in enumerate(windows)
        for alert in watch.look([report], threshold, float(number))
    ]


def test_it_begins_and_ends_once() -> None:
    """While the share stays over, or falls a little, there is nothing new to tell."""
    told = steps(window(0, 1000), window(200, 1000), window(300, 1000), window(90, 1000), window(79, 1000), window(0, 1000))
    assert told == [(1, "firing", ["age"]), (4, "resolved", [])]


@pytest.mark.parametrize(("odd", "rows", "fires"), [(1, 1, False), (3, 10, False), (12, 100, False), (30, 100, True)])
def test_chance_wakes_nobody(odd: int, rows: int, *, fires: bool) -> None:
    """A share above the threshold needs rows enough to be believed."""
    assert bool(steps(window(odd, rows))) == fires


def test_an_empty_window_and_a_withdrawn_threshold_end_it() -> None:
    """No incident stays open that nobody watches."""
    watch = QualityWatch("model")
    (begun,) = watch.look([window(200, 1000)], 0.1, 0.0)
    for reports, threshold in (([window(200, 1000)], None), ([], 0.1), ([DriftDetector(baseline()).batch([])], 0.1)):
        watch = QualityWatch("model", new_id=lambda: begun["id"])
        watch.look([window(200, 1000)], 0.1, 0.0)
        (ended,) = watch.look(reports, threshold, 1.0)
        assert (ended["status"], ended["id"]) == ("resolved", begun["id"])
        assert watch.look(reports, threshold, 2.0) == []


def test_without_a_threshold_nothing_is_told() -> None:
    """It is off unless somebody sets it."""
    assert steps(window(1000, 1000), threshold=None) == []


def test_the_body_is_that_of_a_drift_alert_and_says_what_it_is() -> None:
    """All keys of the contract, and two that tell the kind and the issues; it claims no drift."""
    (alert,) = QualityWatch("credit", new_id=lambda: "x").look([window(200, 1000, unknown=True)], 0.1, 0.25)
    assert alert == {
        "id": "x",
        "status": "firing",
        "severity": "warning",
        "previous": "ok",
        "model": "credit",
        "model_version": "unknown",
        "drift_score": None,
        "features": ["age"],
        "window": {"rows": 1000},
        "at": "1970-01-01T00:00:00.250Z",
        "kind": "quality",
        "issues": [
            {"feature": "age", "issue": "missing", "rows": 200, "rate": 0.2},
            {"feature": "", "issue": "unknown_feature", "rows": 1000, "rate": 1.0},
        ],
    }


@given(st.integers(0, 1000), st.integers(1, 1000))
def test_the_bound_is_the_share_that_the_count_is_three_standard_errors_above(count: int, rows: int) -> None:
    """Wilson's interval is the score test inverted: at the bound, the count lies exactly that far away."""
    count = min(count, rows)
    bound = lower_bound(count, rows)
    assert 0 <= bound <= count / rows
    if count:
        there = NormalDist(rows * bound, (rows * bound * (1 - bound)) ** 0.5)
        assert there.zscore(count) == pytest.approx(STANDARD_ERRORS, rel=1e-6)
