"""Counts: what remains of rows once they have been read, and the only thing that is ever stored, merged or sent.

Counts form a commutative group under addition, in whole numbers: it does not matter how rows were cut into batches, in which
order panes were merged or on which replica they were counted, and a pane that leaves a window can be taken off again without
a rest.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sidecar.histogram.encode import Encoded
from sidecar.histogram.grid import blocks
from sidecar.histogram.issues import ISSUES
from sidecar.histogram.layout import Layout

_MASKS = 1 << len(ISSUES)
_FLAGS = (np.arange(_MASKS)[:, None] >> np.arange(len(ISSUES))) & 1
"""For each set of issues, which of them are in it."""
_SLICE = 1 << 20
"""Rows that are added up at once: NumPy adds weights as doubles, and 2**20 values of 2**32 units stay exact below 2**53."""


@dataclass(slots=True)
class Counts:
    """Histograms of some rows, of every feature.

    Attributes
    ----------
    rows
        Rows counted, whatever they carried.
    fine
        ``int64 (F, G)``: rows in each fine bin.
    sums
        ``int64 (F, G)``: sums of the values in each fine bin, in units from the feature's origin.
    absent
        ``int64 (F,)``: rows that did not carry the feature; they are in no bin.
    issues
        ``int64 (F, len(ISSUES))``: rows with each quality issue, in the order of `ISSUES`.
    unknown
        Rows that carried a feature which the baseline does not have.
    stale
        Rows that said that they are older than any that the window holds.
    """

    rows: int
    fine: NDArray[np.int64]
    sums: NDArray[np.int64]
    absent: NDArray[np.int64]
    issues: NDArray[np.int64]
    unknown: int
    stale: int

    @classmethod
    def zero(cls, layout: Layout) -> Self:
        """Return the counts of no rows."""
        features, width = layout.fine_counts.shape
        grid = (features, width)
        return cls(
            rows=0,
            fine=np.zeros(grid, dtype=np.int64),
            sums=np.zeros(grid, dtype=np.int64),
            absent=np.zeros(features, dtype=np.int64),
            issues=np.zeros((features, len(ISSUES)), dtype=np.int64),
            unknown=0,
            stale=0,
        )

    def copy(self) -> "Counts":
        """Return counts of their own."""
        fine, sums, absent, issues = (array.copy() for array in self._arrays())
        return Counts(self.rows, fine, sums, absent, issues, self.unknown, self.stale)

    def add(self, other: "Counts") -> None:
        """Merge other counts into these."""
        self.rows += other.rows
        self.fine += other.fine
        self.sums += other.sums
        self.absent += other.absent
        self.issues += other.issues
        self.unknown += other.unknown
        self.stale += other.stale

    def subtract(self, other: "Counts") -> None:
        """Take counts off that were added before."""
        self.rows -= other.rows
        self.fine -= other.fine
        self.sums -= other.sums
        self.absent -= other.absent
        self.issues -= other.issues
        self.unknown -= other.unknown
        self.stale -= other.stale

    def __add__(self, other: "Counts") -> "Counts":
        merged = self.copy()
        merged.add(other)
        return merged

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Counts):
            return NotImplemented
        mine, theirs = self._arrays(), other._arrays()
        same = all(np.array_equal(one, two) for one, two in zip(mine, theirs, strict=True))
        return same and (self.rows, self.unknown, self.stale) == (other.rows, other.unknown, other.stale)

    __hash__ = None  # type: ignore[assignment]  # counts change

    @property
    def present(self) -> NDArray[np.int64]:
        """``int64 (F,)``: rows that each feature was counted in, missing values among them."""
        return self.rows - self.absent

    def _arrays(self) -> tuple[NDArray[np.int64], ...]:
        return self.fine, self.sums, self.absent, self.issues


def tally(encoded: Encoded, layout: Layout, start: int = 0, stop: int | None = None) -> Counts:
    """Count the rows ``start <= row < stop`` of an encoded batch."""
    stop = encoded.rows if stop is None else min(stop, encoded.rows)
    counts = Counts.zero(layout)
    for begin in range(start, stop, _SLICE):
        _tally_into(counts, encoded, begin, min(begin + _SLICE, stop))
    return counts


def _tally_into(counts: Counts, encoded: Encoded, start: int, stop: int) -> None:
    for block in blocks(len(counts.fine), stop - start):
        fine, sums = _binned(encoded.codes[block, start:stop], encoded.units[block, start:stop], counts.fine.shape[1])
        counts.fine[block] += fine[:, 1:]
        counts.sums[block] += sums[:, 1:]
        counts.absent[block] += fine[:, 0]
    counts.rows += stop - start
    counts.issues += _issue_counts(encoded.issues[:, start:stop])
    counts.unknown += int(np.count_nonzero(encoded.unknown[start:stop]))
    counts.stale += sum(start <= row < stop for row in encoded.stale)


def _binned(codes: NDArray[np.int32], units: NDArray[np.float64], width: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count cells, and add their values up; one more column, at the front, takes the absent cells, whose code is -1."""
    grid = (len(codes), width + 1)
    flat = (codes + (np.arange(grid[0], dtype=np.int64) * grid[1] + 1)[:, None]).ravel()
    size = grid[0] * grid[1]
    fine, sums = np.bincount(flat, minlength=size), np.bincount(flat, weights=units.ravel(), minlength=size)
    return fine.reshape(grid), sums.astype(np.int64).reshape(grid)


def _issue_counts(issues: NDArray[np.uint16]) -> NDArray[np.int64]:
    """Count the flags of each feature; nearly all cells have none."""
    features, rows = issues.shape
    flat = issues.ravel()
    places = np.flatnonzero(flat != 0)
    if not len(places):
        return np.zeros((features, len(ISSUES)), dtype=np.int64)
    masks = np.bincount(places // rows * _MASKS + flat[places], minlength=features * _MASKS).reshape(features, _MASKS)
    return np.asarray(masks @ _FLAGS, dtype=np.int64)
