"""A column of few distinct cells: a table of them, and for each row a place in it.

Files of columns keep texts that way, and so does whoever reads many of them: a million rows of five plans are five Python
values. What is to be known of a cell is found out once for the table, and carried to the rows by one array operation.
"""

from collections.abc import Iterator, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray


class Coded(Sequence[object]):
    """Cells by their place in a table.

    Parameters
    ----------
    table
        Cells; none needs to occur, and one may stand there twice.
    codes
        Of each row, the place of its cell in the table.

    Examples
    --------
    >>> plans = Coded(["free", "pro", None], np.array([0, 0, 2, 1]))
    >>> list(plans), plans.counts().tolist()
    (['free', 'free', None, 'pro'], [2, 1, 1])
    """

    __slots__ = ("codes", "table")

    def __init__(self, table: Sequence[object], codes: NDArray[Any]) -> None:
        self.table = table
        self.codes = codes

    def counts(self) -> NDArray[np.int64]:
        """Return the rows of each cell of the table."""
        return np.bincount(self.codes, minlength=len(self.table))

    def __len__(self) -> int:
        return len(self.codes)

    def __iter__(self) -> Iterator[object]:
        return map(self.table.__getitem__, self.codes.tolist())

    @overload
    def __getitem__(self, row: int) -> object: ...
    @overload
    def __getitem__(self, row: slice) -> "Coded": ...
    def __getitem__(self, row: int | slice) -> object:
        """Return the cell of a row, or the cells of some."""
        return Coded(self.table, self.codes[row]) if isinstance(row, slice) else self.table[self.codes[row]]
