"""Order statistics of latencies.

A percentile here is always a latency that a request really had (the nearest rank), never a mean of two: with a few thousand
samples, p99.9 rests on the last handful, and an interpolated value between two of them would look more exact than it is.
"""

import math
from collections.abc import Iterable, Sequence
from statistics import median


def percentile(ordered: Sequence[float], per_cent: float) -> float:
    """Return the nearest-rank percentile of values in ascending order.

    The value of rank ``ceil(per_cent / 100 * n)``, counted from one, and never below the first (Hyndman and Fan 1996, type 1).

    >>> percentile([10, 20, 30, 40], 50)
    20
    >>> percentile(range(1, 1001), 99.9)
    999
    """
    if not ordered:
        raise ValueError("no values, no percentile")
    rank = math.ceil(round(per_cent * len(ordered) / 100, 9))
    return ordered[max(rank, 1) - 1]


def middle(values: Iterable[float | None]) -> float | None:
    """Return the median of what was measured, or None where nothing was.

    >>> middle([3.0, None, 1.0, 2.0])
    2.0
    """
    known = [value for value in values if value is not None]
    return median(known) if known else None
