"""How sure: an e-value for "the window and the baseline come from one distribution".

A p-value answers for one look at the data. A monitor looks all the time, and at a window that it looked at before, so that
sooner or later every p-value falls below every level. An e-value is a bet against sameness whose expected worth is 1 while
sameness holds: it exceeds ``1/alpha`` with probability at most ``alpha``, at any number of rows, and from a fixed start at
any of the looks. For a sliding window that makes about ``1/alpha`` rows from one false alarm to the next.

The bet is a likelihood ratio of the window's counts. Sameness says that the shares are known as well as the baseline tells
them: Dirichlet, with the baseline's counts. Drift says that they are near the baseline, but only as well known as 10 or 100
rows would tell. The baseline's own sampling error is in the denominator; taking the baseline for exact would make every
small one drift (of 40 simulated ones with 100 rows, 40 did).
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln

from sidecar.score.shares import Floats, in_use, over_bins

DRIFT_CONCENTRATIONS = (10.0, 100.0)
"""How many rows' worth of knowledge each of the two alternatives leaves of the baseline."""


def log_evidence(window: ArrayLike, baseline: ArrayLike) -> Floats:
    r"""Return ``ln E``, the evidence that the window does not come from the baseline's distribution.

    .. math::

        \ln E = \ln\bigl\{\tfrac12 \mathrm{DM}(x; 10 k / K) + \tfrac12 \mathrm{DM}(x; 100 k / K)\bigr\}
        - \ln \mathrm{DM}(x; k), \qquad k_b = c_b + \tfrac12, \quad K = \sum_b k_b

    over the bins in use, with DM the Dirichlet-multinomial of :func:`log_dirichlet_multinomial`. Averaged over Jeffreys'
    prior of the shares, E has mean 1 exactly when nothing drifts. Below ``K = 100`` the second alternative would claim to
    know more than the baseline does, and the result is ``nan``: such a baseline supports no evidence.

    References
    ----------
    P. Gruenwald, R. de Heide, W. Koolen, "Safe testing", J. Royal Statistical Society B 86, 2024; the ratio itself:
    I. J. Good, "A Bayesian significance test for multinomial distributions", J. Royal Statistical Society B 29, 1967.

    Examples
    --------
    60 rows of a mild shift are weak evidence, E = 3.7; ten times the rows put it beyond the million to one that an alarm
    takes (ln 1e6 = 13.8):

    >>> f"{log_evidence([18, 18, 24], [50, 30, 20]):.6f}"
    '1.311535'
    >>> f"{log_evidence([180, 180, 240], [500, 300, 200]):.1f}"
    '39.2'

    The same shares again speak for sameness, the more rows the more:

    >>> f"{log_evidence([50, 30, 20], [500, 300, 200]):.2f} {log_evidence([500, 300, 200], [500, 300, 200]):.2f}"
    '-1.14 -2.31'
    """
    k = np.where(in_use(window, baseline), np.asarray(baseline) + 0.5, 0.0)
    total = over_bins(k)
    share = k / np.where(total > 0, total, 1.0)[..., np.newaxis]
    vague, near, same = log_dirichlet_multinomial(window, np.stack([*(size * share for size in DRIFT_CONCENTRATIONS), k]))
    return np.where(total >= max(DRIFT_CONCENTRATIONS), np.logaddexp(vague, near) - np.log(2) - same, np.nan)


def log_dirichlet_multinomial(counts: ArrayLike, concentration: ArrayLike) -> Floats:
    r"""Return the log probability of a sequence with these counts when its shares are Dirichlet distributed.

    .. math::

        \ln \mathrm{DM}(x; a) = \ln\Gamma(A) - \ln\Gamma(A + n) + \sum_b [\ln\Gamma(a_b + x_b) - \ln\Gamma(a_b)],
        \qquad A = \sum_b a_b

    It leaves out the multinomial coefficient, which cancels in a ratio. A bin with ``a = 0`` and ``x = 0`` adds nothing.

    References
    ----------
    N. L. Johnson, S. Kotz, N. Balakrishnan, "Discrete Multivariate Distributions", Wiley, 1997, chapter 35.

    Examples
    --------
    With the uniform prior (1, 1) the sequence "a a b" has probability 1/2 x 2/3 x 1/4:

    >>> f"{np.exp(log_dirichlet_multinomial([2, 1], [1, 1])):.6f} {1 / 12:.6f}"
    '0.083333 0.083333'
    """
    after = np.add(concentration, counts)
    before = np.broadcast_to(concentration, after.shape)
    terms = np.zeros(after.shape)
    # Selected, not left out by the ufunc's own `where`: given one, scipy 1.17's gammaln writes out of bounds.
    seen = np.flatnonzero(after != before)
    terms.reshape(-1)[seen] = gammaln(after.ravel()[seen]) - gammaln(before.ravel()[seen])
    whole, n = over_bins(concentration), over_bins(counts)
    log_probability: Floats = gammaln(whole) - gammaln(whole + n) + over_bins(terms)
    return log_probability
