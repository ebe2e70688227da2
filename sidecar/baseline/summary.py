"""From the values of one column to its feature in the profile.

Nothing here may depend on the order of the rows, on the machine or on the version of a library, or the same data would get two
fingerprints: values are sorted first, counts and sums are whole numbers, and mean and deviation are computed from those.
"""

import math
import sys
from collections.abc import Mapping
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sidecar.baseline.cuts import fine_edges, quantiles, score_edges
from sidecar.baseline.fixed_point import RANGE_BITS, FixedPoint, fixed_point_of
from sidecar.baseline.profile import CategoricalFeature, NumericFeature
from sidecar.columns import short_hash

CATEGORIES: Final = 50
"""Categories that may have a bin of their own."""
FEWEST_ROWS: Final = 5
SMALLEST_SHARE: Final = 500
"""A category with a bin holds at least max(FEWEST_ROWS, m / SMALLEST_SHARE) rows."""
_SLICE: Final = 1 << 20
"""Values that are added up at once, so that a long column takes no further arrays of its length."""


def numeric_feature(name: str, values: NDArray[np.float64]) -> NumericFeature:
    """Summarise a column of numbers, in which NaN stands for missing.

    Examples
    --------
    >>> feature = numeric_feature("visits", np.array([0, 0, 0, 0, 0, 0, 1, 2, 3, np.nan]))
    >>> feature.missing, feature.quartiles, feature.counts
    (1, (0.0, 1.0), (0, 6, 0, 1, 0, 1, 0, 1, 0))
    """
    # Adding 0 turns -0.0 into 0.0, which are one value but two texts.
    finite = values[np.isfinite(values)]
    finite += 0.0
    distinct, counts = _distinct(finite)
    missing = int(np.isnan(values).sum())
    infinite = len(values) - len(finite) - missing
    if not len(finite):
        return _without_numbers(name, missing, infinite)
    low, first, middle, third, high = quantiles(distinct, counts, 4, range(5)).tolist()
    scale = fixed_point_of(low, middle, high)
    edges = fine_edges(distinct, counts)
    rows, sums, squares = _added(distinct, counts, edges, scale)
    mean, deviation = _moments(sum(rows), sum(sums), squares, scale)
    return NumericFeature(
        name=name,
        edges=tuple(edges.tolist()),
        score_edges=tuple(score_edges(distinct, counts).tolist()),
        counts=rows,
        sums=sums,
        missing=missing,
        infinite=infinite,
        scale=scale,
        minimum=low,
        maximum=high,
        quartiles=(first, third),
        mean=mean,
        deviation=deviation,
        whole=bool((np.floor(distinct) == distinct).all()),
    )


def categorical_feature(name: str, counts: Mapping[str, int], missing: int, *, seen: int) -> CategoricalFeature:
    """Summarise a column of categories.

    Where there is no room for all rarer values, those with the lowest hashes are remembered, which is as good as drawn by lot.
    The most frequent ones would not do: among values that are all about as rare, being frequent in the baseline is luck,
    which fresh rows do not share, and every window would have fewer of them than the baseline.

    Parameters
    ----------
    name
        The feature's name.
    counts
        Rows of each category text.
    missing
        Rows without a value.
    seen
        How many of the rarer values may be remembered, by hash, so that they can be told from unseen ones.

    Examples
    --------
    >>> categorical_feature("plan", {"free": 80, "pro": 18, "trial": 1, "legacy": 1}, missing=0, seen=1000)
    CategoricalFeature(name='plan', categories={'free': 80, 'pro': 18}, other=2, missing=0, unseen=0, \
singletons=2, distinct=4, seen=(1706260236, 4124864509), kind='categorical')
    """
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    rows = sum(counts.values()) + missing
    own = {text: count for text, count in ranked[:CATEGORIES] if count >= max(FEWEST_ROWS, rows / SMALLEST_SHARE)}
    rare = ranked[len(own) :]
    if len(rare) > seen:
        rare.sort(key=lambda item: (short_hash(item[0]), item[0]))
    remembered = rare[:seen]
    return CategoricalFeature(
        name=name,
        categories=own,
        other=sum(count for _, count in remembered),
        missing=missing,
        unseen=sum(count for _, count in rare[seen:]),
        singletons=sum(count == 1 for _, count in remembered),
        distinct=len(counts),
        seen=tuple(sorted({short_hash(text) for text, _ in remembered})),
    )


def _without_numbers(name: str, missing: int, infinite: int) -> NumericFeature:
    return NumericFeature(
        name=name,
        edges=(),
        score_edges=(),
        counts=(0,),
        sums=(0,),
        missing=missing,
        infinite=infinite,
        scale=FixedPoint(0.0, 0),
        minimum=None,
        maximum=None,
        quartiles=None,
        mean=None,
        deviation=None,
        whole=False,
    )


def _distinct(finite: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the distinct values in ascending order, and how often each occurs; sorts `finite` itself, for it may be large."""
    finite.sort()
    first = np.ones(len(finite), dtype=np.bool_)
    np.not_equal(finite[1:], finite[:-1], out=first[1:])
    if first.all():
        return finite, np.ones(len(finite), dtype=np.int64)
    places = np.flatnonzero(first)
    return finite[places], np.diff(places, append=len(finite))


def _added(
    distinct: NDArray[np.float64], counts: NDArray[np.int64], edges: NDArray[np.float64], scale: FixedPoint
) -> tuple[tuple[int, ...], tuple[int, ...], int]:
    """Return rows and sum of each bin, and the sum of squares of all values, in whole units."""
    rows, sums = np.zeros((2, len(edges) + 1), dtype=np.int64)
    squares = 0
    for start in range(0, len(distinct), _SLICE):
        units = scale.units(distinct[start : start + _SLICE]).astype(np.int64)
        often = counts[start : start + _SLICE]
        bins = np.searchsorted(edges, distinct[start : start + _SLICE], side="left")
        np.add.at(rows, bins, often)
        np.add.at(sums, bins, units * often)
        # A square has 40 bits; in halves of 20, eight trillion rows of them fit into 63.
        upper, lower = np.divmod(units * units, 1 << RANGE_BITS)
        squares += (int((upper * often).sum()) << RANGE_BITS) + int((lower * often).sum())
    return tuple(rows.tolist()), tuple(sums.tolist()), squares


def _moments(rows: int, total: int, squares: int, scale: FixedPoint) -> tuple[float, float]:
    """Return mean and population standard deviation, from whole numbers and therefore without rounding on the way."""
    variance = Fraction(squares, rows) - Fraction(total, rows) ** 2
    # A unit more or less takes the largest doubles to infinity, where no JSON can follow.
    largest = sys.float_info.max
    mean = min(max(scale.value(total / rows), -largest), largest)
    return mean, min(math.sqrt(variance) * scale.unit, largest)
