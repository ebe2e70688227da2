"""Counts to shares, and what sampling alone does to them.

Two samples of one distribution never have equal shares. How unequal chance makes them depends on two things only: the
number of bins that rows were seen in, and the number of rows on both sides. Both are worked out here, once, for every
score and every rule.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]


def in_use(window: ArrayLike, baseline: ArrayLike) -> Bools:
    """Return the bins that either sample has a row in, ``x + c > 0``.

    Bins exist for what may arrive (missing, infinite, unseen values), and most features never see any of it. Such a bin
    is no evidence of sameness, so it must not count as a degree of freedom either.

    Examples
    --------
    >>> in_use([3, 0, 0, 2], [4, 1, 0, 0]).tolist()
    [True, True, False, True]
    """
    return np.add(window, baseline) > 0


def degrees_of_freedom(window: ArrayLike, baseline: ArrayLike) -> Floats:
    """Return the number of bins in use, less one (never below 0).

    Examples
    --------
    >>> float(degrees_of_freedom([18, 18, 24, 0], [50, 30, 20, 0]))
    2.0
    """
    freedom: Floats = np.maximum(over_bins(in_use(window, baseline)) - 1.0, 0.0)
    return freedom


def effective_rows(window: ArrayLike, baseline: ArrayLike) -> Floats:
    r"""Return the size of one sample that is as uncertain as the two together.

    .. math:: n_e = \frac{1}{1/n + 1/m}

    It is 0 when either sample is empty, and never above the smaller of the two: beside a baseline of 100 rows even an
    endless window is known no better than 100 rows allow.

    Examples
    --------
    >>> float(effective_rows([18, 18, 24], [50, 30, 20]))
    37.5
    """
    return effective_of(over_bins(window), over_bins(baseline))


def effective_of(n: Floats, m: Floats) -> Floats:
    """Return :func:`effective_rows` of samples that have been counted.

    Examples
    --------
    >>> float(effective_of(np.float64(60), np.float64(100)))
    37.5
    """
    rows: Floats = n * m / np.maximum(n + m, 1.0)
    return rows


def bias(window: ArrayLike, baseline: ArrayLike) -> Floats:
    r"""Return what PSI, and 4 V squared, are on average when nothing drifts.

    .. math:: b = \mathrm{df} \, (1/n + 1/m)

    Without drift PSI is distributed as ``(1/n + 1/m)`` times chi-square with ``df`` degrees of freedom, whose mean is
    ``df``. That is why a fixed threshold on plain PSI alarms on small windows; taking the mean away puts every window
    size on one scale. ``nan`` when a sample is empty.

    References
    ----------
    B. Yurdakul, "Statistical Properties of Population Stability Index", dissertation, Western Michigan University, 2018.

    Examples
    --------
    >>> f"{bias([18, 18, 24], [50, 30, 20]):.6f}"
    '0.053333'
    """
    rows = effective_rows(window, baseline)
    expected: Floats = degrees_of_freedom(window, baseline) / np.where(rows > 0, rows, np.nan)
    return expected


def shares(counts: ArrayLike) -> Floats:
    """Return each bin's part of the whole; ``nan`` in every bin when there are no rows.

    Examples
    --------
    >>> shares([18, 18, 24]).tolist()
    [0.3, 0.3, 0.4]
    """
    total = over_bins(counts)[..., np.newaxis]
    share: Floats = np.asarray(counts) / np.where(total > 0, total, np.nan)
    return share


def over_bins(values: ArrayLike) -> Floats:
    """Return the sum over the last axis: ``n`` of counts, a statistic of its terms."""
    array = np.asarray(values)
    if array.dtype.kind == "f":
        # Rows of few bins are added up by einsum in half the time that reduce takes; a report does so some forty times.
        total: Floats = np.einsum("...b->...", array)
    else:  # whole numbers as such, which is exact and spares a copy of them
        total = np.asarray(np.add.reduce(array, axis=-1), dtype=np.float64)[()]
    return total
