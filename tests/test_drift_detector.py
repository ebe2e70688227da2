"""The detector as the rest of the sidecar sees it: rows in at their times, statuses out, and nothing else matters."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sidecar.baseline import profile_of_columns
from sidecar.columns import ABSENT, Columns
from sidecar.drift_detector import DriftDetector
from sidecar.histogram import encode, tally
from sidecar.reasons import Insufficiency, Issue, Status
from sidecar.verdict import Report, Thresholds, Transition
from sidecar.window import WindowRule

RNG = np.random.default_rng(20240608)
VALUES = RNG.normal(size=3000)
PROFILE = profile_of_columns({"x": VALUES, "plan": RNG.choice(["a", "b", "c"], p=[0.6, 0.3, 0.1], size=3000).tolist()})
ONLY_X = profile_of_columns({"x": VALUES})
SMALL = WindowRule(rows=40)
SHIFTED, USUAL = VALUES + 3, VALUES


def column(values: Sequence[object] | NDArray[Any], name: str = "x") -> Columns:
    """Return rows of a single feature."""
    return Columns(len(values), {name: values})


def play(detector: DriftDetector, values: Iterable[Sequence[object] | NDArray[Any]], *, at: float = 0.0) -> list[Transition]:
    """Observe batches, one a second, and return the transitions."""
    found = []
    for second, batch in enumerate(values):
        found += detector.observe(column(batch), at=at + second).transitions
    return found


def steps(transitions: Iterable[Transition]) -> list[str]:
    """Return the statuses that were passed through."""
    return [f"{each.previous} -> {each.status}" for each in transitions]


def test_the_first_pane_is_too_small_and_enough_panes_are_ok() -> None:
    """Rows like the baseline's: insufficient until 88 effective rows are there, then ok, and never anything else."""
    detector = DriftDetector(ONLY_X)
    found = play(detector, USUAL.reshape(60, 50))
    assert steps(found) == ["insufficient_data -> ok"]
    assert (found[0].window_rows, found[0].at, found[0].features) == (100, 1.0, ())


def test_drift_goes_by_critical_to_cleared() -> None:
    """Ok, then shifted rows, then usual ones again: critical within some panes, cleared step by step when they are gone."""
    detector = DriftDetector(ONLY_X)
    found = play(detector, [*USUAL[:1500].reshape(30, 50), *SHIFTED[:1000].reshape(20, 50), *USUAL[:1500].reshape(30, 50)])
    assert steps(found) == [
        "insufficient_data -> ok",
        "ok -> warning",
        "warning -> critical",
        "critical -> warning",
        "warning -> ok",
    ]
    warning, critical, less, cleared = found[1:]
    assert 30 <= warning.at <= critical.at < 40
    assert 50 < less.at < cleared.at
    assert cleared.at - less.at >= 3
    assert (critical.features, cleared.features) == (("x",), ())
    assert critical.drift_score is not None
    assert critical.drift_score > 0.5


def test_statuses_change_at_pane_closes_alone() -> None:
    """Within a pane the score leaps and the worse status is shown, but only the pane's last row makes it a transition."""
    detector = DriftDetector(ONLY_X, window=WindowRule(rows=400), alpha=1)
    quantiles = np.sort(VALUES)[75::150]
    assert steps(play(detector, [quantiles])) == ["insufficient_data -> ok"]
    assert detector.observe(column([9.0] * 19), at=1.0).transitions == []
    assert detector.report(1.0).status is Status.CRITICAL
    assert steps(detector.observe(column([9.0]), at=2.0).transitions) == ["ok -> critical"]


def test_what_is_lacking_now_is_what_is_said() -> None:
    """The status may be that of the last close, its reason is that of the window as it is."""
    detector = DriftDetector(PROFILE)
    detector.observe(column(USUAL[:50]), at=0.0)
    assert detector.report(0.0).features["plan"].reason is Insufficiency.NO_ROWS
    detector.observe(column(["a"], "plan"), at=1.0)
    assert detector.report(1.0).features["plan"].reason is Insufficiency.TOO_FEW_ROWS


def test_a_status_better_than_at_the_last_close_is_not_shown() -> None:
    """A pane that closed with an alarm keeps it until a close says otherwise."""
    detector = DriftDetector(ONLY_X, window=WindowRule(rows=100), alpha=1)
    play(detector, SHIFTED[:100].reshape(20, 5))
    detector.observe(column(USUAL[:4]), at=21.0)
    assert detector.report(21.0).status is Status.CRITICAL


def test_an_empty_window_resets_everything() -> None:
    """An hour after the last row nothing is left to judge; the alarm ends, and what comes next is judged afresh."""
    detector = DriftDetector(ONLY_X)
    play(detector, SHIFTED[:1000].reshape(20, 50))
    assert detector.tick(3600.0 + 18) == []
    (gone,) = detector.tick(9999.0)
    assert (gone.previous, gone.status, gone.at) == (Status.CRITICAL, Status.INSUFFICIENT, 3619.0)
    assert (gone.drift_score, gone.window_rows, gone.features) == (None, 0, ())
    assert detector.report(9999.0).reason is Insufficiency.NO_ROWS
    assert steps(play(detector, USUAL[:200].reshape(4, 50), at=10_000)) == ["insufficient_data -> ok"]


def test_a_quiet_pane_is_judged_after_ten_seconds() -> None:
    """Twenty rows are no pane of a thousand-row window, but they do not wait for the others."""
    detector = DriftDetector(ONLY_X, alpha=1)
    detector.observe(column(SHIFTED[:20]), at=100.0)
    assert detector.tick(109.9) == []
    (alarm,) = detector.tick(112.0)
    assert (alarm.status, alarm.at, alarm.window_rows) == (Status.CRITICAL, 110.0, 20)


def test_reading_changes_nothing_and_loses_nothing() -> None:
    """A report that finds a close overdue leaves its transition to the next tick, dated as if the tick had found it."""
    detector = DriftDetector(ONLY_X, alpha=1)
    detector.observe(column(SHIFTED[:20]), at=100.0)
    assert detector.report(130.0).status is Status.CRITICAL
    assert [each.at for each in detector.tick(131.0)] == [110.0]
    assert detector.tick(132.0) == []


def test_a_report_is_kept_while_nothing_changes() -> None:
    """Asking again gives the same object; a row, a close or another rule gives another one."""
    detector = DriftDetector(ONLY_X)
    detector.observe(column(USUAL[:20]), at=0.0)
    first = detector.report(1.0)
    assert detector.report(2.0) is first
    assert detector.report(2.0, bins=True) is detector.report(3.0, bins=True)
    detector.observe(column(USUAL[20:21]), at=3.0)
    second = detector.report(3.0)
    detector.configure(alpha=1e-3)
    third = detector.report(3.0)
    assert len({id(each) for each in (first, second, third)}) == 3


def test_new_thresholds_show_at_once_and_count_at_the_next_close() -> None:
    """What a reload makes worse is shown; what it makes better waits for the close, and for the clearing."""
    detector = DriftDetector(ONLY_X)
    play(detector, (VALUES[:1000] + 0.3).reshape(20, 50))
    assert detector.report(20.0).status is Status.OK
    detector.configure(thresholds=Thresholds(warning=0.01, critical=9.0))
    assert detector.report(20.0).status is Status.WARNING
    assert steps(play(detector, (VALUES[:50] + 0.3).reshape(1, 50), at=21)) == ["ok -> warning"]
    detector.configure(thresholds=Thresholds())
    assert detector.report(21.0).status is Status.WARNING
    assert steps(play(detector, (VALUES[:150] + 0.3).reshape(3, 50), at=22)) == ["warning -> ok"]


def test_a_feature_of_its_own_thresholds() -> None:
    """A feature that may drift more than others is given room, by either threshold alone."""
    rows = (VALUES[:1000] + 0.7).reshape(20, 50)
    for thresholds, status in (
        (Thresholds(), Status.WARNING),
        (Thresholds(features={"x": (0.49, None)}), Status.OK),
        (Thresholds(features={"x": (None, 0.3)}), Status.CRITICAL),
        (Thresholds(features={"y": (0.01, 0.02)}), Status.WARNING),
    ):
        detector = DriftDetector(ONLY_X, thresholds=thresholds)
        play(detector, rows)
        assert detector.report(20.0).status is status


def test_evidence_keeps_small_windows_quiet() -> None:
    """A window of forty rows crosses 0.2 by chance all the time; the bare score alarms, the rule does not."""
    rows = RNG.normal(size=(400, 2))
    bare = play(DriftDetector(ONLY_X, window=SMALL, alpha=1), rows)
    assert any(each.status.alarming for each in bare)
    assert play(DriftDetector(ONLY_X, window=SMALL), rows) == []


def test_versions_are_watched_apart() -> None:
    """The drift of one version is not the other's, and the report is of the one seen last unless one is named."""
    detector = DriftDetector(ONLY_X, model_version="1")
    for second in range(20):
        rows = slice(50 * second, 50 * second + 50)
        detector.observe(column(USUAL[rows]), at=float(second))
        detector.observe(column(SHIFTED[rows]), at=float(second), model_version="2")
    assert detector.versions == ["2", "1"]
    assert (detector.report(20.0).model_version, detector.report(20.0).status) == ("2", Status.CRITICAL)
    assert detector.report(20.0, model_version="1").status is Status.OK
    with pytest.raises(KeyError):
        detector.report(20.0, model_version="3")


def test_the_least_recently_seen_version_is_forgotten() -> None:
    """Four are followed; a fifth takes the place of the one unseen longest, whose alarm is ended and not left on."""
    detector = DriftDetector(ONLY_X)
    for version in ("a", "b", "c", "d"):
        detector.observe(column(SHIFTED[:100] if version == "b" else USUAL[:100]), at=1.0, model_version=version)
    detector.observe(column(USUAL[:1]), at=2.0, model_version="a")
    found = detector.observe(column(USUAL[:1]), at=3.0, model_version="e").transitions
    assert [(each.model_version, each.previous, each.status, each.at) for each in found] == [
        ("b", Status.CRITICAL, Status.INSUFFICIENT, 3.0)
    ]
    assert detector.versions == ["e", "a", "d", "c"]


def test_before_the_first_row_there_is_a_report_all_the_same() -> None:
    """Of the version that rows are taken for where nobody says."""
    detector = DriftDetector(PROFILE, model_version="7")
    found = detector.report(0.0)
    assert (found.model_version, found.status, found.reason) == ("7", Status.INSUFFICIENT, Insufficiency.NO_ROWS)
    assert detector.versions == []


def test_without_a_baseline_nothing_is_said_of_rows() -> None:
    """They are counted, none of their values is odd, and the status has a reason."""
    detector = DriftDetector(None)
    found = detector.observe(Columns(3, {"x": [1.0, "wrong", None]}), at=0.0)
    assert (found.encoded, found.issues(1), found.rows, found.transitions) == (None, [], 3, [])
    assert (detector.names, detector.layout, detector.profile, detector.totals.rows) == ((), None, None, 3)
    assert detector.report(0.0).reason is Insufficiency.NO_BASELINE
    assert detector.tick(1e6) == []


def test_an_observation_knows_what_was_odd_about_each_row() -> None:
    """By name and issue, those of unknown features among them."""
    detector = DriftDetector(PROFILE)
    rows = Columns(3, {"x": [0.1, 99.0, None], "plan": ["a", "z", ABSENT], "stranger": [1, 1, 1]})
    found = detector.observe(rows, at=0.0)
    unknown = ("stranger", Issue.UNKNOWN_FEATURE)
    assert found.issues(0) == [unknown]
    assert set(found.issues(1)) == {("x", Issue.OUTLIER), ("x", Issue.OUT_OF_RANGE), ("plan", Issue.UNSEEN_CATEGORY), unknown}
    assert set(found.issues(2)) == {("x", Issue.MISSING), ("plan", Issue.ABSENT), unknown}
    assert detector.totals.unknown == detector.report(0.0).window.unknown == 3
    assert detector.totals.quality()["plan", Issue.ABSENT] == 1


def test_partial_rows_look_like_no_drift() -> None:
    """Callers who send one feature or the other leave each feature with rows like the baseline's."""
    detector = DriftDetector(PROFILE)
    for second in range(20):
        detector.observe(column(USUAL[50 * second :][:25]), at=float(second))
        detector.observe(column(["a"] * 15 + ["b"] * 8 + ["c"] * 2, "plan"), at=float(second))
    found = detector.report(20.0)
    assert (found.status, found.features["x"].rows, found.features["x"].absent) == (Status.OK, 500, 500)


@dataclass(frozen=True)
class Arrival:
    """Rows that arrived at one time, and how to cut them."""

    at: float
    values: list[float]
    cuts: list[int]
    reads: list[float]


@st.composite
def traffic(draw: st.DrawFn) -> list[Arrival]:
    """Return arrivals in order of time, with shifts, pauses and cuts anywhere."""
    at = 0.0
    arrivals: list[Arrival] = []
    for gap, size, shift in draw(
        st.lists(
            st.tuples(st.sampled_from([0.0, 0.3, 4.0, 11.0, 45.0]), st.integers(0, 30), st.sampled_from([0, 0, 9])), max_size=25
        )
    ):
        cuts = sorted(draw(st.lists(st.integers(0, size), max_size=4)))
        reads = sorted(draw(st.lists(st.floats(at, at + gap), max_size=2)))
        at += gap
        start = len(arrivals) * 31
        arrivals.append(Arrival(at, (VALUES[start : start + size] + shift).tolist(), cuts, reads))
    return arrivals


def run(arrivals: list[Arrival], *, cut: bool, read: bool, alpha: float) -> tuple[list[Transition], Report]:
    """Play the arrivals, cut into batches and read in between or not; return the transitions and the last report."""
    detector = DriftDetector(ONLY_X, window=WindowRule(rows=60, min_seconds=5, seconds=60), alpha=alpha)
    found: list[Transition] = []
    for arrival in arrivals:
        for number, at in enumerate(arrival.reads if read else []):
            detector.report(at, bins=bool(number % 2))
            found += detector.tick(at) if number % 2 else []
        edges = [0, *(arrival.cuts if cut else []), len(arrival.values)]
        for start, stop in pairwise(edges):
            found += detector.observe(column(arrival.values[start:stop]), at=arrival.at).transitions
    end = arrivals[-1].at + 15 if arrivals else 0.0
    found += detector.tick(end)
    return found, detector.report(end, bins=True)


@settings(max_examples=60, deadline=None)
@given(traffic(), st.sampled_from([1.0, 1e-6]))
def test_nothing_depends_on_batches_or_readers(arrivals: list[Arrival], alpha: float) -> None:
    """Any cut of the same rows at the same times, and any reading in between, gives the same transitions and report."""
    plain = run(arrivals, cut=False, read=False, alpha=alpha)
    assert run(arrivals, cut=True, read=False, alpha=alpha) == plain
    assert run(arrivals, cut=False, read=True, alpha=alpha) == plain
    assert run(arrivals, cut=True, read=True, alpha=alpha) == plain


@settings(max_examples=60, deadline=None)
@given(traffic())
def test_the_window_is_the_newest_rows_and_nothing_else(arrivals: list[Arrival]) -> None:
    """After any traffic the window's counts are those of as many of the newest rows, counted anew."""
    detector = DriftDetector(ONLY_X, window=WindowRule(rows=60, min_seconds=5, seconds=60))
    for arrival in arrivals:
        detector.observe(column(arrival.values), at=arrival.at)
    rows = [value for arrival in arrivals for value in arrival.values]
    held = detector.report(arrivals[-1].at if arrivals else 0.0, bins=True)
    newest = rows[len(rows) - held.window.rows :]
    layout = detector.layout
    assert layout is not None
    counts = layout.to_score(tally(encode(column(newest), layout), layout).fine)
    bins = held.features["x"].bins or ()
    assert [own["window"] for own in bins] == [counts[0, own.column] for own in layout.score_bins(0)]


def test_a_long_quiet_stream_raises_no_alarm() -> None:
    """Twelve features of all sorts, 20 000 rows like the baseline's in windows of 200: 2000 closes, and not one alarm."""
    rng = np.random.default_rng(99)

    def sample(rows: int) -> dict[str, Any]:
        numeric = {f"normal{number}": rng.normal(size=rows) for number in range(5)}
        skewed = {
            "lognormal": rng.lognormal(sigma=1.5, size=rows),
            "zeros": rng.poisson(0.3, size=rows),
            "count": rng.poisson(9, size=rows),
        }
        zipf = {f"zipf{number}": np.minimum(rng.zipf(1.6, size=rows), 500).astype(str).tolist() for number in range(4)}
        return numeric | skewed | zipf

    detector = DriftDetector(profile_of_columns(sample(2000)), window=WindowRule(rows=200))
    found = [
        each for second in range(100) for each in detector.observe(Columns(200, sample(200)), at=float(second)).transitions
    ]
    assert not any(each.status.alarming for each in found)


@pytest.mark.parametrize(
    ("drift", "rows"),
    [
        pytest.param(lambda rng, x: rng.normal(size=x) + 1, 600, id="mean"),
        pytest.param(lambda rng, x: 2 * rng.normal(size=x), 800, id="spread"),
        pytest.param(lambda rng, x: np.where(rng.random(x) < 0.3, np.nan, rng.normal(size=x)), 800, id="missing"),
        pytest.param(lambda _, x: np.full(x, 0.5), 300, id="constant"),
    ],
)
def test_a_drift_is_found_within_a_window(drift: Any, rows: int) -> None:
    """One standard deviation more, twice the spread, 30 % missing or a constant: a warning within a window of 1000 rows."""
    rng = np.random.default_rng(5)
    detector = DriftDetector(profile_of_columns({"x": rng.normal(size=10_000)}))
    play(detector, rng.normal(size=(20, 50)))
    alarms = [each for each in play(detector, drift(rng, 1000).reshape(20, 50), at=20) if each.status.alarming]
    assert alarms
    assert (alarms[0].at - 19) * 50 <= rows
