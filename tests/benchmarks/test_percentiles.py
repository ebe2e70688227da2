"""Percentiles are latencies that were measured."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.percentiles import middle, percentile

_VALUES = st.lists(st.floats(0, 1e6), min_size=1, max_size=300)


@given(_VALUES, st.sampled_from([0.1, 1, 25, 50, 75, 90, 99, 99.9, 100]))
def test_a_percentile_is_what_numpy_calls_inverted_cdf(values: list[float], mark: float) -> None:
    """The nearest rank agrees with an independent implementation at every size."""
    expected = np.percentile(np.array(values), mark, method="inverted_cdf")
    assert percentile(sorted(values), mark) == expected


def test_nothing_has_no_percentile() -> None:
    """An empty run is an error, since any number in its place would be believed."""
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)


def test_the_middle_passes_over_what_was_not_measured() -> None:
    """The median is of the known values, and of nothing it is None."""
    assert middle([None, 5.0, None]) == 5.0
    assert middle([None]) is None
