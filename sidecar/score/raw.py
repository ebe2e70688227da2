"""Kolmogorov-Smirnov and Wasserstein distances where the rows themselves are at hand: nothing is estimated.

The sidecar keeps no rows, so its reports come from :mod:`sidecar.score.distance`. These are for whoever has both samples, and
what the others are measured by.
"""

import numpy as np
from numpy.typing import ArrayLike

from sidecar.score.shares import Floats


def ks_of_rows(window: ArrayLike, baseline: ArrayLike) -> float:
    r"""Return the Kolmogorov-Smirnov distance of two samples, ``nan`` where one is empty.

    .. math:: \max_x |F_q(x) - F_p(x)|

    Examples
    --------
    >>> ks_of_rows([3, 4, 4, 5], [1, 2, 3, 4])
    0.5
    """
    _, gap = _gaps(window, baseline)
    return float(np.max(np.abs(gap))) if len(gap) else float("nan")


def wasserstein_of_rows(window: ArrayLike, baseline: ArrayLike) -> float:
    r"""Return the Wasserstein-1 distance of two samples, in the unit of the values; ``nan`` where one is empty.

    .. math:: \int |F_q(x) - F_p(x)| \, dx

    Examples
    --------
    >>> wasserstein_of_rows([3, 4, 4, 5], [1, 2, 3, 4])
    1.5
    """
    values, gap = _gaps(window, baseline)
    return float(np.sum(np.abs(gap[:-1]) * np.diff(values))) if len(gap) else float("nan")


def _gaps(window: ArrayLike, baseline: ArrayLike) -> tuple[Floats, Floats]:
    """Return all values in order, and the difference of the distribution functions from each of them on."""
    x, c = (np.sort(np.asarray(rows, dtype=np.float64).ravel()) for rows in (window, baseline))
    if not len(x) or not len(c):
        return np.empty(0), np.empty(0)
    values = np.sort(np.concatenate([x, c]))
    gap = np.searchsorted(x, values, side="right") / len(x) - np.searchsorted(c, values, side="right") / len(c)
    return values, gap
