"""Numbers or categories: what kind of feature a column of cells is.

A column is numeric if its values are numbers, with a few exceptions allowed: real data has an "unknown" among ten thousand
prices, and the column does not stop being a price for it. The exceptions count as missing, exactly as they will in the
traffic, and the person who builds the baseline is told. Booleans are categories, and so are texts that look like numbers:
the model gets them as texts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sidecar.baseline.profile import Kind
from sidecar.columns import ABSENT, Coded, Column, Columns

EXCEPTIONS: Final = 20
"""At most one value in so many may be no number in a numeric column."""


@dataclass(slots=True)
class Study:
    """What the cells of one column are.

    Attributes
    ----------
    numbers
        Cells that hold a number, infinity included.
    others
        Cells that hold another value.
    missing
        Cells that hold null or NaN.
    """

    numbers: int = 0
    others: int = 0
    missing: int = 0

    @property
    def kind(self) -> Kind:
        """Return the kind of feature that the column is; a column without any value is categorical, which takes anything."""
        return "numeric" if self.numbers and self.others * EXCEPTIONS <= self.numbers + self.others else "categorical"

    def look(self, column: Column) -> None:
        """Take more cells into account."""
        if isinstance(column, np.ndarray) and column.dtype != object:
            self._look_at_array(column)
        elif isinstance(column, Coded):
            for cell, rows in zip(column.table, column.counts().tolist(), strict=True):
                self._look_at_cell(cell, rows)
        else:
            for cell in column:
                self._look_at_cell(cell, 1)

    def _look_at_array(self, array: NDArray[Any]) -> None:
        if array.ndim != 1 or array.dtype.kind not in "iuf":
            self.others += len(array)
            return
        missing = int(np.isnan(array).sum()) if array.dtype.kind == "f" else 0
        self.missing += missing
        self.numbers += len(array) - missing

    def _look_at_cell(self, cell: object, rows: int) -> None:
        if isinstance(cell, float | np.floating):
            missing = bool(cell != cell)  # noqa: PLR0124  # only NaN differs from itself
            self.missing += rows * missing
            self.numbers += rows * (not missing)
        elif isinstance(cell, int | np.integer) and not isinstance(cell, bool):
            self.numbers += rows
        elif cell is None:
            self.missing += rows
        elif cell is not ABSENT:
            self.others += rows


def study(batches: Iterable[Columns]) -> Mapping[str, Study]:
    """Look at all columns of some batches, in the order in which their names appear.

    Examples
    --------
    >>> found = study([Columns(3, {"age": [35, None, 41.5], "plan": ["a", "7", True]})])
    >>> {name: column.kind for name, column in found.items()}
    {'age': 'numeric', 'plan': 'categorical'}
    """
    studies: dict[str, Study] = {}
    for batch in batches:
        for name, column in batch.values.items():
            studies.setdefault(name, Study()).look(column)
    return studies
