"""Calibration applies the rule that ships: what it says of a stream is what the detector says, pane close by pane close."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.calibrate.columns import KINDS, Values, table
from benchmarks.calibrate.delay import DRIFTS
from benchmarks.calibrate.delay import broken as slow
from benchmarks.calibrate.kept import Kept
from benchmarks.calibrate.replay import COLUMNS
from benchmarks.calibrate.replay import broken as forgetful
from benchmarks.calibrate.silence import CATEGORIES, NUMBERS
from benchmarks.calibrate.silence import broken as loud
from benchmarks.calibrate.streams import Streams, profile_of, without_scan
from sidecar.baseline import Profile
from sidecar.columns import Columns
from sidecar.drift_detector import DriftDetector
from sidecar.verdict.rule import INSUFFICIENT, WARNING
from sidecar.window import WindowRule


def stream(random: np.random.Generator) -> dict[str, Values]:
    """Return a stream of five features, of which one drifts from the middle on."""
    columns = table(random, 5, 600)
    numbers = columns["gaussian 0"].astype(np.float64)
    return columns | {"gaussian 0": np.where(np.arange(600) < 300, numbers, numbers + 1.5)}


def detected(profile: Profile, columns: dict[str, Values], rows: int) -> tuple[list[list[bool]], list[list[bool]]]:
    """Return what the detector says at each close of a full window: alarms, and features of which nothing can be said."""
    detector = DriftDetector(profile, window=WindowRule(rows=rows))
    alarms, silent = [], []
    for second in range(len(columns["gaussian 0"])):
        row = {name: [cells[second].item()] for name, cells in columns.items()}
        detector.observe(Columns(1, row), at=float(second))
        if second + 1 >= rows and (second + 1) % WindowRule(rows=rows).pane_rows == 0:
            window, rule = detector._streams["unknown"].window, detector._rule
            rank = rule.judge(window.sight()).judgement.rank
            alarms.append((rank >= WARNING).tolist())
            silent.append((rank == INSUFFICIENT).tolist())
    return alarms, silent


@pytest.mark.parametrize("timed", [False, True])
@pytest.mark.parametrize("rows", [100, 200])
def test_a_stream_at_once_is_judged_as_row_by_row(rows: int, *, timed: bool) -> None:
    """Every close of a stream, with and without the scan, has the alarms of the real window."""
    random = np.random.default_rng(rows)
    profile, columns = profile_of(table(random, 5, 2000), timed=timed), stream(random)
    found = Streams.of(profile, rows).evaluate(columns)
    alarms, silent = detected(profile, columns, rows)
    assert found.alarms.tolist() == alarms
    assert found.insufficient.tolist() == silent
    assert found.alarms.any()
    assert not found.alarms[: 200 // (rows // 20) - 20].any()


def test_without_scan_the_same_baseline_is_judged_by_the_whole_window() -> None:
    """What times told is left out, and nothing else."""
    random = np.random.default_rng(3)
    training, columns = table(random, 5, 2000), stream(random)
    scanning = Streams.of(profile_of(training, timed=True), 200)
    whole = without_scan(scanning).evaluate(columns)
    np.testing.assert_array_equal(whole.alarms, Streams.of(profile_of(training, timed=False), 200).evaluate(columns).alarms)
    assert whole.alarms.sum() < scanning.evaluate(columns).alarms.sum()


def test_each_kind_of_column_is_there() -> None:
    """Twenty features are four of each kind, and the same seed draws the same."""
    one, other = (table(np.random.default_rng(1), 20, 50) for _ in range(2))
    assert [sum(name.startswith(kind) for name in one) for kind in KINDS] == [4] * 5
    assert all(np.array_equal(one[name], other[name]) for name in one)


def test_results_survive_a_stop(tmp_path: Path) -> None:
    """What was made is not made again, until somebody wants it fresh."""
    made = []

    def make() -> int:
        made.append(1)
        return len(made)

    assert [Kept("x", place=tmp_path).get("a", make) for _ in range(2)] == [1, 1]
    assert Kept("x", place=tmp_path, fresh=True).get("a", make) == 2


def test_a_broken_promise_is_told() -> None:
    """One alarm without drift is one too many, also of training rows; silence is no way out, and neither is being late."""
    row = {"window": 1000, "baseline": 10_000, "features": 20, "evaluations": 1000, "alarms": 0, "alarms, scan": 0}
    calm = row | {"insufficient": 10, NUMBERS: 0, CATEGORIES: 1000}
    assert loud([calm]) == []
    assert (
        len(loud([calm | {"alarms": 1}]))
        == len(loud([calm | {"alarms, scan": 1}]))
        == len(loud([calm | {"insufficient": 11}]))
        == 1
    )
    late = [{"drift": name, "baseline": 1000, "median": 1.5 * bound, "early": 0} for name, (_, _, bound) in DRIFTS.items()]
    assert slow(late) == []
    assert len(slow([each | {"baseline": 10_000} for each in late])) == len(DRIFTS)
    assert forgetful([dict.fromkeys(COLUMNS, 0)]) == []
    assert len(forgetful([dict.fromkeys(COLUMNS, 1)])) == len(COLUMNS)
