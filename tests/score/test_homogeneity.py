"""Sparse bins are pooled, so that the p-value keeps its meaning; full tables are left as they are."""

from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy import stats

from sidecar.score import chi_square_test

Ints: TypeAlias = NDArray[np.int64]
counts = arrays(np.int64, 6, elements=st.integers(min_value=0, max_value=60)).filter(lambda x: bool(x.sum()))


def contingency(*columns: tuple[int, int]) -> tuple[float, float, float]:
    """Return scipy's statistic, degrees of freedom and p-value for a table given by its columns."""
    test = stats.chi2_contingency(np.array(columns).T, correction=False)
    return test.statistic, test.dof, test.pvalue


@given(counts, counts)
@example(np.array([3, 0, 0, 0, 0, 0]), np.array([24] * 6))
def test_the_test_is_scipys_on_the_pooled_table(x: Ints, c: Ints) -> None:
    """Pooling by hand, then chi2_contingency, gives the same three numbers."""
    table = pool_by_hand(x, c)
    if len(table) == 1:
        assert list(chi_square_test(x, c)) == [0, 0, 1]
    else:
        assert list(map(float, chi_square_test(x, c))) == pytest.approx(contingency(*table), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(("rare", "pooled"), [(1, True), (2, False), (3, False)])
def test_a_bin_is_pooled_below_one_expected_row(*, rare: int, pooled: bool) -> None:
    """With equal samples a bin of two rows expects one in each and stays; a bin of one row expects half and goes."""
    x, c = [50, 50, rare], [50, 50 + rare, 0]
    assert chi_square_test(x, c).dof == (1 if pooled else 2)


def test_rare_bins_become_one_bin() -> None:
    """Six bins that expect half a row each are one bin that expects three."""
    x, c = [50, 50, 1, 1, 1, 0, 0, 0], [50, 50, 0, 0, 0, 1, 1, 1]
    assert list(map(float, chi_square_test(x, c))) == pytest.approx(contingency((50, 50), (50, 50), (3, 3)))


def test_a_pool_that_is_still_rare_joins_the_smallest_bin() -> None:
    """One odd row in two hundred is no bin of its own; it is counted with the smaller of the others."""
    assert list(map(float, chi_square_test([60, 40, 1], [50, 49, 0]))) == pytest.approx(contingency((60, 50), (41, 49)))


def test_p_values_are_uniform_without_drift() -> None:
    """Over a thousand windows of a long-tailed feature, one in ten p-values is below 0.1, as it must be."""
    rng = np.random.default_rng(7)
    shares = 1 / np.arange(1, 41)
    baseline, windows = (rng.multinomial(n, shares / shares.sum(), size=1000) for n in (2000, 300))
    p_value = chi_square_test(windows, baseline).p_value
    assert 0.08 < np.mean(p_value < 0.1) < 0.12
    assert 0.004 < np.mean(p_value < 0.01) < 0.02


def pool_by_hand(x: Ints, c: Ints) -> list[tuple[int, int]]:
    """Return the columns of the table after pooling, by loops."""
    smaller = min(x.sum(), c.sum()) / (x.sum() + c.sum())
    columns = [(int(a), int(b)) for a, b in zip(x, c, strict=True) if a + b]
    kept = [column for column in columns if sum(column) * smaller >= 1]
    rare = [column for column in columns if sum(column) * smaller < 1]
    if not rare:
        return kept
    pool = (sum(a for a, _ in rare), sum(b for _, b in rare))
    if sum(pool) * smaller < 1 and kept:
        least = min(kept, key=sum)
        kept.remove(least)
        pool = (pool[0] + least[0], pool[1] + least[1])
    return [*kept, pool]
