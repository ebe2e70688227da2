"""Kolmogorov-Smirnov and Wasserstein distances of a numeric feature, from a fine histogram.

Both are defined on raw values, which are gone: what is kept is a count and a sum for each of about fifty bins in order of
value. KS then sees the two distribution functions at the bins' edges only, so it may fall short by the part of a sample that
one bin holds. For Wasserstein each side's rows of a bin are put at their mean there, so a shift inside a bin still
counts. Where every bin holds a single value, both are exact.

The bins must be in order of value and hold numbers only: missing and infinite values have no place on the axis.
"""

import numpy as np
from numpy.typing import ArrayLike

from sidecar.score.shares import Bools, Floats, over_bins, shares


def ks(window: ArrayLike, baseline: ArrayLike) -> Floats:
    r"""Return the Kolmogorov-Smirnov distance, the largest gap between the two distribution functions.

    .. math:: \max_x |F_q(x) - F_p(x)|

    References
    ----------
    N. V. Smirnov, "Table for estimating the goodness of fit of empirical distributions", Ann. Math. Statistics 19, 1948.

    Examples
    --------
    Up to the second bin lie 0.6 of the window and 0.8 of the baseline:

    >>> f"{ks([18, 18, 24], [50, 30, 20]):.6f}"
    '0.200000'
    """
    gap = np.cumsum(shares(window) - shares(baseline), axis=-1)
    distance: Floats = np.minimum(np.max(np.abs(gap), axis=-1, initial=0.0), 1.0)
    return distance


def wasserstein(window: ArrayLike, baseline: ArrayLike, window_sums: ArrayLike, baseline_sums: ArrayLike) -> Floats:
    r"""Return the Wasserstein-1 (earth mover's) distance, in the unit of the feature.

    .. math:: \int |F_q(x) - F_p(x)| \, dx

    Parameters
    ----------
    window, baseline
        Counts of bins in order of value.
    window_sums, baseline_sums
        The sum of the values in each bin, in the feature's unit.

    References
    ----------
    S. S. Vallender, "Calculation of the Wasserstein distance between probability distributions on the line", Theory of
    Probability and its Applications 18, 1974.

    Examples
    --------
    Bins that hold the values 1, 2 and 3: 0.2 of the rows move from 1 past 2 to 3.

    >>> f"{wasserstein([18, 18, 24], [50, 30, 20], [18, 36, 72], [50, 60, 60]):.6f}"
    '0.400000'

    Inside one bin, from 1 to 1.5:

    >>> f"{wasserstein([10], [20], [15], [20]):.6f}"
    '0.500000'
    """
    q, p = shares(window), shares(baseline)
    low, high, q_first = _positions(_means(window_sums, window), _means(baseline_sums, baseline))
    after = np.cumsum(q - p, axis=-1)
    # Between a bin's two means only the side whose mean comes first has been counted.
    inside = after + np.where(q_first, p, -q)
    between = np.abs(after[..., :-1]) * (low[..., 1:] - high[..., :-1])
    return over_bins(np.abs(inside) * (high - low)) + over_bins(between)


def _means(sums: ArrayLike, counts: ArrayLike) -> Floats:
    """Return the mean of each bin, ``nan`` where it is empty."""
    sums, counts = np.asarray(sums, dtype=np.float64), np.asarray(counts)
    mean: Floats = np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0)
    return mean


def _positions(at_q: Floats, at_p: Floats) -> tuple[Floats, Floats, Bools]:
    """Return the lower and the higher mean of each bin, and whether the window's is the lower one.

    A bin with rows on one side has one mean. An empty bin is put where the last one before it ends, or the first one
    after it begins, so that it has no width.
    """
    low, high = np.fmin(at_q, at_p), np.fmax(at_q, at_p)
    first = np.fmin.reduce(low, axis=-1, keepdims=True)
    ends = np.fmax(np.fmax.accumulate(high, axis=-1), first)
    return np.where(np.isnan(low), ends, low), np.where(np.isnan(high), ends, high), at_q < at_p
