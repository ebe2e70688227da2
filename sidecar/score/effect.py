"""The two scores that thresholds compare with: effect sizes less what chance alone makes of them.

Both answer "how far", not "how sure": the evidence says how sure (:mod:`sidecar.score.evidence`). Both live on the scale of
PSI, where practice calls 0.2 a shift worth a look, so that one pair of thresholds serves every feature.

Why not one of them for all: with categories there are unseen values, bins that the baseline has no rows in, where PSI has no
limit and Cohen's w explodes. The chi-square effect size stays finite there (10 % of unseen values give 0.21), and follows
PSI elsewhere. Cramer's V of the raw table would shrink as the window gets small beside the baseline; here each side
weighs one half.
"""

import numpy as np
from numpy.typing import ArrayLike

from sidecar.score.shares import Bools, Floats, bias, in_use, over_bins, shares


def psi_score(window: ArrayLike, baseline: ArrayLike) -> Floats:
    r"""Return the score of a numeric feature: smoothed PSI less its bias, never below 0.

    .. math::

        \max\Bigl(0, \sum_b (q_b - p_b) \ln \frac{q_b}{p_b} - b\Bigr), \qquad
        q_b = \frac{x_b + 1/2}{n + B/2}, \quad p_b = \frac{c_b + 1/2}{m + B/2}

    over the ``B`` bins in use. The half row (Jeffreys' prior) keeps an empty bin finite without an arbitrary small share,
    and its effect fades as rows come in. ``b`` is :func:`~sidecar.score.shares.bias`.

    References
    ----------
    B. Yurdakul, "Statistical Properties of Population Stability Index", dissertation, Western Michigan University, 2018.

    Examples
    --------
    A smoothed PSI of 0.232399 less 2 (1/60 + 1/100); the bin that neither side uses changes nothing:

    >>> f"{psi_score([18, 18, 24], [50, 30, 20]):.6f}"
    '0.179066'
    >>> f"{psi_score([18, 18, 24, 0], [50, 30, 20, 0]):.6f}"
    '0.179066'

    Equal shares, and shares no further apart than chance would have them, score 0:

    >>> float(psi_score([6, 4], [50, 50]))
    0.0
    """
    window, baseline = np.asarray(window), np.asarray(baseline)
    used = in_use(window, baseline)
    q, p = _smoothed_shares(window, used), _smoothed_shares(baseline, used)
    return _less_bias(over_bins((q - p) * np.log(q / p)), window, baseline)


def chi_square_score(window: ArrayLike, baseline: ArrayLike) -> Floats:
    r"""Return the score of a categorical feature: the chi-square effect size less its bias, never below 0.

    .. math:: \max\Bigl(0, 2 \sum_b \frac{(p_b - q_b)^2}{p_b + q_b} - b\Bigr)

    The first term is ``4 V**2`` with ``V`` the Cramer's V of the two rows of shares, each side weighing one half; it lies
    between 0 and 4, where samples have no category in common. ``b`` is :func:`~sidecar.score.shares.bias`.

    References
    ----------
    H. Cramer, "Mathematical Methods of Statistics", Princeton, 1946, chapter 21.

    Examples
    --------
    ``2 (0.04/0.8 + 0.04/0.6)`` = 0.233333 less 2 (1/60 + 1/100):

    >>> f"{chi_square_score([18, 18, 24], [50, 30, 20]):.6f}"
    '0.180000'
    """
    window, baseline = np.asarray(window), np.asarray(baseline)
    q, p = shares(window), shares(baseline)
    terms = np.divide((p - q) ** 2, p + q, out=np.zeros(np.broadcast(q, p).shape), where=p + q > 0)
    return _less_bias(2 * over_bins(terms), window, baseline)


def _smoothed_shares(counts: ArrayLike, used: Bools) -> Floats:
    """Return the shares with half a row added to each bin in use; other bins get a 1 on both sides, which adds nothing."""
    smoothed = np.where(used, np.asarray(counts) + 0.5, 0.0)
    share: Floats = np.divide(smoothed, over_bins(smoothed)[..., np.newaxis], out=np.ones(used.shape), where=used)
    return share


def _less_bias(effect: Floats, window: ArrayLike, baseline: ArrayLike) -> Floats:
    """Return what of the effect chance does not explain."""
    score: Floats = np.maximum(effect - bias(window, baseline), 0.0)
    return score
