"""Blocks of rows drawn at random have the mean statistic df, exactly; others have more."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sidecar.score import block_statistic, excess, over_dispersion

small = st.lists(st.integers(min_value=0, max_value=3), min_size=4, max_size=8)


@given(small, st.integers(min_value=1, max_value=7))
def test_all_blocks_of_a_size_have_df_on_average(values: list[int], size: int) -> None:
    """Over every possible draw the mean is the degrees of freedom, however few rows a bin has."""
    size = min(size, len(values) - 1)
    whole = np.bincount(values, minlength=4)
    blocks = [np.bincount(draw, minlength=4) for draw in combinations(values, size)]
    mean = np.mean(block_statistic(np.array(blocks), whole))
    assert mean == pytest.approx(np.count_nonzero(whole) - 1, abs=1e-9)


@given(st.lists(st.integers(1, 50), min_size=3, max_size=3), st.lists(st.integers(1, 50), min_size=3, max_size=3))
def test_it_is_pearsons_test_of_the_block_and_the_rest(block: list[int], rest: list[int]) -> None:
    """Up to the factor (N - 1) / N it is the textbook's test of homogeneity."""
    total = sum(block) + sum(rest)
    found = block_statistic(block, np.add(block, rest))
    assert found == pytest.approx((total - 1) / total * stats.chi2_contingency([block, rest], correction=False).statistic)


def test_a_block_that_is_empty_or_everything_says_nothing() -> None:
    """There is nothing to compare it with."""
    assert np.isnan(block_statistic([[0, 0], [2, 3]], [2, 3])).all()


def test_phi_is_never_below_one() -> None:
    """Blocks that are more alike than chance would have them, or none at all, are taken for independent rows."""
    assert over_dispersion([[0.1, 0.2], [np.nan, np.nan], [8.0, np.nan]], [2, 2, 2]).tolist() == [1.0, 1.0, 4.0]
    assert over_dispersion([5.0], 0) == 1.0


@given(st.floats(1, 100), st.floats(1, 1e6))
def test_excess_gives_phi_back(phi: float, rows: float) -> None:
    """What each row adds, times the rows, is what phi has above 1."""
    assert 1 + rows * excess(phi, rows) == pytest.approx(phi)
    assert excess(phi, 0.0) == 0
