"""Columns to bin codes, quality flags and fixed-point values: the last time a value is looked at.

Numeric features are read one by one (only a column knows what Python values it holds) and then handled together, as one matrix,
because at a hundred features the time goes into calls and not into numbers. Categories are looked up one by one.

Nothing here depends on a neighbouring row, so any way of cutting rows into batches gives the same codes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sidecar.columns import ABSENT, Coded, Column, Columns, is_array
from sidecar.histogram.categorical import ABSENT_CODE, WRONG_CODE
from sidecar.histogram.grid import Special
from sidecar.histogram.issues import BIT
from sidecar.histogram.layout import Layout
from sidecar.histogram.numeric import Cells
from sidecar.reasons import Issue

NAMES: Final = 8
"""Names of unknown features that are kept for one row."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """Some rows, ready to be counted.

    Attributes
    ----------
    rows
        How many.
    codes
        ``int32 (F, n)``: fine column of each cell, -1 where it is absent.
    units
        ``float64 (F, n)``: whole numbers, the values in units from the feature's origin; 0 where there is no finite number.
    issues
        ``uint16 (F, n)``: the bits (`BIT`) of what is odd about each cell.
    unknown
        ``int32 (n,)``: how many features of each row the baseline neither has nor left out on purpose.
    unknown_shared, unknown_own
        Names of such features: those that every row carries, and those that single rows do (see `unknown_in`).
    stale
        Numbers of the rows that say that they are old.
    """

    rows: int
    codes: NDArray[np.int32]
    units: NDArray[np.float64]
    issues: NDArray[np.uint16]
    unknown: NDArray[np.int32]
    unknown_shared: tuple[str, ...]
    unknown_own: Mapping[int, tuple[str, ...]]
    stale: frozenset[int] = frozenset()

    def unknown_in(self, row: int) -> tuple[str, ...]:
        """Return examples of the unknown features that a row carries, at most `NAMES`."""
        return (self.unknown_shared + self.unknown_own.get(row, ()))[:NAMES]


def encode(columns: Columns, layout: Layout) -> Encoded:
    """Find the bin of every cell of the features that the baseline has."""
    cells = Cells.blank(len(layout.names), columns.rows)
    filled = set(layout.number_reader.read(columns, cells))
    for row, reader in layout.category_readers.items():
        column = columns.values.get(layout.names[row])
        if column is not None:
            cells.codes[row], cells.units[row] = reader.codes(column), 0.0
            cells.issues[row] = _settle(cells.codes[row], tells_new=reader.tells_new)
            filled.add(row)
    for row in range(len(layout.names)):
        if row not in filled:
            cells.fill_absent(row)
    return Encoded(columns.rows, cells.codes, cells.units, cells.issues, *_unknown(columns, layout), columns.stale)


def _settle(codes: NDArray[np.int32], *, tells_new: bool) -> NDArray[np.uint16]:
    """Return the issues of categorical cells, and count those of the wrong type as missing."""
    issues = np.zeros(len(codes), dtype=np.uint16)
    if codes.min(initial=Special.OTHER) < Special.OTHER:
        wrong = codes == WRONG_CODE
        issues[codes == ABSENT_CODE] = BIT[Issue.ABSENT]
        issues[codes == Special.MISSING] = BIT[Issue.MISSING]
        issues[codes == Special.UNSEEN] = BIT[Issue.UNSEEN_CATEGORY] if tells_new else 0
        issues[wrong] = BIT[Issue.WRONG_TYPE]
        codes[wrong] = Special.MISSING
    return issues


def _unknown(columns: Columns, layout: Layout) -> tuple[NDArray[np.int32], tuple[str, ...], Mapping[int, tuple[str, ...]]]:
    """Count, and name, what rows carry that the baseline does not know."""
    unknown = np.zeros(columns.rows, dtype=np.int32)
    shared: list[str] = []
    own: dict[int, tuple[str, ...]] = {}
    for row, names in columns.strangers.items():
        _note(row, [name for name in names if name not in layout.ignored], unknown, own)
    for name in columns.values:
        if name in layout.index or name in layout.ignored:
            continue
        rows = _carrying(columns.values[name])
        if rows is None:
            unknown += 1
            shared.append(name)
        else:
            for row in rows:
                _note(row, [name], unknown, own)
    return unknown, tuple(shared[:NAMES]), own


def _note(row: int, names: Sequence[str], unknown: NDArray[np.int32], own: dict[int, tuple[str, ...]]) -> None:
    if names:
        unknown[row] += len(names)
        own[row] = (*own.get(row, ()), *names)[:NAMES]


def _carrying(column: Column) -> list[int] | None:
    """Return the rows that have a cell in the column; None for all of them."""
    cells = column.table if isinstance(column, Coded) else column
    if is_array(column) or not any(cell is ABSENT for cell in cells):
        return None
    return [row for row, cell in enumerate(column) if cell is not ABSENT]
