"""Counting rows in blocks of consecutive rows, and the ladder of lengths that follows from them.

Only the shortest blocks are counted: their limits in time are drawn so that each has about as many rows as the next. Two
neighbours are one block of twice the length, so each rung of the ladder is the sum of pairs of the rung below, and the
rows themselves may come in any order: only their times have to be sorted.

Blocks of equal rows, not of equal seconds, because windows are: one that holds the last flights of an evening and the first
of the morning spans a night in which nothing flew, and a stretch of that many seconds by day is no model of it.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sidecar.histogram import Encoded, Layout

FEWEST_BLOCKS = 8
"""Blocks on the highest rung: fewer would say little about how blocks vary."""

BLOCK_ROWS = 10
"""Rows of a block on the lowest rung, at least: half as many as the shortest suffix has that is looked at."""

_MOST_BLOCKS = 1 << 16
_MOST_CELLS = 1 << 25
"""Bins of all blocks and features together, 128 MiB of counts."""


class Ladder:
    """The counts of blocks of a baseline.

    Parameters
    ----------
    layout
        The bins.
    times
        Those of all rows of the baseline, in any order.
    """

    def __init__(self, layout: Layout, times: NDArray[np.float64]) -> None:
        self._layout = layout
        cells = max(len(layout.names) * layout.score_width, 1)
        most = min(len(times) // BLOCK_ROWS, _MOST_BLOCKS, _MOST_CELLS // cells)
        blocks = FEWEST_BLOCKS
        while 2 * blocks <= most:
            blocks *= 2
        places = np.arange(1, blocks) * len(times) // blocks
        self._limits = np.partition(times, places)[places]
        self._span = float(np.ptp(times)) / blocks
        self._counts = np.zeros((blocks, len(layout.names), layout.score_width), dtype=np.int32)

    def count(self, encoded: Encoded, times: NDArray[np.float64]) -> None:
        """Count some rows; those without a time are left out."""
        known = np.isfinite(times)
        blocks = np.searchsorted(self._limits, times[known], side="right")
        codes = encoded.codes[:, known]
        features, rows = np.nonzero(codes >= 0)
        columns = self._layout.score_of_fine[features, codes[features, rows]]
        np.add.at(self._counts, (blocks[rows], features, columns), 1)

    def rungs(self) -> Iterator[tuple[float, NDArray[np.int32]]]:
        """Yield the mean spans of blocks, shortest first, with the counts of the blocks of each: ``(blocks, F, B)``."""
        span, counts = self._span, self._counts
        while len(counts) >= FEWEST_BLOCKS:
            yield span, counts
            span, counts = 2 * span, counts[0::2] + counts[1::2]
