"""Looking bins up in a table gives what searching for them gives, to the last bit."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.histogram.edges import WORTHWHILE, Edges

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@given(st.sets(FINITE, max_size=40).map(sorted), st.lists(st.floats(allow_nan=False), max_size=20))
def test_the_table_agrees_with_the_search(edges: list[float], more: list[float]) -> None:
    """At the edges, a step beside them, and anywhere else, at all magnitudes."""
    beside = [math.nextafter(edge, side) for edge in edges for side in (-math.inf, math.inf)]
    values = np.array((edges + beside + more or [0.0]) * WORTHWHILE)
    np.testing.assert_array_equal(Edges(edges).bins(values), np.searchsorted(edges, values, "left"))


@pytest.mark.parametrize("tail", [1.0, 3.0, 40.0])
def test_tails_of_any_weight_are_found(tail: float) -> None:
    """Most edges in one cell, or spread over all: the bins are those of the search."""
    values = np.random.default_rng(1).lognormal(0, tail, 20_000)
    edges = np.unique(np.quantile(values, np.arange(1, 100) / 100))
    np.testing.assert_array_equal(Edges(edges.tolist()).bins(values), np.searchsorted(edges, values, "left"))


def test_what_is_no_number_gets_some_bin_and_no_warning() -> None:
    """NaN has a bin of its own elsewhere; here it only must not disturb."""
    assert len(Edges([1.0, 2.0]).bins(np.full(WORTHWHILE, math.nan))) == WORTHWHILE
