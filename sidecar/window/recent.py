"""The newest rows, one by one, for looks at less than a pane.

Counts in panes are enough for a window of many panes. A look at its newest thirty rows is not made of panes, so those rows
are remembered for a while as what they were counted as: the bin of each cell, and its value in units. Nothing else of
them is kept.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sidecar.histogram import Binned, Encoded, Layout

RECENT: Final = 256
"""Rows that are remembered."""

Grid = NDArray[np.int64]
Doubles = NDArray[np.float64]


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
        self._fine = layout.fine_counts.shape
        self._score = layout.score_counts.shape
        self._starts = np.arange(self._fine[0]) * (self._fine[1] + 1) + 1
        self._score_places = _score_places(layout)
        self._room = room
        self._codes = np.full((room, self._fine[0]), -1, dtype=np.int32)
        self._units = np.zeros((room, self._fine[0]))
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

    def in_bins(self, lengths: Sequence[int], *, distances: bool) -> Binned:
        """Count the newest rows: as many as each length says, which grow, and are no more than are remembered."""
        newest = (self._next - np.arange(1, max(lengths, default=0) + 1)) % max(self._room, 1)
        cells = self._codes[newest] + self._starts
        # A row is counted once, in the shortest suffix that it is in; the longer ones get it by adding up.
        first = np.searchsorted(lengths, np.arange(len(newest)), side="right")
        score = _counted(self._score_places[cells], first, (len(lengths), *self._score))
        if not distances:
            return Binned.of_score(score)
        shape = (len(lengths), *self._fine)
        return Binned(score, _counted(cells, first, shape), _counted(cells, first, shape, self._units[newest]))


def _score_places(layout: Layout) -> Grid:
    """Return the place in score bins of each in fine bins; in both, one more column at the front takes the absent cells."""
    starts = np.arange(len(layout.names))[:, np.newaxis] * (layout.score_width + 1)
    places: Grid = np.concatenate([starts, starts + 1 + layout.score_of_fine], axis=1).ravel()
    return places


def _counted(cells: Grid, first: Grid, shape: tuple[int, int, int], units: Doubles | None = None) -> Grid:
    """Return how many cells each part has in each bin, or what their units add up to."""
    parts, features, width = shape
    size = features * (width + 1)
    flat, weights = (cells + first[:, np.newaxis] * size).ravel(), None if units is None else units.ravel()
    counted = np.bincount(flat, weights, minlength=parts * size).astype(np.int64, copy=False).reshape(parts, size)
    for shorter, longer in pairwise(counted):  # in a fifth of the time of cumsum, which is slow along this axis
        np.add(longer, shorter, out=longer)
    return counted.reshape(parts, features, width + 1)[..., 1:]
