"""What is learned from times: nothing where rows are independent, the variance of blocks where they are not."""

import json
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from sidecar.baseline import BaselineError, Choices, Profile, build, profile_from_json, profile_text
from sidecar.baseline.source import Records, Table
from sidecar.dispersion import grave, learn

Doubles = NDArray[np.float64]
ROWS = 16_000


def learned(columns: dict[str, object], times: object, choices: Choices | None = None) -> Profile:
    """Return the profile of columns with these times."""
    chosen = choices or Choices()
    chosen = replace(chosen, drop=chosen.drop | {"at"})
    table = Table(columns | {"at": times})  # type: ignore[arg-type]
    return learn(table, build(table, chosen).profile, "at", chosen)


def wandering(rows: int, block: int, spread: float) -> Doubles:
    """Return a Gaussian column whose mean is another one in every block of rows."""
    random = np.random.default_rng(rows)
    means = random.normal(scale=spread, size=rows // block + 1)
    return random.normal(size=rows) + np.repeat(means, block)[:rows]


def test_independent_rows_have_phi_1() -> None:
    """Nothing is learned where there is nothing, at any length, for numbers and for categories."""
    random = np.random.default_rng(1)
    columns = {"x": random.normal(size=ROWS), "k": random.choice(list("abcde"), ROWS).tolist()}
    table = learned(columns, np.arange(float(ROWS))).dispersion
    assert table is not None
    assert table.seconds == ROWS - 1
    assert table.spans[0] < 20
    assert ROWS / 9 < table.spans[-1] <= ROWS / 8
    assert all(1 <= phi < 1.6 for values in table.phi.values() for phi in values)
    assert np.mean([table.phi["x"][:5], table.phi["k"][:5]]) < 1.05


def test_blocks_that_wander_have_the_phi_that_their_variance_gives() -> None:
    """If a block's mean moves by s, each bin's share moves by s times its slope: phi - 1 follows from the normal density."""
    spread, block = 0.3, 500
    table = learned({"x": wandering(200_000, block, spread)}, np.arange(200_000.0)).dispersion
    assert table is not None
    at = int(np.argmin(np.abs(np.array(table.rows["x"]) - block / 4)))
    # The expected statistic of n rows shifted by s: n times the sum of (dp)^2 / p over deciles, about 0.9 s^2 in ten bins.
    expected = 1 + table.rows["x"][at] * 0.9 * spread**2 / (1 + spread**2) / 9
    assert 0.85 * expected < table.phi["x"][at] < 1.5 * expected  # more than the mean where some blocks are far away


def test_the_order_of_rows_in_the_file_does_not_matter() -> None:
    """Times are sorted, not the file."""
    values, times = wandering(4000, 100, 0.5), np.arange(4000.0)
    order = np.random.default_rng(2).permutation(4000)
    assert learned({"x": values}, times) == learned({"x": values[order]}, times[order])


def test_a_single_storm_is_no_surprise_to_the_baseline() -> None:
    """Phi is raised where the mean over blocks would leave some of the baseline's own days as evidence against it."""
    random = np.random.default_rng(3)
    values = random.normal(size=8000)
    calm = learned({"x": values}, np.arange(8000.0)).dispersion
    values[4000:4200] += 2.0
    stormy = learned({"x": values}, np.arange(8000.0)).dispersion
    assert calm is not None
    assert stormy is not None
    assert max(calm.phi["x"][:5]) < 1.2
    assert max(stormy.phi["x"]) > 3


def test_the_fingerprint_covers_what_was_learned() -> None:
    """A profile with times is another baseline, survives its file, and one without is as it always was."""
    values = wandering(4000, 100, 0.5)
    profile = learned({"x": values}, np.arange(4000.0))
    without = replace(profile, dispersion=None)
    assert profile.fingerprint != without.fingerprint
    assert profile_from_json(json.loads(profile_text(profile))) == profile
    assert "dispersion" not in without.to_json()
    assert (profile.to_json()["schema"], without.to_json()["schema"]) == (2, 1)


def test_a_prediction_is_learned_under_its_name() -> None:
    """The column of answers is the feature `prediction` here too."""
    profile = learned({"x": np.arange(400.0), "answer": np.arange(400.0)}, np.arange(400.0), Choices(prediction="answer"))
    assert profile.dispersion is not None
    assert set(profile.dispersion.phi) == {"x", "prediction"}
    assert profile.dispersion.phi["x"] == profile.dispersion.phi["prediction"]


def test_rows_without_a_time_are_left_out() -> None:
    """They are in the bins, and in no block."""
    times = [None if row % 2 else float(row) for row in range(2000)]
    profile = learned({"x": np.arange(2000.0)}, times)
    assert profile.dispersion is not None
    assert profile.rows == 2000
    assert max(profile.dispersion.rows["x"]) < 2000 / 16


def test_data_that_is_sorted_by_a_feature_is_pointed_out() -> None:
    """Such phi would hide drift, and the person who builds the baseline is told."""
    rising = learned({"x": np.arange(8000.0), "y": np.random.default_rng(4).normal(size=8000)}, np.arange(8000.0))
    assert list(grave(rising)) == ["x"]
    assert grave(replace(rising, dispersion=None)) == {}


@pytest.mark.parametrize(
    ("times", "fault"),
    [([1.0] * 9, "holds one time only"), ([None] * 9, "holds no times"), (["x"] * 9, "where a time belongs")],
)
def test_a_column_that_holds_no_times_is_told(times: list[object], fault: str) -> None:
    """There is no silent profile without what was asked for."""
    with pytest.raises(BaselineError, match=f"time column 'at' .*{fault}"):
        learned({"x": list(range(9))}, times)


def test_the_smallest_baselines_are_learned_from_too() -> None:
    """Two rows are two blocks, and nothing fails."""
    records = [{"x": 1.0, "at": 0.0}, {"x": 2.0, "at": 1.0}]
    profile = learn(Records(records), build(Records(records), Choices(drop=frozenset({"at"}))).profile, "at")
    assert profile.dispersion is not None
    assert all(phi >= 1 for phi in profile.dispersion.phi["x"])


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"spans": []}, "no ascending spans"),
        ({"spans": [2.0, 1.0]}, "no ascending spans"),
        ({"spans": [0.0, 1.0]}, "no ascending spans"),
        ({"seconds": 0}, "no ascending spans"),
        ({"phi": {}}, "phi is|does not fit|x is not there"),
        ({"phi": {"x": [1.0]}}, "does not fit"),
        ({"rows": 3}, "rows is no object"),
    ],
)
def test_a_damaged_table_is_refused(change: dict[str, object], fault: str) -> None:
    """Nothing about it is taken on trust, like the rest of the file."""
    document = json.loads(profile_text(learned({"x": wandering(400, 50, 0.5)}, np.arange(400.0))))
    document["dispersion"] |= change
    with pytest.raises(BaselineError, match=fault):
        profile_from_json(document)
