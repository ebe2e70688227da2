"""A block of counts at rest: it waits to leave the window.

A model that gets a row every ten seconds fills its hour with 360 panes of one row each, and the counts of a hundred
features take 200 kB, nearly all of it zeros. Such a block is kept as the cells that are not zero, and their places. One that
is full is kept as it is: there are twenty of those, and on a busy model they come and go hundreds of times a second.
"""

from dataclasses import dataclass
from typing import NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from sidecar.histogram import Counts

Grid = NDArray[np.int64]


class Block(Protocol):
    """Counts that no longer change, and when their first row came (epoch seconds)."""

    started: float

    @property
    def rows(self) -> int:
        """How many rows were counted."""

    def leave(self, counts: Counts) -> None:
        """Take the block's counts off counts that they were added to."""

    def join(self, fine: Grid, sums: Grid | None) -> None:
        """Add the block's rows, and sums where those are wanted, to those of fine bins, ``int64 (F, G)`` both."""


@dataclass(slots=True)
class Full:
    """A block as it was counted."""

    started: float
    counts: Counts

    @property
    def rows(self) -> int:
        """How many rows were counted."""
        return self.counts.rows

    def leave(self, counts: Counts) -> None:
        """Take the block's counts off counts that they were added to."""
        counts.subtract(self.counts)

    def join(self, fine: Grid, sums: Grid | None) -> None:
        """Add the block's rows, and sums where those are wanted, to those of fine bins."""
        fine += self.counts.fine
        if sums is not None:
            sums += self.counts.sums


class _Cells(NamedTuple):
    """The cells of an array that are not zero."""

    places: NDArray[np.int32]
    values: NDArray[np.int64]


@dataclass(slots=True)
class Sparse:
    """A block of few rows: nearly all cells of its counts are zero."""

    started: float
    rows: int
    unknown: int
    stale: int
    cells: tuple[_Cells, ...]

    @classmethod
    def of(cls, started: float, counts: Counts) -> Self:
        """Keep what is not zero."""
        return cls(started, counts.rows, counts.unknown, counts.stale, tuple(map(_cells, _arrays(counts))))

    def leave(self, counts: Counts) -> None:
        """Take the block's counts off counts that they were added to."""
        counts.rows -= self.rows
        counts.unknown -= self.unknown
        counts.stale -= self.stale
        for array, cells in zip(_arrays(counts), self.cells, strict=True):
            array.reshape(-1)[cells.places] -= cells.values

    def join(self, fine: Grid, sums: Grid | None) -> None:
        """Add the block's rows, and sums where those are wanted, to those of fine bins."""
        for array, cells in zip((fine, sums), self.cells[:2], strict=True):
            if array is not None:
                array.reshape(-1)[cells.places] += cells.values


def _arrays(counts: Counts) -> tuple[NDArray[np.int64], ...]:
    return counts.fine, counts.sums, counts.absent, counts.issues


def _cells(array: NDArray[np.int64]) -> _Cells:
    flat = array.reshape(-1)
    places = np.flatnonzero(flat)
    return _Cells(places.astype(np.int32), flat[places])
