"""Where the bins of a numeric feature lie.

Bins are right-closed, so a set of upper edges says all. An *atom* is a single value that holds a large share of the baseline:
it gets two edges, itself and the double just below it, and is then alone between them. That makes the zero of a zero-inflated
column a bin of its own, and gives a constant the three bins below, equal and above, without a special case anywhere. Shares are
of the finite values: a constant is one also where most rows have no value at all.

Score bins (what the verdict compares):
    the deciles q_k, k = 1..9, and the atoms of at least 1/10.
Fine bins (for the distances between distribution functions, and for the picture) are the score edges and
    - the percentiles: between two edges lies at most 1/100 of a continuous baseline, which bounds the error of the
      Kolmogorov-Smirnov distance by 0.01 whatever the traffic does,
    - the quantiles 0.001, 0.005, 0.995, 0.999, and 16 steps of equal width between the outer two of them: quantiles lie far
      apart in tails and gaps, where the Wasserstein distance collects its error,
    - the atoms of at least 1/50, so that values which slip off a popular one are seen.
A feature of few distinct values has an edge at each of them instead.

Quantiles are those of the inverted distribution function (Hyndman & Fan 1996, definition 1), which are values of the data,
taken here by whole-number arithmetic: q(k / K) is the smallest value v with K * #(values <= v) >= k * m.
"""

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

SCORE_BINS: Final = 10
FINE_BINS: Final = 100
FINE_ATOM: Final = 50
WIDTHS: Final = 16
_TAILS: Final = (1, 5, 995, 999)
_MILLE: Final = 1000

Doubles = NDArray[np.float64]
Integers = NDArray[np.int64]


def quantiles(values: Doubles, counts: Integers, parts: int, which: Iterable[int]) -> Doubles:
    """Return the quantiles k / parts of ascending distinct values with counts.

    Examples
    --------
    >>> quantiles(np.array([0.0, 1.0, 2.0]), np.array([6, 2, 2]), 10, [5, 6, 7, 10])
    array([0., 0., 1., 2.])
    """
    reached = np.cumsum(counts)
    wanted = np.array([*which], dtype=np.int64) * reached[-1]
    found: Doubles = values[np.searchsorted(reached * parts, wanted, side="left")]
    return found


def score_edges(values: Doubles, counts: Integers) -> Doubles:
    """Return the upper edges of the score bins.

    Examples
    --------
    >>> score_edges(np.arange(100.0), np.ones(100, dtype=int))
    array([ 9., 19., 29., 39., 49., 59., 69., 79., 89.])
    >>> score_edges(np.array([5.0]), np.array([1000]))
    array([5., 5.])
    """
    if not len(values):
        return np.empty(0)
    deciles = quantiles(values, counts, SCORE_BINS, range(1, SCORE_BINS))
    return _merged(deciles, _alone(values[counts * SCORE_BINS >= counts.sum()]))


def fine_edges(values: Doubles, counts: Integers) -> Doubles:
    """Return the upper edges of the fine bins, the score edges among them."""
    if not len(values):
        return np.empty(0)
    atoms = _alone(values[(counts * FINE_ATOM >= counts.sum()) & (counts > 1)])
    if len(values) <= FINE_BINS:
        return _merged(values, atoms, score_edges(values, counts))
    percentiles = quantiles(values, counts, FINE_BINS, range(1, FINE_BINS))
    tails = quantiles(values, counts, _MILLE, _TAILS)
    steps = _steps(tails[0], tails[-1], whole=bool((np.floor(values) == values).all()))
    return _merged(percentiles, tails, steps, atoms, score_edges(values, counts))


def _alone(atoms: Doubles) -> Doubles:
    """Return the edges that leave each value alone in its bin."""
    with np.errstate(over="ignore"):
        return np.concatenate([np.nextafter(atoms, -np.inf), atoms])


def _steps(low: float, high: float, *, whole: bool) -> Doubles:
    """Return edges of equal distance, at whole numbers where all values are."""
    parts = np.arange(1, WIDTHS) / WIDTHS
    steps = low * (1 - parts) + high * parts
    return np.floor(steps) if whole else steps


def _merged(*edges: Doubles) -> Doubles:
    """Sort, and drop duplicates; -infinity, below the smallest double, is no edge."""
    merged = np.unique(np.concatenate(edges))
    return merged[np.isfinite(merged)]
