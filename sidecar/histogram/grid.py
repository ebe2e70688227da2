"""What all grids of bins have in common: their first columns, and how much of one is worked on at once."""

from collections.abc import Iterator
from enum import IntEnum
from typing import Final


class Special(IntEnum):
    """The first columns of both grids."""

    MISSING = 0
    INFINITE = 1
    UNSEEN = 2
    OTHER = 3


FIRST: Final = len(Special)
"""Column of a feature's first own bin."""

BLOCK: Final = 1 << 14
"""Cells that are read or counted together: enough to keep calls rare, few enough to stay in the processor's cache."""


def blocks(features: int, rows: int) -> Iterator[slice]:
    """Cut features into runs of about `BLOCK` cells, and of one feature at least.

    Examples
    --------
    >>> [(each.start, each.stop) for each in blocks(3, BLOCK // 2)]
    [(0, 2), (2, 4)]
    """
    step = max(BLOCK // max(rows, 1), 1)
    return (slice(first, first + step) for first in range(0, features, step))
