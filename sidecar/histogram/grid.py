"""The first columns of every grid of bins, which are the same for each feature."""

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
