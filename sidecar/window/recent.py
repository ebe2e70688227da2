"""The newest rows, one by one, for looks at less than a pane.

Counts in panes are enough for a window of many panes. A look at its newest thirty rows is not made of panes, so those rows
are remembered for a while as what they were counted as: the bin of each cell, and its value in units. Nothing else of
them is kept.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sidecar.histogram import Encoded, Layout

RECENT: Final = 256
"""Rows that are remembered."""

Grid = NDArray[np.int64]


class Recent:
    """A ring of the newest rows.

    Parameters
    ----------
    layout
        The bins.
    room
        How many rows are remembered; 0 for none.
    """

    def __init__(self, layout: Layout, room: int = RECENT) -> None:
        self._shape = layout.fine_counts.shape
        self._starts = np.arange(self._shape[0]) * (self._shape[1] + 1) + 1
        self._size = self._shape[0] * (self._shape[1] + 1)
        self._room = room
        self._codes = np.full((room, self._shape[0]), -1, dtype=np.int32)
        self._units = np.zeros((room, self._shape[0]))
        self._next = 0
        self.rows = 0

    def take(self, encoded: Encoded, start: int, stop: int) -> None:
        """Remember the rows ``start <= row < stop``."""
        start = max(start, stop - self._room)
        places = (self._next + np.arange(stop - start)) % max(self._room, 1)
        self._codes[places] = encoded.codes[:, start:stop].T
        self._units[places] = encoded.units[:, start:stop].T
        self._next = (self._next + stop - start) % max(self._room, 1)
        self.rows = min(self.rows + stop - start, self._room)

    def rows_in_bins(self, rows: int, skip: int = 0) -> Grid:
        """Count the newest `rows` rows, without the newest `skip`, in fine bins, ``int64 (F, G)``."""
        return self._in_bins(np.bincount(self._cells(rows, skip), minlength=self._size))

    def sums_in_bins(self, rows: int, skip: int = 0) -> Grid:
        """Add their values up, in units."""
        units = self._units[self._places(rows, skip)].ravel()
        return self._in_bins(np.bincount(self._cells(rows, skip), weights=units, minlength=self._size).astype(np.int64))

    def _places(self, rows: int, skip: int) -> NDArray[np.int64]:
        return (self._next - np.arange(skip + 1, rows + 1)) % self._room

    def _cells(self, rows: int, skip: int) -> NDArray[np.int64]:
        """Return where cells are counted; one more column, at the front, takes the absent ones, whose code is -1."""
        cells: NDArray[np.int64] = (self._codes[self._places(rows, skip)] + self._starts).ravel()
        return cells

    def _in_bins(self, counted: Grid) -> Grid:
        features, width = self._shape
        return counted.reshape(features, width + 1)[:, 1:]
