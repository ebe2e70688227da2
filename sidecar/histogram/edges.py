"""Find the bin of many numbers at once, by a table where binary search would guess wrong at every step.

The branches of a binary search over a hundred edges cannot be predicted, which costs some 45 ns a value. So the range of the
edges is cut into cells of equal width, and for each cell it is written down how many edges lie before it, and which one lies
in it. A value's bin is known from its cell and one comparison; only the few cells with more than one edge are searched. It is
exact whatever rounding does: the cell of a value is a function that never decreases, so an edge in an earlier cell is less than
the value and one in a later cell is not.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

CELLS: Final = 4096
WORTHWHILE: Final = 1024
"""Values from which on the table is faster."""


class _Table(NamedTuple):
    """What is known of each cell."""

    before: NDArray[np.int32]
    edge: NDArray[np.float64]
    crowded: NDArray[np.bool_] | None


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
        self._table: _Table | None = None
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
        before, edge, crowded = self._table
        cells = self._cells(values)
        # The cells are known to be there; "clip" is the mode that does not look again.
        found = before.take(cells, mode="clip")
        found += values > edge.take(cells, mode="clip")
        if crowded is not None:
            places = np.flatnonzero(crowded.take(cells, mode="clip"))
            found[places] = self._edges.searchsorted(values[places], "left")
        return found

    def _cells(self, values: NDArray[np.float64]) -> NDArray[np.intp]:
        """Return the cell of each value; 0 and the last one take all that lies outside."""
        with np.errstate(over="ignore", invalid="ignore"):
            cells = values - self._low
            cells *= self._scale
        cells += 1.0
        np.fmax(cells, 0.0, out=cells)  # takes NaN along
        return np.fmin(cells, CELLS + 1.0, out=cells).astype(np.intp)

    def _counted(self) -> "_Table":
        """Return the edges before each cell, the edge in it, and whether there are more; no value is above no edge."""
        cells = self._cells(self._edges)
        own = np.bincount(cells, minlength=CELLS + 2)
        edge = np.full(CELLS + 2, np.inf)
        edge[cells] = self._edges
        crowded = own > 1
        return _Table((np.cumsum(own) - own).astype(np.int32), edge, crowded if crowded.any() else None)
