"""Find the bin of many numbers at once, by a table where binary search would guess wrong at every step.

The branches of a binary search over a hundred edges cannot be predicted, which costs some 45 ns a value. So the range of the
edges is cut into cells of equal width, and for each cell it is written down how many edges lie before it and how many up to
its end. Where the two agree, which they do in nearly all cells, a value's bin is known from its cell alone; the others are
searched. It is exact whatever rounding does: the cell of a value is a function that never decreases, so an edge in an
earlier cell is less than the value and one in a later cell is not.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

CELLS: Final = 4096
WORTHWHILE: Final = 1024
"""Values from which on the table is faster."""


class Edges:
    """Upper edges of right-closed bins.

    Parameters
    ----------
    edges
        Ascending and finite.

    Examples
    --------
    >>> Edges([10.0, 20.0]).below(np.array([5.0, 10.0, 10.5, 20.5]))
    array([0, 0, 1, 2])
    """

    def __init__(self, edges: Sequence[float]) -> None:
        self._edges = np.array(edges, dtype=np.float64)
        self._table: tuple[NDArray[np.int32], NDArray[np.bool_]] | None = None
        low, high = (edges[0], edges[-1]) if len(edges) else (0.0, 0.0)
        with np.errstate(over="ignore"):
            scale = CELLS / (np.float64(high) - low) if high > low else np.float64(0.0)
        # Edges as far apart as the largest doubles, or as close as the smallest, are searched.
        self._low, self._scale = low, scale if np.isfinite(scale) else np.float64(0.0)

    def below(self, values: NDArray[np.float64]) -> NDArray[np.integer]:
        """Return how many edges are less than each value; for NaN any number of them."""
        if len(values) < WORTHWHILE or not self._scale:
            return self._edges.searchsorted(values, "left")
        if self._table is None:
            self._table = self._counted()
        before, mixed = self._table
        cells = self._cells(values)
        found = before[cells]
        places = np.flatnonzero(mixed[cells])
        found[places] = self._edges.searchsorted(values[places], "left")
        return found

    def _cells(self, values: NDArray[np.float64]) -> NDArray[np.int32]:
        """Return the cell of each value; 0 and the last one take all that lies outside."""
        with np.errstate(over="ignore", invalid="ignore"):
            cells = (values - self._low) * self._scale
        np.fmax(cells, -1.0, out=cells)  # takes NaN along
        return np.fmin(cells, CELLS, out=cells).astype(np.int32) + 1

    def _counted(self) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        """Return the edges before each cell, and whether there are any in it."""
        own = np.bincount(self._cells(self._edges), minlength=CELLS + 2)
        return (np.cumsum(own) - own).astype(np.int32), own > 0
