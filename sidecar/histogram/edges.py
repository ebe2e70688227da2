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

    first: NDArray[np.int32]
    edge: NDArray[np.float64]
    crowded: NDArray[np.bool_] | None


class Edges:
    """Upper edges of right-closed bins.

    Parameters
    ----------
    edges
        Ascending and finite.
    first
        What the bin below the first edge is called; the others count on from there.

    Examples
    --------
    >>> Edges([10.0, 20.0], first=5).bins(np.array([5.0, 10.0, 10.5, 20.5]))
    array([5, 5, 6, 7], dtype=int32)
    """

    def __init__(self, edges: Sequence[float], first: int = 0) -> None:
        self._edges = np.array(edges, dtype=np.float64)
        self._first = first
        self._table: _Table | None = None
        low, high = (edges[0], edges[-1]) if len(edges) else (0.0, 0.0)
        with np.errstate(over="ignore"):
            scale = CELLS / (np.float64(high) - low) if high > low else np.float64(0.0)
        # Edges as far apart as the largest doubles, or as close as the smallest, are searched.
        self._scale = scale if np.isfinite(scale) else np.float64(0.0)
        self._shift = 1.0 - low * self._scale

    def bins(self, values: NDArray[np.float64], out: NDArray[np.int32] | None = None) -> NDArray[np.int32]:
        """Return the bin of each value, in `out` if it is given; for NaN any of them."""
        out = np.empty(len(values), dtype=np.int32) if out is None else out
        if len(values) < WORTHWHILE or not self._scale:
            return np.add(self._edges.searchsorted(values, "left"), self._first, out=out, casting="unsafe")
        if self._table is None:
            self._table = self._counted()
        first, edge, crowded = self._table
        cells = self._cells(values)
        # "clip" takes the cells below the first one to it, and does not look twice.
        first.take(cells, out=out, mode="clip")
        out += values > edge.take(cells, mode="clip")
        if crowded is not None:
            places = np.flatnonzero(crowded.take(cells, mode="clip"))
            out[places] = self._edges.searchsorted(values[places], "left") + self._first
        return out

    def _cells(self, values: NDArray[np.float64]) -> NDArray[np.intp]:
        """Return the cell of each value; the last takes NaN and all that lies above, and what lies below is to be clipped."""
        with np.errstate(over="ignore", invalid="ignore"):
            cells = values * self._scale
            cells += self._shift
            return np.fmin(cells, CELLS + 1.0, out=cells).astype(np.intp)

    def _counted(self) -> "_Table":
        """Return the first bin of each cell, the edge in it, and whether there are more; no value is above no edge."""
        cells = self._cells(self._edges).clip(0)
        own = np.bincount(cells, minlength=CELLS + 2)
        edge = np.full(CELLS + 2, np.inf)
        edge[cells] = self._edges
        crowded = own > 1
        first = np.cumsum(own) - own + self._first
        return _Table(first.astype(np.int32), edge, crowded if crowded.any() else None)
