"""A column read as numbers.

Nothing is guessed here. A text that looks like a number is not one, and a boolean is a category: a service that starts to
send ``"35"`` or ``true`` where 35 used to be has changed, and that is what the sidecar is there to notice. Such a cell is of
the wrong type and counts as missing. A whole number too large for double precision is infinite, as it would be to the model.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sidecar.columns.coded import Coded
from sidecar.columns.model import ABSENT, Column

_PLAIN = frozenset({int, float, type(None)})


@dataclass(frozen=True, slots=True)
class Numbers:
    """The cells of a column as doubles.

    Attributes
    ----------
    values
        One double a row: NaN where the cell is missing, absent or of the wrong type.
    absent, wrong
        Which cells were absent, which of the wrong type; None where no cell was.
    """

    values: NDArray[np.float64]
    absent: NDArray[np.bool_] | None = None
    wrong: NDArray[np.bool_] | None = None


def numbers_of(column: Column) -> Numbers:
    """Read a column as numbers.

    Examples
    --------
    >>> numbers_of([35, 0.5, None]).values
    array([35. ,  0.5,  nan])
    >>> numbers_of([35, "35", True, 10**400, ABSENT])
    Numbers(values=array([35., nan, nan, inf, nan]), \
absent=array([False, False, False, False,  True]), wrong=array([False,  True,  True, False, False]))
    """
    if isinstance(column, np.ndarray) and column.dtype != object:
        return _from_array(column)
    if isinstance(column, Coded):
        return _from_table(numbers_of(column.table), column.codes)
    if _PLAIN.issuperset(map(type, column)):
        try:
            return Numbers(np.array(column, dtype=np.float64))
        except OverflowError:
            pass
    return _from_cells(column)


def _from_array(array: NDArray[Any]) -> Numbers:
    if array.ndim == 1 and array.dtype.kind in "iuf":
        return Numbers(array.astype(np.float64, copy=False))  # nobody writes into it
    rows = len(array)
    return Numbers(np.full(rows, np.nan), wrong=np.ones(rows, dtype=np.bool_))


def _from_table(table: Numbers, codes: NDArray[Any]) -> Numbers:
    absent = None if table.absent is None else table.absent[codes]
    return Numbers(table.values[codes], absent, None if table.wrong is None else table.wrong[codes])


def _from_cells(column: Sequence[object] | NDArray[Any]) -> Numbers:
    rows = len(column)
    values = np.full(rows, np.nan)
    absent, wrong = np.zeros(rows, dtype=np.bool_), np.zeros(rows, dtype=np.bool_)
    for row, cell in enumerate(column):
        if cell is ABSENT:
            absent[row] = True
        elif isinstance(cell, int | float | np.integer | np.floating) and not isinstance(cell, bool):
            values[row] = _double(cell)
        elif cell is not None:
            wrong[row] = True
    return Numbers(values, absent if absent.any() else None, wrong if wrong.any() else None)


def _double(cell: float | np.integer | np.floating) -> float:
    try:
        return float(cell)
    except OverflowError:
        return np.inf if cell > 0 else -np.inf
