"""The scan finds young drift in the newest rows, and raises no alarm where rows only vary as the baseline's do."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sidecar.baseline import Choices, Profile, profile_of_columns
from sidecar.baseline.source import Table
from sidecar.columns import Columns
from sidecar.dispersion import learn
from sidecar.drift_detector import DriftDetector
from sidecar.reasons import Status
from sidecar.verdict import Limits, Scores
from sidecar.verdict.method import PLAIN_SCALE
from sidecar.verdict.rule import CRITICAL, WARNING
from sidecar.verdict.scan import find, with_margin

Doubles = NDArray[np.float64]
RNG = np.random.default_rng(7)


def timed(values: Doubles, *, seconds: float = 1.0) -> Profile:
    """Return the profile of rows that came a second apart."""
    columns = {"x": values, "at": np.arange(len(values)) * seconds}
    return learn(Table(columns), profile_of_columns(columns, Choices(drop=frozenset({"at"}))), "at")


PROFILE = timed(RNG.normal(size=10_000))


def history(detector: DriftDetector, values: Doubles, *, start: int = 0, pace: float = 1.0) -> list[Status]:
    """Return the status after each batch of ten rows."""
    statuses = []
    for begin in range(0, len(values), 10):
        at = (start + begin) * pace
        detector.observe(Columns(10, {"x": values[begin : begin + 10]}), at=at)
        statuses.append(detector.report(at).status)
    return statuses


def alarm_after(profile: Profile, drift: float) -> int:
    """Return the rows until an alarm, after a full window without drift."""
    detector = DriftDetector(profile)
    assert not any(status.alarming for status in history(detector, RNG.normal(size=1200)))
    statuses = history(detector, RNG.normal(size=1500) + drift, start=1200)
    return 10 * (1 + [status.alarming for status in statuses].index(True))


def test_the_newest_rows_show_a_drift_long_before_the_window_does() -> None:
    """A shift by a deviation is found within a hundred rows; without times it takes several hundred."""
    assert alarm_after(PROFILE, 1.0) <= 100
    assert alarm_after(replace(PROFILE, dispersion=None), 1.0) >= 250


def test_the_report_says_which_rows_raised_the_alarm() -> None:
    """The window's own score is still low then, and a person must not wonder."""
    detector = DriftDetector(PROFILE)
    history(detector, RNG.normal(size=1000))
    history(detector, RNG.normal(size=100) + 2, start=1000)
    feature = detector.report(1100.0).features["x"]
    assert feature.status.alarming
    assert feature.score is not None
    assert feature.score < 0.2
    assert feature.scan is not None
    assert 20 <= (feature.scan["rows"] or 0) <= 125
    assert (feature.scan["score"] or 0) > 0.5
    assert (feature.scan["evidence"] or 0) > np.log(1e6)


def test_what_only_suffixes_show_is_not_cleared_by_the_window() -> None:
    """The alarm stays for as long as the newest rows drift, although the whole window's score begins low."""
    detector = DriftDetector(PROFILE)
    history(detector, RNG.normal(size=1000))
    statuses = history(detector, RNG.normal(size=1000) + 1, start=1000)
    first = [status.alarming for status in statuses].index(True)
    assert all(status.alarming for status in statuses[first:])


def test_alpha_1_has_no_scan() -> None:
    """The bare score of the window decides."""
    detector = DriftDetector(PROFILE, alpha=1.0)
    history(detector, RNG.normal(size=1000))
    assert history(detector, RNG.normal(size=50) + 2, start=1000)[-1] is Status.OK


def test_rows_that_vary_as_the_baselines_do_are_no_alarm() -> None:
    """A mean that wanders from hour to hour alarms a baseline that knows nothing of hours, and not one that has learned."""

    def wandering(hours: int) -> Doubles:
        return RNG.normal(size=hours * 100) + np.repeat(RNG.normal(scale=0.5, size=hours), 100)

    profile = timed(wandering(400))
    assert profile.dispersion is not None
    naive = replace(profile, dispersion=replace(profile.dispersion, phi={"x": (1.0,) * len(profile.dispersion.spans)}))
    stream = wandering(60)
    alarms = [np.mean([status.alarming for status in history(DriftDetector(one), stream)]) for one in (profile, naive)]
    assert alarms[0] <= 0.05
    assert alarms[1] > 0.1


def test_a_replica_with_a_tenth_of_the_traffic_expects_less_of_as_many_rows() -> None:
    """Phi belongs to a length of time: the same rows, spread over ten times as long, come from more of its blocks."""
    values = RNG.normal(size=20_000) + np.repeat(RNG.normal(scale=0.5, size=200), 100)
    detectors = [DriftDetector(timed(values)) for _ in range(2)]
    for detector, pace in zip(detectors, (1.0, 10.0), strict=True):
        for row in range(0, 300, 10):
            detector.observe(Columns(10, {"x": np.full(10, 0.5)}), at=row * pace)
    fast, slow = (detector.report(at).features["x"].evidence for detector, at in zip(detectors, (299.0, 2990.0), strict=True))
    assert fast is not None
    assert slow is not None
    assert slow > 1.5 * fast


scores = st.floats(min_value=0, max_value=5)


@given(scores, st.floats(0, 60), st.floats(20, 1000), st.floats(1, 50))
def test_an_alarm_takes_score_margin_and_evidence(score: float, evidence: float, rows: float, phi: float) -> None:
    """A suffix alarms exactly where both are reached; more phi, or fewer rows, ask for more score."""
    given_scores = Scores(*(np.array([[value]]) for value in (score, 9.0, 18**0.5, phi, rows, 1e9, rows)))
    limits = Limits(np.array([0.2]), np.array([0.5]))
    low, high = (float(with_margin(one, given_scores, PLAIN_SCALE)[0, 0]) for one in limits)
    found = find(given_scores, np.array([[evidence]]), limits, np.array([15.0]), PLAIN_SCALE)
    expected = 0 if evidence < 15 or score <= low else CRITICAL if score > high else WARNING
    assert found.rank[0] == expected
    assert np.isnan(found.score[0]) == (expected == 0)
    assert 0.2 < low < high
    assert float(with_margin(limits.warning, given_scores._replace(phi=given_scores.phi * 2), PLAIN_SCALE)[0, 0]) > low


def test_the_shortest_suffix_of_the_highest_rank_is_told() -> None:
    """Three suffixes, the shortest in warning, the others critical: the second is what was found."""
    table = np.array([[1.0, 3.0, 2.0]]).T
    rows = np.array([[40.0, 80.0, 160.0]]).T
    mean, spread, phi = (np.full((3, 1), value) for value in (9.0, 18**0.5, 1.0))
    many = Scores(table, mean, spread, phi, rows, np.array([1e9]), rows)
    found = find(many, np.full((3, 1), 20.0), Limits(np.array([0.2]), np.array([0.5])), np.array([15.0]), PLAIN_SCALE)
    assert (int(found.rank[0]), float(found.rows[0]), float(found.score[0])) == (int(CRITICAL), 80.0, 3.0)


@pytest.mark.parametrize("rows", [28, 29])
def test_a_window_of_few_rows_has_no_suffix(rows: int) -> None:
    """Its longest suffix, 0.7 of it, would be shorter than twenty rows."""
    detector = DriftDetector(PROFILE)
    detector.observe(Columns(rows, {"x": np.full(rows, 50.0)}), at=0.0)
    assert (detector.report(0.0).features["x"].scan is not None) is (rows == 29)
