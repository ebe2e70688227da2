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
from typing import Final, Self

import numpy as np

from sidecar.histogram import Binned, Counts, Layout

SHORTEST: Final = 20
"""Rows of the shortest suffix that is looked at."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A window: its pace, and its suffixes and itself.

    Attributes
    ----------
    pace
        Seconds a row, over the whole window; None where all came at once.
    rows
        How many rows each part has: the suffixes, the shortest first, and at the end the window.
    parts
        What is in them.
    """

    pace: float | None
    rows: tuple[int, ...]
    parts: Binned

    @classmethod
    def of_whole(cls, counts: Counts, layout: Layout, pace: float | None = None, *, distances: bool = True) -> Self:
        """Return the sight of a window, or of rows in no order, that is looked at as a whole."""
        score = layout.to_score(counts.fine)[np.newaxis]
        parts = Binned(score, counts.fine[np.newaxis], counts.sums[np.newaxis]) if distances else Binned.of_score(score)
        return cls(pace, (counts.rows,), parts)


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
