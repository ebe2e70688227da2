"""Collectors: what has to be remembered of a column until its bins can be drawn.

Quantiles need all numbers, at 8 bytes each (`Pile`); categories need their counts only.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sidecar.baseline.pile import IN_MEMORY, Pile
from sidecar.baseline.profile import Feature, Kind, NumericFeature
from sidecar.baseline.summary import categorical_feature, numeric_feature
from sidecar.columns import WRONG_TYPE, Absent, Coded, Column, category_text, numbers_of

CONSTANT = "constant: any other value will look like drift"
EVERY_VALUE_DIFFERS = "every value differs: an identifier? --drop it"
TEXT_ROWS = 20
"""Rows from which on it says something that every value differs."""
REPEATS = 10
"""Repeats that an even draw of whole numbers from their range would have; that there is none is no chance then."""
EXACT = 2.0**53
"""From here on doubles leave whole numbers out."""


class Collector(Protocol):
    """Takes the cells of one column, batch after batch, and makes a feature of them."""

    wrong: int
    """Cells whose value the kind of feature does not take; they count as missing."""

    @property
    def texts(self) -> int:
        """How many texts it tells apart."""

    def add(self, column: Column) -> None:
        """Take more cells."""

    def feature(self, name: str, seen: int) -> Feature:
        """Return the summary of all cells, once; `seen` is how many rare values may be remembered."""

    def remarks(self) -> list[str]:
        """Return what a person should think about before using this column; after `feature`."""


class NumberCollector:
    """Collects numbers."""

    def __init__(self, room: int) -> None:
        self.wrong = 0
        self._pile = Pile(room)
        self._remarks: list[str] = []

    @property
    def texts(self) -> int:
        """None: they are numbers."""
        return 0

    def add(self, column: Column) -> None:
        """Take more cells."""
        numbers = numbers_of(column)
        self._pile.add(numbers.values if numbers.absent is None else numbers.values[~numbers.absent])
        self.wrong += 0 if numbers.wrong is None else int(numbers.wrong.sum())

    def feature(self, name: str, seen: int) -> Feature:
        """Return the summary of the numbers."""
        values = self._pile.take()
        feature = numeric_feature(name, values)
        self._remarks = _remarks(feature, values)
        return feature

    def remarks(self) -> list[str]:
        """Point out constants, row numbers and other identifiers."""
        return self._remarks


def _remarks(feature: NumericFeature, values: NDArray[np.float64]) -> list[str]:
    if feature.minimum is None or feature.maximum is None:
        return []
    if feature.minimum == feature.maximum and len(values) > 1:
        large = abs(feature.minimum) >= EXACT
        return ["beyond 2**53, where doubles are one: an identifier? --categorical or --drop it" if large else CONSTANT]
    reach = feature.maximum - feature.minimum
    if not feature.whole or len(values) <= TEXT_ROWS or len(values) ** 2 < 2 * REPEATS * reach:
        return []
    steps = np.diff(np.sort(values[np.isfinite(values)]))
    if not steps.all():
        return []
    return ["numbered through: a row number? --drop it" if (steps == 1).all() else EVERY_VALUE_DIFFERS]


class CategoryCollector:
    """Counts category texts."""

    def __init__(self) -> None:
        self.wrong = 0
        self._missing = 0
        self._forgotten = 0
        self._counts: Counter[str] = Counter()

    @property
    def texts(self) -> int:
        """How many texts it tells apart."""
        return len(self._counts)

    def add(self, column: Column) -> None:
        """Take more cells."""
        if isinstance(column, Coded):
            counts = column.counts()
            self._count((column.table[place], int(counts[place])) for place in np.flatnonzero(counts).tolist())
        elif isinstance(column, np.ndarray) and column.dtype != object and column.ndim == 1:
            values, counts = np.unique(column, return_counts=True)
            self._count(zip(values, counts.tolist(), strict=True))
        elif set(map(type, column)) == {str}:
            self._count(Counter(column).items())
        else:
            self._count((cell, 1) for cell in column)

    def feature(self, name: str, seen: int) -> Feature:
        """Return the summary of the categories."""
        feature = categorical_feature(name, self._counts, self._missing, seen=seen)
        self._forgotten = feature.unseen
        return feature

    def remarks(self) -> list[str]:
        """Point out identifiers, constants and columns without values."""
        rows = sum(self._counts.values())
        if not rows:
            return ["every value is missing: any value will look like drift"]
        if len(self._counts) == 1 and rows > 1:
            return [CONSTANT]
        if len(self._counts) == rows and rows > TEXT_ROWS:
            return [EVERY_VALUE_DIFFERS]
        if self._forgotten:
            return [f"{len(self._counts)} values, too many to remember: nobody can tell which ones are new. --drop it?"]
        return []

    def _count(self, cells: Iterable[tuple[object, int]]) -> None:
        for cell, count in cells:
            if isinstance(cell, Absent):
                continue
            text = category_text(cell)
            if isinstance(text, str):
                self._counts[text] += count
            else:
                self._missing += count
                self.wrong += count if text is WRONG_TYPE else 0


def collector(kind: Kind, columns: int = 1) -> Collector:
    """Return an empty collector for a kind of feature; `columns` is how many share the memory that there is for numbers."""
    return NumberCollector(IN_MEMORY // columns) if kind == "numeric" else CategoryCollector()
