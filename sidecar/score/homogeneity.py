"""The chi-square test of homogeneity: whether both samples may come from one distribution.

It is shown beside the score because people know it. It decides nothing: repeated on a sliding window, a p-value falls below
any level sooner or later without drift, which is what :mod:`sidecar.score.evidence` is for.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from sidecar.score.shares import Bools, Floats, over_bins

SMALLEST_EXPECTED = 1.0
"""Bins whose expected count is below this, in the smaller sample, are pooled."""


class ChiSquareTest(NamedTuple):
    """What :func:`chi_square_test` returns."""

    statistic: Floats
    dof: Floats
    p_value: Floats


def chi_square_test(window: ArrayLike, baseline: ArrayLike) -> ChiSquareTest:
    r"""Return Pearson's chi-square test of homogeneity of the two samples.

    With ``t = x + c`` and ``N = n + m`` the counts expected of the window are ``n t / N``, and

    .. math:: X^2 = \frac{N^2}{n m} \sum_b \frac{(x_b - n t_b / N)^2}{t_b}

    is the usual sum of ``(observed - expected)**2 / expected`` over both rows of the table. ``dof`` is the number of bins
    left, less one. There is no continuity correction.

    The distribution of the statistic is only known where expected counts are not tiny. Bins that expect less than one row
    in the smaller sample are therefore pooled into one, and that one, if it still expects less, into the smallest other
    bin (Cochran's lower limit; it leaves tables alone that people would test as they are). The score pools nothing.

    Returns
    -------
    ChiSquareTest
        ``statistic``, ``dof``, ``p_value``. Where a single bin is left there is nothing to test: 0, 0 and 1. ``nan``
        throughout when a sample is empty.

    References
    ----------
    W. G. Cochran, "Some methods for strengthening the common chi-square tests", Biometrics 10, 1954.

    Examples
    --------
    60 of 160 rows are the window's, so it should have 25.5, 18 and 16.5:

    >>> test = chi_square_test([18, 18, 24], [50, 30, 20])
    >>> f"{test.statistic:.6f} {test.dof:.0f} {test.p_value:.6f}"
    '8.983957 2 0.011198'

    Rare bins are pooled, so that a single odd row does not look like a discovery:

    >>> test = chi_square_test([50, 50, 1, 0, 0], [50, 47, 0, 1, 1])
    >>> f"{test.statistic:.6f} {test.dof:.0f}"
    '0.406157 2'
    """
    x, c = _pool_sparse(*np.broadcast_arrays(np.asarray(window, dtype=np.float64), np.asarray(baseline, dtype=np.float64)))
    n, m, both = over_bins(x), over_bins(c), x + c
    expected = both * (n / np.maximum(n + m, 1))[..., np.newaxis]
    terms = (x - expected) ** 2 / (both + (both == 0))
    scale = np.divide((n + m) ** 2, n * m, out=np.full(n.shape, np.nan), where=(n > 0) & (m > 0))
    dof = np.count_nonzero(both, axis=-1) - 1.0 + 0 * scale
    statistic = np.where(dof == 0, 0.0, over_bins(terms) * scale)[()]  # a single bin is as expected but for rounding
    return ChiSquareTest(statistic, dof, np.where(dof == 0, 1.0, chdtrc(np.maximum(dof, 1), statistic))[()])


def _pool_sparse(x: Floats, c: Floats) -> tuple[Floats, Floats]:
    """Return the counts with their sparse bins moved into one more bin at the end."""
    both = x + c
    n, m = over_bins(x), over_bins(c)
    expected = both * (np.minimum(n, m) / np.maximum(n + m, 1))[..., np.newaxis]
    sparse = (expected < SMALLEST_EXPECTED) & (both > 0)
    if not sparse.any():
        return x, c
    pooled = over_bins(expected * sparse)[..., np.newaxis]
    short = (pooled > 0) & (pooled < SMALLEST_EXPECTED)
    if short.any():
        smallest = np.argmin(np.where(expected < SMALLEST_EXPECTED, np.inf, expected), axis=-1, keepdims=True)
        sparse |= short & (np.arange(both.shape[-1]) == smallest)
    return _move(x, sparse), _move(c, sparse)


def _move(counts: Floats, sparse: Bools) -> Floats:
    """Return the counts with those of the sparse bins taken out and their sum appended."""
    moved = counts * sparse
    return np.concatenate([counts - moved, over_bins(moved)[..., np.newaxis]], axis=-1)
