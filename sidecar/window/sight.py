"""What there is to see of a window: how fast its rows came, and what its newest parts hold.

A drift that began a minute ago is diluted by the hour before it. Looking at the newest half of the window too, the newest
quarter and so on, finds it while it is young. Such parts are called suffixes; each is twice as long as the next.
"""

from collections.abc import Iterator
from dataclasses import dataclass
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
        ``int64 (S, F, G)``: their rows and sums in fine bins.
    """

    pace: float | None
    rows: NDArray[np.float64]
    fine: NDArray[np.int64]
    sums: NDArray[np.int64]


def suffix_rows(rows: int) -> Iterator[int]:
    """Yield the lengths of the suffixes of a window of so many rows, the shortest first.

    Examples
    --------
    >>> [*suffix_rows(1000)], [*suffix_rows(39)]
    ([32, 63, 125, 250, 500], [])
    """
    lengths = []
    half = rows / 2
    while half >= SHORTEST:
        lengths.append(int(np.ceil(half)))
        half /= 2
    return reversed(lengths)
