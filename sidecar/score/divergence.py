"""PSI, Kullback-Leibler and Jensen-Shannon on plain shares: the numbers a person can check by hand.

They are what other tools print, so they follow the conventions that most of those share. Where tools differ, it is said
at the function. All three compare ``q``, the shares of the window, with ``p``, those of the baseline.

PSI and KL have no value when a bin is empty on one side only. The usual way out is to read an empty bin as a small share.
The result then depends on how small (a tenth part of it adds ``ln 10`` times the other share), which is one reason why no
status depends on these numbers; see :mod:`sidecar.score.effect` for the ones that decide.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import rel_entr

from sidecar.score.shares import Floats, over_bins, shares

EMPTY_SHARE = 1e-4
"""What the share of an empty bin is read as by :func:`psi` and :func:`kl`."""


def psi(window: ArrayLike, baseline: ArrayLike) -> Floats:
    r"""Return the population stability index, in nats.

    .. math:: \mathrm{PSI} = \sum_b (q_b - p_b) \ln \frac{q_b}{p_b}

    It is symmetric, and the sum of both Kullback-Leibler divergences. An empty bin counts as :data:`EMPTY_SHARE`; the
    other shares are left as they are.

    References
    ----------
    H. Jeffreys, "An invariant form for the prior probability in estimation problems", Proc. Royal Society A 186, 1946.

    Examples
    --------
    ``0.2 ln(3/5)`` from the first bin and ``0.2 ln 2`` from the last:

    >>> f"{psi([18, 18, 24], [50, 30, 20]):.6f}"
    '0.240795'

    A bin that the window has lost, read as 1e-4:

    >>> f"{psi([10, 0], [5, 5]):.6f}"
    '4.604318'
    """
    return _psi(_filled(shares(window)), _filled(shares(baseline)))


def kl(window: ArrayLike, baseline: ArrayLike) -> Floats:
    r"""Return the Kullback-Leibler divergence of the window from the baseline, in nats.

    .. math:: D(q \,\|\, p) = \sum_b q_b \ln \frac{q_b}{p_b}

    Read: what is lost, for each row that arrives, by still believing in the baseline. The opposite direction, which some
    tools print under the same name, is ``kl(baseline, window)``. An empty bin counts as :data:`EMPTY_SHARE`, and shares are
    not rescaled afterwards, so that ``kl(x, c) + kl(c, x)`` is ``psi(x, c)`` exactly. With empty bins the value may then
    fall short of 0 by about that share; it is cut off there.

    References
    ----------
    S. Kullback, R. A. Leibler, "On information and sufficiency", Annals of Mathematical Statistics 22, 1951.

    Examples
    --------
    ``0.3 ln(3/5)`` and ``0.4 ln 2``:

    >>> f"{kl([18, 18, 24], [50, 30, 20]):.6f}"
    '0.124011'
    >>> f"{kl([50, 30, 20], [18, 18, 24]):.6f}"
    '0.116783'
    """
    return _kl(_filled(shares(window)), _filled(shares(baseline)))


def js(window: ArrayLike, baseline: ArrayLike) -> Floats:
    r"""Return the Jensen-Shannon distance in base 2: 0 for equal shares, 1 for samples that have no bin in common.

    .. math:: \sqrt{\tfrac12 D_2(q \,\|\, \mu) + \tfrac12 D_2(p \,\|\, \mu)}, \qquad \mu = \tfrac12 (q + p)

    It needs no reading of empty bins. The logarithm is to base 2, so that the distance ends at 1; tools that take natural
    logarithms print 0.8326 of it, and some leave out the root and print the divergence.

    References
    ----------
    D. M. Endres, J. E. Schindelin, "A new metric for probability distributions", IEEE Trans. Information Theory 49, 2003.

    Examples
    --------
    >>> f"{js([18, 18, 24], [50, 30, 20]):.6f}"
    '0.206731'
    >>> f"{js([7, 0], [0, 3]):.6f}"
    '1.000000'
    """
    return _js(shares(window), shares(baseline))


class Divergences(NamedTuple):
    """What :func:`divergences` returns."""

    psi: Floats
    kl: Floats
    js: Floats


def divergences(window: ArrayLike, baseline: ArrayLike) -> Divergences:
    """Return :func:`psi`, :func:`kl` and :func:`js` of counts that are made shares of once.

    Examples
    --------
    >>> [f"{number:.6f}" for number in divergences([18, 18, 24], [50, 30, 20])]
    ['0.240795', '0.124011', '0.206731']
    """
    q, p = shares(window), shares(baseline)
    filled = _filled(q), _filled(p)
    return Divergences(_psi(*filled), _kl(*filled), _js(q, p))


def _psi(q: Floats, p: Floats) -> Floats:
    return over_bins((q - p) * np.log(q / p))


def _kl(q: Floats, p: Floats) -> Floats:
    divergence: Floats = np.maximum(over_bins(rel_entr(q, p)), 0.0)
    return divergence


def _js(q: Floats, p: Floats) -> Floats:
    middle = (q + p) / 2
    bits = over_bins(rel_entr(q, middle) + rel_entr(p, middle)) / (2 * np.log(2))
    distance: Floats = np.sqrt(np.minimum(np.maximum(bits, 0.0), 1.0))
    return distance


def _filled(share: Floats) -> Floats:
    """Return shares with :data:`EMPTY_SHARE` in place of each 0; a bin that is empty on both sides then adds 0."""
    return np.where(share == 0, EMPTY_SHARE, share)
