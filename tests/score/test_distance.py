"""KS and Wasserstein from a histogram stay close to those of the raw rows, and are equal to them on a fine enough grid."""

from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from sidecar.score import ks, ks_of_rows, wasserstein, wasserstein_of_rows
from sidecar.score.shares import Floats

Ints: TypeAlias = NDArray[np.int64]
rows = st.lists(st.integers(min_value=-20, max_value=20), min_size=1, max_size=40)


def grid(values: ArrayLike, edges: ArrayLike) -> tuple[Ints, Floats]:
    """Return count and sum of the values in each right-closed bin."""
    bins = np.searchsorted(edges, values, side="left")
    size = np.size(edges) + 1
    counts = np.bincount(bins, minlength=size).astype(np.int64)
    return counts, np.bincount(bins, weights=np.asarray(values, dtype=np.float64), minlength=size).astype(np.float64)


def raw_ks(window: ArrayLike, baseline: ArrayLike) -> float:
    """Return the largest gap between the shares of rows up to any value, by the definition."""
    window, baseline = np.sort(np.asarray(window)), np.sort(np.asarray(baseline))
    places = np.union1d(window, baseline)
    below = [np.searchsorted(rows, places, side="right") / len(rows) for rows in (window, baseline)]
    return float(np.max(np.abs(below[0] - below[1])))


@given(rows, rows)
def test_distances_are_exact_on_a_grid_of_single_values(window: list[int], baseline: list[int]) -> None:
    """Where each bin holds one value, the histogram has lost nothing; empty bins at either end and between do not matter."""
    edges = np.arange(-20.0, 20.0)
    (x, x_sums), (c, c_sums) = grid(np.array(window), edges), grid(np.array(baseline), edges)
    assert ks(x, c) == pytest.approx(raw_ks(window, baseline), abs=1e-12)
    assert wasserstein(x, c, x_sums, c_sums, [*edges, np.inf]) == pytest.approx(
        stats.wasserstein_distance(window, baseline), abs=1e-12
    )


@given(rows, rows, st.lists(st.integers(min_value=-20, max_value=20), unique=True, max_size=6))
def test_wasserstein_of_any_grid_is_never_less_than_the_means_show(
    window: list[int], baseline: list[int], edges: list[int]
) -> None:
    """However coarse the bins, the means are known, and no distance is less than they are apart."""
    grids = [grid(np.array(values), np.array(sorted(edges))) for values in (window, baseline)]
    (x, x_sums), (c, c_sums) = grids
    found = wasserstein(x, c, x_sums, c_sums, [*sorted(edges), np.inf])
    assert found >= abs(np.mean(window) - np.mean(baseline)) - 1e-9


@given(rows, rows, st.integers(min_value=1, max_value=5))
def test_leading_axes_are_windows_of_their_own(window: list[int], baseline: list[int], copies: int) -> None:
    """Several windows at once have the distances that each of them has alone."""
    edges = np.array([-9.0, -3.0, 2.0, 10.0])
    (x, x_sums), (c, c_sums) = grid(np.array(window), edges), grid(np.array(baseline), edges)
    many = wasserstein(np.stack([x] * copies), c, np.stack([x_sums] * copies), c_sums, [*edges, np.inf])
    assert many.tolist() == [float(wasserstein(x, c, x_sums, c_sums, [*edges, np.inf]))] * copies


def test_rows_that_all_lie_in_one_gap_of_the_baseline_are_as_far_as_they_are() -> None:
    """A column that has gone constant between two values of the baseline is not half as far as it is: parts do not cancel."""
    (x, x_sums), (c, c_sums) = grid(np.full(9, 2.0), np.array([0.0, 3.9])), grid(np.array([0.0, 4.0]), np.array([0.0, 3.9]))
    assert wasserstein(x, c, x_sums, c_sums, [0.0, 3.9, np.inf]) == pytest.approx(2.0, abs=1e-12)


@given(rows, rows)
def test_distances_of_rows_are_those_of_scipy(window: list[int], baseline: list[int]) -> None:
    """Where the rows are at hand, both distances are exact."""
    assert ks_of_rows(window, baseline) == pytest.approx(raw_ks(window, baseline), abs=1e-9)
    exact = stats.wasserstein_distance(window, baseline)
    assert wasserstein_of_rows(window, baseline) == pytest.approx(exact, abs=1e-9)
    assert np.isnan(ks_of_rows([], baseline))
    assert np.isnan(wasserstein_of_rows(window, []))


@pytest.mark.parametrize("shift", [0.0, 0.1, 0.5, 2.0])
@pytest.mark.parametrize("spread", [1.0, 2.0])
def test_fifty_bins_are_close_to_the_raw_rows(shift: float, spread: float) -> None:
    """At fifty bins KS is within 0.01 and Wasserstein within 0.02 standard deviations of the raw rows'."""
    rng = np.random.default_rng(11)
    for baseline in (rng.normal(size=10_000), rng.exponential(size=10_000), rng.lognormal(size=10_000)):
        deviation = baseline.std()
        window = rng.permutation(baseline)[:1000] * spread + shift * deviation
        edges = np.unique(np.quantile(baseline, np.arange(1, 50) / 50, method="inverted_cdf"))
        (x, x_sums), (c, c_sums) = grid(window, edges), grid(baseline, edges)
        assert ks(x, c) == pytest.approx(raw_ks(window, baseline), abs=0.01)
        exact = stats.wasserstein_distance(window, baseline)
        assert wasserstein(x, c, x_sums, c_sums, [*edges, np.inf]) / deviation == pytest.approx(exact / deviation, abs=0.02)


def test_distances_of_nothing_are_nan() -> None:
    """A feature whose values are all missing has no distance."""
    assert np.isnan(ks([0, 0], [2, 2]))
    assert np.isnan(wasserstein([0, 0], [2, 2], [0, 0], [1, 5], [1, np.inf]))
    assert np.isnan(wasserstein([0, 0], [0, 0], [0, 0], [0, 0], [1, np.inf]))
