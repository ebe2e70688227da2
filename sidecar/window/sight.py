"""What there is to see of a window: how fast its rows came, and what its newest parts hold.

A drift that began a minute ago is diluted by the hour before it. Looking at the newest half of the window too, the newest
quarter and so on, finds it while it is young. Such parts are called suffixes. Each is longer than the next by the root of two:
by a factor of two, a drift that has just outgrown one suffix would wait for the next to be full of it (an unseen category in
a fifth of the rows was found after 145 rows instead of 118).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, takewhile
from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray

SHORTEST: Final = 20
"""Rows of the shortest suffix that is looked at."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A window's pace, and its suffixes.

    Attributes
    ----------
    pace
        Seconds a row, over the whole window; None where all came at once.
    rows
        ``float64 (S,)``: how many rows each suffix has, the shortest first.
    fine, sums
        ``int64 (S, F, G)``: their rows and sums in fine bins; ``(S, F, 0)`` where sums were not asked for.
    """

    pace: float | None
    rows: NDArray[np.float64]
    fine: NDArray[np.int64]
    sums: NDArray[np.int64]


def suffix_rows(rows: int) -> Iterator[int]:
    """Yield the lengths of the suffixes of a window of so many rows, the shortest first.

    Examples
    --------
    >>> [*suffix_rows(1000)]
    [23, 32, 45, 63, 89, 125, 177, 250, 354, 500, 708]
    >>> [*suffix_rows(28)]
    []
    """
    lengths = takewhile(lambda length: length >= SHORTEST, (rows / 2 ** (step / 2) for step in count(1)))
    return reversed([ceil(length) for length in lengths])
