"""Kolmogorov-Smirnov and Wasserstein distances of a numeric feature, from a fine histogram.

Both are defined on raw values, which are gone: what is kept is a count and a sum for each of some hundred bins in order of
value. That is more than it looks. The distribution functions are known exactly at the bins' edges, and from the sums so
are their integrals over each bin; only where the two functions cross inside a bin is something lost. KS may fall short by
the part of a sample that one bin holds, Wasserstein by the area around a crossing, for which there is an estimate. Where
every bin holds a single value, both are exact. Where the rows themselves are at hand, :mod:`sidecar.score.raw` is.

The bins must be in order of value and hold numbers only: missing and infinite values have no place on the axis.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from sidecar.score.shares import Floats, over_bins, shares


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
    return _ks(np.cumsum(shares(window) - shares(baseline), axis=-1))


def wasserstein(
    window: ArrayLike, baseline: ArrayLike, window_sums: ArrayLike, baseline_sums: ArrayLike, edges: ArrayLike
) -> Floats:
    r"""Return the Wasserstein-1 (earth mover's) distance, in the unit of the values.

    .. math::

        \int |F_q(x) - F_p(x)| \, dx \;\approx\; \sum_b \Bigl| \int_{e_{b-1}}^{e_b} D \, dx \Bigr|, \qquad
        \int_{e_{b-1}}^{e_b} D \, dx = e_b D(e_b) - e_{b-1} D(e_{b-1}) - \Bigl(\frac{S^x_b}{n} - \frac{S^c_b}{m}\Bigr)

    with ``D`` the difference of the distribution functions and ``S`` the sums (integration by parts). At both ends ``D``
    is 0, so the outer bins need no outer edge. It is exact for a bin in which ``D`` keeps its sign. Where ``D`` has unlike
    signs at the bin's edges, its parts would cancel; the bin's area is then taken to be what it is if each sample has all of
    its rows there at their mean (:func:`_crossed`), unless that is even less.

    Parameters
    ----------
    window, baseline
        Counts of bins in order of value.
    window_sums, baseline_sums
        The sum of the values in each bin.
    edges
        The upper edge of each bin, which belongs to it; infinite or ``nan`` from the last bin on.

    References
    ----------
    S. S. Vallender, "Calculation of the Wasserstein distance between probability distributions on the line", Theory of
    Probability and its Applications 18, 1974.

    Examples
    --------
    Bins that hold the values 1, 2 and 3: 0.2 of the rows move from 1 past 2 to 3.

    >>> moved = wasserstein([18, 18, 24], [50, 30, 20], [18, 36, 72], [50, 60, 60], [1, 2, np.inf])
    >>> f"{moved:.6f}"
    '0.400000'

    All rows in one bin, at 1 in the baseline and at 1.5 on average in the window:

    >>> f"{wasserstein([10], [20], [15], [20], [np.inf]):.6f}"
    '0.500000'

    Half of the baseline at 0 and half at 4, all of the window in between, at 2: every row is 2 away.

    >>> f"{wasserstein([0, 9, 0], [5, 0, 5], [0, 18, 0], [0, 0, 20], [0, 3, np.inf]):.6f}"
    '2.000000'
    """
    return distances(window, baseline, window_sums, baseline_sums, edges).wasserstein


class BothDistances(NamedTuple):
    """What :func:`distances` returns."""

    ks: Floats
    wasserstein: Floats


def distances(
    window: ArrayLike, baseline: ArrayLike, window_sums: ArrayLike, baseline_sums: ArrayLike, edges: ArrayLike
) -> BothDistances:
    """Return :func:`ks` and :func:`wasserstein` of counts that are made distribution functions of once.

    Examples
    --------
    >>> ks, moved = distances([18, 18, 24], [50, 30, 20], [18, 36, 72], [50, 60, 60], [1, 2, np.inf])
    >>> f"{ks:.6f} {moved:.6f}"
    '0.200000 0.400000'
    """
    q, p = shares(window), shares(baseline)
    gap = np.cumsum(q - p, axis=-1)
    here, there = _parts(window_sums, window), _parts(baseline_sums, baseline)
    return BothDistances(_ks(gap), _wasserstein(gap, (q, p), (here, there), np.broadcast_to(edges, gap.shape)))


def _ks(gap: Floats) -> Floats:
    distance: Floats = np.minimum(np.max(np.abs(gap), axis=-1, initial=0.0), 1.0)
    return distance


def _wasserstein(gap: Floats, masses: tuple[Floats, Floats], parts: tuple[Floats, Floats], edges: Floats) -> Floats:
    inner = np.isfinite(edges)
    steps = np.where(inner, edges, 0.0) * gap
    areas = steps.copy()
    areas[..., 1:] -= steps[..., :-1]
    areas = np.abs(areas - (parts[0] - parts[1]))
    crossed = np.flatnonzero((gap[..., :-1] * gap[..., 1:] < 0) & inner[..., 1:])
    if len(crossed):
        bins = crossed + crossed // (gap.shape[-1] - 1) + 1
        q, p, here, there, right = (np.broadcast_to(each, gap.shape).ravel()[bins] for each in (*masses, *parts, edges))
        left = edges.ravel()[bins - 1], gap.ravel()[bins - 1]
        flat = areas.reshape(-1)
        flat[bins] = np.maximum(flat[bins], _crossed(*left, right, np.stack([q, -p]), np.stack([here, -there])))
    return over_bins(areas)


def _crossed(left: Floats, gap: Floats, right: Floats, masses: Floats, moments: Floats) -> Floats:
    """Return the area between two steps in each bin: the difference ``gap`` at its left, and the two jumps on the way.

    Examples
    --------
    From 0 to 3, half a row behind; a whole row arrives at 2:

    >>> bins = (np.array([0.0]), np.array([-0.5]), np.array([3.0]))
    >>> _crossed(*bins, np.array([[1.0], [0.0]]), np.array([[2.0], [0.0]])).tolist()
    [1.5]
    """
    means = np.where(masses == 0, left, moments / (masses + (masses == 0)))
    means = np.minimum(np.maximum(means, left), right)
    first, second = np.minimum(*means), np.maximum(*means)
    between, after = gap + np.where(means[0] <= means[1], *masses), gap + masses[0] + masses[1]
    area: Floats = np.abs(gap) * (first - left) + np.abs(between) * (second - first) + np.abs(after) * (right - second)
    return area


def _parts(sums: ArrayLike, counts: ArrayLike) -> Floats:
    """Return each bin's part of the mean, ``S / n``; ``nan`` in every bin when there are no rows."""
    rows = over_bins(counts)[..., np.newaxis]
    parts: Floats = np.asarray(sums) / np.where(rows > 0, rows, np.nan)
    return parts
