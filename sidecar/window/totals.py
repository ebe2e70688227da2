"""What has been counted since the start, for the counters of metrics: they only ever grow."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sidecar.histogram import ISSUES, Counts, Layout
from sidecar.reasons import Issue


@dataclass(slots=True)
class Totals:
    """Rows and quality issues of all windows together.

    Attributes
    ----------
    names
        The features, in the order of ``issues``.
    rows
        Rows counted.
    unknown
        Rows that carried a feature which the baseline does not have.
    stale
        Rows that said that they are older than the window may be.
    issues
        ``int64 (F, len(ISSUES))``: rows with each quality issue.
    """

    names: tuple[str, ...]
    rows: int
    unknown: int
    stale: int
    issues: NDArray[np.int64]

    @classmethod
    def zero(cls, layout: Layout) -> Self:
        """Return the totals of no rows."""
        return cls(layout.names, 0, 0, 0, np.zeros((len(layout.names), len(ISSUES)), dtype=np.int64))

    def add(self, counts: Counts) -> None:
        """Count more rows."""
        self.rows += counts.rows
        self.unknown += counts.unknown
        self.stale += counts.stale
        self.issues += counts.issues

    def quality(self) -> dict[tuple[str, Issue], int]:
        """Return the rows with each issue of each feature, zeros included, so that every time series exists from the start."""
        rows = zip(self.names, self.issues.tolist(), strict=True)
        return {(name, issue): counts[column] for name, counts in rows for column, issue in _OF_CELLS}


_OF_CELLS = tuple(
    (column, issue)
    for column, issue in enumerate(ISSUES)
    if issue not in {Issue.UNKNOWN_FEATURE, Issue.STALE_TIMESTAMP}  # of rows, not of a feature's value
)
