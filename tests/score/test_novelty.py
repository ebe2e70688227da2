"""Fewer new values than promised are no alarm, and nothing else changes by it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from benchmarks.calibrate.replay import COLUMNS, training
from sidecar import score
from sidecar.baseline import profile_of_columns
from sidecar.columns import Columns
from sidecar.drift_detector import DriftDetector
from sidecar.reasons import Status
from sidecar.score.novelty import Integers, fewer_new, pool
from sidecar.window import WindowRule

UNSEEN, OTHER = 1, 2
counts = arrays(np.int64, 5, elements=st.integers(0, 300)).filter(lambda rows: bool(rows.sum()))


def pooled(window: Integers, baseline: Integers) -> tuple[Integers, Integers]:
    """Return what is judged of counts whose second and third bins are unseen and other."""
    fewer = fewer_new(window, baseline, UNSEEN, OTHER)
    return pool(window, fewer, UNSEEN, OTHER), pool(baseline, fewer, UNSEEN, OTHER)


@given(counts, counts)
def test_a_pool_keeps_every_row_and_raises_no_effect(window: Integers, baseline: Integers) -> None:
    """Rows stay rows, and pooled bins are never further apart than the bins were."""
    one, other = pooled(window, baseline)
    assert (one.sum(), other.sum()) == (window.sum(), baseline.sum())
    assert score.chi_square_effect(one, other) <= score.chi_square_effect(window, baseline) + 1e-12
    assert score.js(one, other) <= score.js(window, baseline) + 1e-12
    assert score.hellinger(one, other) <= score.hellinger(window, baseline) + 1e-12


@given(counts, counts)
def test_more_new_values_than_promised_are_compared_as_they_are(window: Integers, baseline: Integers) -> None:
    """Nothing is pooled from the promised share on, exactly."""
    new, rare = int(window[UNSEEN]), int(window[UNSEEN] + window[OTHER])
    promised, room = int(baseline[UNSEEN]), int(baseline[UNSEEN] + baseline[OTHER])
    changed = not np.array_equal(pooled(window, baseline)[0], window) or not np.array_equal(
        pooled(window, baseline)[1], baseline
    )
    if new * room >= promised * rare:
        assert not changed
    else:
        assert pooled(window, baseline)[0][UNSEEN] == pooled(window, baseline)[1][UNSEEN] == 0


@given(arrays(np.int64, (3, 4, 5), elements=st.integers(0, 50)), arrays(np.int64, (4, 5), elements=st.integers(0, 50)))
def test_each_window_is_looked_at_for_itself(windows: Integers, baseline: Integers) -> None:
    """What is done with many windows of many features at once is what is done with each."""
    one, other = (np.broadcast_to(each, windows.shape) for each in pooled(windows, baseline))
    for place in np.ndindex(3, 4):
        alone = pooled(windows[place], baseline[place[1]])
        np.testing.assert_array_equal(one[place], alone[0])
        np.testing.assert_array_equal(other[place], alone[1])


@pytest.mark.parametrize("rows", [1000, 6000])
@pytest.mark.parametrize("part", ["the first rows", "rows at random", "all rows"])
def test_training_rows_that_are_sent_again_are_no_drift(rows: int, part: str) -> None:
    """Identifiers, customers and long tails of categories, more of them than are remembered, are ok when they come again."""
    random = np.random.default_rng(rows)
    columns = training(random, rows)
    detector = DriftDetector(profile_of_columns(columns))
    chosen = {"the first rows": np.arange(500), "rows at random": random.permutation(rows)[:500], "all rows": np.arange(rows)}[
        part
    ]
    report = detector.batch([Columns(len(chosen), {name: cells[chosen] for name, cells in columns.items()})])
    assert {name: feature.status for name, feature in report.features.items()} == dict.fromkeys(COLUMNS, Status.OK)


def test_new_values_beyond_the_promise_are_drift_as_ever() -> None:
    """A fifth of the rows with categories that nobody has seen is an alarm, also in a column that promises some."""
    random = np.random.default_rng(1)
    columns = training(random, 6000)
    tail = columns["long tail"][random.integers(6000, size=1000)]
    fresh = np.where(random.random(1000) < 0.3, np.char.add("new ", np.arange(1000).astype(str)), tail)
    report = DriftDetector(profile_of_columns({"long tail": columns["long tail"]})).batch([Columns(1000, {"long tail": fresh})])
    assert report.features["long tail"].status.alarming


def test_score_and_evidence_are_the_rules_whatever_is_judged() -> None:
    """Identifiers that come again are far from what was promised, and the report says so; the status knows better."""
    columns = training(np.random.default_rng(2), 1000)
    feature = DriftDetector(profile_of_columns(columns)).batch([Columns(1000, dict(columns))]).features["identifier"]
    window, baseline = np.array([0, 1000]), np.array([1000, 0])
    assert feature.score == pytest.approx(float(score.chi_square_score(window, baseline)))
    assert feature.evidence == pytest.approx(float(score.log_evidence(window, baseline)))
    assert (feature.status, feature.reason) == (Status.OK, None)


def test_the_bare_score_decides_where_nobody_asks_for_evidence() -> None:
    """With alpha 1 a score above the threshold is an alarm, whatever it is made of."""
    columns = training(np.random.default_rng(2), 1000)
    report = DriftDetector(profile_of_columns(columns), alpha=1.0).batch([Columns(1000, dict(columns))])
    assert report.features["identifier"].status is Status.CRITICAL


def test_a_held_alarm_ends_when_training_rows_come_again() -> None:
    """What clears an alarm is what would not have raised it: not the score of values that are known."""
    random = np.random.default_rng(3)
    columns = training(random, 6000)
    profile = profile_of_columns({"customer": columns["customer"]})
    detector = DriftDetector(profile, window=WindowRule(rows=500))
    strangers = np.char.add("new ", np.arange(1000).astype(str))
    statuses = []
    for start, cells in enumerate([strangers, *np.split(columns["customer"], 6)]):
        detector.observe(Columns(1000, {"customer": cells}), at=float(start))
        statuses.append(detector.report(float(start)).status)
    assert statuses[0].alarming
    assert statuses[-1] is Status.OK
