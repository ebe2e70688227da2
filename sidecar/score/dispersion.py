"""How much more consecutive rows vary than independent ones would: over-dispersion.

Evidence counts rows, and counts them as independent. Rows of real traffic are not: one hour's flights share their weather, one
minute's requests their sender. Such a stretch of rows is worth fewer independent ones, and how many fewer can be learned from
the baseline, if it knows its rows' times: cut it into consecutive blocks, and see how far they lie from one another.

The answer is a factor, phi, by which statistics of a block exceed what they would be for independent rows. Dividing the
window's counts by it is the usual correction of tests on clustered samples (Rao and Scott), here for evidence and margins.
"""

import numpy as np
from numpy.typing import ArrayLike

from sidecar.score.shares import Floats, over_bins


def block_statistic(block: ArrayLike, whole: ArrayLike) -> Floats:
    r"""Return Pearson's chi-square statistic of a block of rows against the rest of the whole that it is a part of.

    .. math:: X^2 = \frac{(N - 1) N}{n (N - n)} \sum_b \frac{(x_b - n c_b / N)^2}{c_b}

    with ``x`` the block's counts and ``n`` their sum, ``c`` the whole's and ``N``. That is the homogeneity test of the block
    and the rows outside of it, scaled by ``(N - 1) / N``: for a block of rows drawn at random the mean is then ``df``
    exactly, however sparse the bins are (the counts are hypergeometric, and nothing is approximated). ``nan`` for an empty
    block, and for one that is the whole.

    References
    ----------
    J. K. Haldane, "The mean and variance of chi-squared, when used as a test of homogeneity, when expectations are small",
    Biometrika 31, 1940.

    Examples
    --------
    Two of four rows, by chance alike, or as unlike as can be; the six blocks that are possible have mean 1, which is df:

    >>> [float(block_statistic(block, [2, 2])) for block in ([1, 1], [2, 0])]
    [0.0, 3.0]
    >>> (4 * 0 + 2 * 3) / 6
    1.0
    """
    x, c = np.asarray(block, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    n, total = over_bins(x), over_bins(c)
    rest = total - n
    fair = (n > 0) & (rest > 0)
    away = x - c * (n / np.maximum(total, 1))[..., np.newaxis]
    terms = np.divide(away**2, c, out=np.zeros(away.shape), where=c > 0)
    scale = np.divide((total - 1) * total, n * rest, out=np.full(np.shape(n * rest), np.nan), where=fair)
    statistic: Floats = scale * over_bins(terms)
    return statistic


def over_dispersion(statistic: ArrayLike, freedom: ArrayLike) -> Floats:
    r"""Return phi, the mean statistic of blocks (last axis) for each degree of freedom, at least 1.

    .. math:: \varphi = \max\Bigl(1, \overline{X^2} / \mathrm{df}\Bigr)

    Blocks without rows (``nan``) are left out; without degrees of freedom, or blocks, nothing can vary: 1.

    References
    ----------
    J. N. K. Rao, A. J. Scott, "The analysis of categorical data from complex sample surveys", J. American Statistical
    Association 76, 1981.

    Examples
    --------
    Blocks that are twice as far away as chance alone would have them:

    >>> float(over_dispersion([5, 9, 4, np.nan], 3))
    2.0
    """
    known = np.isfinite(statistic)
    blocks, freedom = np.add.reduce(known, axis=-1, dtype=np.float64), np.asarray(freedom, dtype=np.float64)
    total = np.add.reduce(np.where(known, statistic, 0.0), axis=-1)
    mean = np.divide(total, blocks * freedom, out=np.ones(total.shape), where=blocks * freedom > 0)
    phi: Floats = np.maximum(mean, 1.0)
    return phi


def excess(phi: ArrayLike, rows: ArrayLike) -> Floats:
    r"""Return how much over-dispersion each further effective row adds: ``(phi - 1) / n_e``.

    If the true shares wander from block to block with variance ``tau`` (relative to that of a single row), then

    .. math:: \varphi(n_e) = 1 + \tau \, n_e

    so ``tau`` is a property of the block's length in time alone, and what was learned from blocks of some number of rows
    tells what to expect of another number in the same time: of one replica of ten, or of a day with twice the traffic.

    Examples
    --------
    >>> float(excess(3.0, 100))
    0.02
    """
    tau: Floats = np.divide(np.subtract(phi, 1.0), rows, out=np.zeros(np.broadcast(phi, rows).shape), where=np.greater(rows, 0))
    return tau
