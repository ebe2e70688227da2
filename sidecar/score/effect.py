"""The two scores that thresholds compare with: effect sizes less what chance alone makes of them.

Both answer "how far", not "how sure": the evidence says how sure (:mod:`sidecar.score.evidence`). Both live on the scale of
PSI, where practice calls 0.2 a shift worth a look, so that one pair of thresholds serves every feature.

Why not one of them for all: with categories there are unseen values, bins that the baseline has no rows in, where PSI has no
limit and Cohen's w explodes. The chi-square effect size stays finite there (10 % of unseen values give 0.21), and follows
PSI elsewhere. Cramer's V of the raw table would shrink as the window gets small beside the baseline; here each side
weighs one half.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from sidecar.score.shares import Floats, bias, in_use, over_bins, shares


def smoothed_psi(window: ArrayLike, baseline: ArrayLike) -> Floats:
    r"""Return PSI with half a row added to every bin in use.

    .. math::

        \sum_b (q_b - p_b) \ln \frac{q_b}{p_b}, \qquad
        q_b = \frac{x_b + 1/2}{n + B/2}, \quad p_b = \frac{c_b + 1/2}{m + B/2}

    over the ``B`` bins in use. The half row (Jeffreys' prior) keeps an empty bin finite without an arbitrary small share, and
    its effect fades as rows come in.

    References
    ----------
    H. Jeffreys, "An invariant form for the prior probability in estimation problems", Proc. Royal Society A 186, 1946.

    Examples
    --------
    The bin that neither side uses changes nothing:

    >>> f"{smoothed_psi([18, 18, 24, 0], [50, 30, 20, 0]):.6f}"
    '0.232399'
    """
    x, c = _smoothed(window, baseline)
    ratios = np.log(x.counts / c.counts)  # of shares but for a constant, which shares that add up to 1 on both sides cancel
    index: Floats = np.vecdot(x.counts / x.rows - c.counts / c.rows, ratios)
    return index


def chi_square_effect(window: ArrayLike, baseline: ArrayLike) -> Floats:
    r"""Return four times the square of Cramer's V, each side weighing one half.

    .. math:: 4 V^2 = 2 \sum_b \frac{(p_b - q_b)^2}{p_b + q_b}

    It lies between 0 and 4, where the samples have no category in common.

    References
    ----------
    H. Cramer, "Mathematical Methods of Statistics", Princeton, 1946, chapter 21.

    Examples
    --------
    ``2 (0.04/0.8 + 0.04/0.6)``:

    >>> f"{chi_square_effect([18, 18, 24], [50, 30, 20]):.6f}"
    '0.233333'
    """
    q, p = shares(window), shares(baseline)
    both = p + q
    return 2 * over_bins((p - q) ** 2 / (both + (both == 0)))


def smoothed_kl(window: ArrayLike, baseline: ArrayLike) -> Floats:
    r"""Return the Kullback-Leibler divergence of the window from the baseline, half a row added to every bin in use.

    .. math:: \sum_b q_b \ln \frac{q_b}{p_b}

    with the shares of :func:`smoothed_psi`, of which it is about one half.

    Examples
    --------
    >>> f"{smoothed_kl([18, 18, 24, 0], [50, 30, 20, 0]):.6f}"
    '0.119561'
    """
    x, c = _smoothed(window, baseline)
    ratios = np.log(x.counts / c.counts)
    divergence: Floats = np.maximum(np.vecdot(x.counts / x.rows, ratios) - np.log(x.rows / c.rows)[..., 0], 0.0)
    return divergence


def hellinger(window: ArrayLike, baseline: ArrayLike) -> Floats:
    r"""Return the Hellinger distance: 0 for equal shares, 1 for samples that have no bin in common.

    .. math:: H = \sqrt{\tfrac12 \sum_b (\sqrt{q_b} - \sqrt{p_b})^2}

    References
    ----------
    E. Hellinger, "Neue Begruendung der Theorie quadratischer Formen von unendlichvielen Veraenderlichen", J. reine
    angewandte Mathematik 136, 1909.

    Examples
    --------
    >>> f"{hellinger([18, 18, 24], [50, 30, 20]):.6f} {hellinger([7, 0], [0, 3]):.6f}"
    '0.172797 1.000000'
    """
    distance: Floats = np.sqrt(np.minimum(over_bins((np.sqrt(shares(window)) - np.sqrt(shares(baseline))) ** 2) / 2, 1.0))
    return distance


def psi_score(window: ArrayLike, baseline: ArrayLike) -> Floats:
    r"""Return the score of a numeric feature: smoothed PSI less its bias, never below 0.

    .. math:: \max(0, \mathrm{PSI}_{1/2} - b)

    of :func:`smoothed_psi` and :func:`~sidecar.score.shares.bias`.

    References
    ----------
    B. Yurdakul, "Statistical Properties of Population Stability Index", dissertation, Western Michigan University, 2018.

    Examples
    --------
    0.232399 less 2 (1/60 + 1/100):

    >>> f"{psi_score([18, 18, 24], [50, 30, 20]):.6f}"
    '0.179066'

    Equal shares, and shares no further apart than chance would have them, score 0:

    >>> float(psi_score([6, 4], [50, 50]))
    0.0
    """
    return less_bias(smoothed_psi(window, baseline), bias(window, baseline))


def chi_square_score(window: ArrayLike, baseline: ArrayLike) -> Floats:
    r"""Return the score of a categorical feature: the chi-square effect size less its bias, never below 0.

    .. math:: \max(0, 4 V^2 - b)

    of :func:`chi_square_effect` and :func:`~sidecar.score.shares.bias`. Without drift ``4 V**2`` is distributed as PSI is,
    so it has the same bias.

    Examples
    --------
    0.233333 less 2 (1/60 + 1/100):

    >>> f"{chi_square_score([18, 18, 24], [50, 30, 20]):.6f}"
    '0.180000'
    """
    return less_bias(chi_square_effect(window, baseline), bias(window, baseline))


def less_bias(effect: Floats, expected: Floats) -> Floats:
    """Return what of an effect chance does not explain.

    Examples
    --------
    >>> less_bias(np.array([0.25, 0.05]), np.array([0.125, 0.125])).tolist()
    [0.125, 0.0]
    """
    score: Floats = np.maximum(effect - expected, 0.0)
    return score


class _Smoothed(NamedTuple):
    """Counts and half a row in every bin, and the rows of the bins in use, ``(..., 1)``; ``nan`` where there is none."""

    counts: Floats
    rows: Floats


def _smoothed(window: ArrayLike, baseline: ArrayLike) -> tuple[_Smoothed, _Smoothed]:
    """Return both samples with half a row added to every bin; one in use on neither side has the ratio 1, and adds no term."""
    bins = over_bins(in_use(window, baseline))
    added = np.where(bins > 0, bins, np.nan) / 2
    one, other = (_Smoothed(np.add(counts, 0.5), (over_bins(counts) + added)[..., np.newaxis]) for counts in (window, baseline))
    return one, other
