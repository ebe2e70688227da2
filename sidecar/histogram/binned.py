"""Counts in both grids of bins: what is judged, and what it is made of."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray


class Binned(NamedTuple):
    """Any number of windows, or parts of one, ``(...)``, in bins.

    Attributes
    ----------
    score
        ``int64 (..., F, B)``: their rows in score bins.
    fine, sums
        ``int64 (..., F, G)``: their rows and sums in fine bins; ``(..., F, 0)`` where nobody asks for distances.
    """

    score: NDArray[np.int64]
    fine: NDArray[np.int64]
    sums: NDArray[np.int64]

    @classmethod
    def of_score(cls, score: NDArray[np.int64]) -> Self:
        """Return windows of which only the score bins are known."""
        return cls(score, score[..., :0], score[..., :0])

    def at(self, place: int | slice) -> "Binned":
        """Return one, or some, along the first axis."""
        return Binned._make(each[place] for each in self)
