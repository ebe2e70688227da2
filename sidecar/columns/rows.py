"""Rows to columns, at some hundred nanoseconds a row.

Nearly all traffic of a model has one shape: every row carries the same names. That case is recognised by two cheap facts (the
rows are equally long, and each has the names of the first) and transposed by C code. Rows of unlike shape take the careful
way: only the names asked for become columns, and what else a row carries is remembered by name alone.

The memory of a column is rows times names, whatever the payload's size was, so a payload of millions of tiny rows has to be
turned in slices: ``batches`` does that.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from operator import itemgetter

import numpy as np

from sidecar.columns.model import ABSENT, Column, Columns

BATCH = 1024
CELLS = 1 << 16
"""Cells that are worth being counted at once: more no longer fit into the caches of a processor."""
STRANGERS = 8
"""Names nobody asked for that are remembered for one row; more are dropped, for a report names examples only."""
FAR_MORE = 1000
"""So many names beyond those asked for are somebody's invention: a column for each of them would take seconds."""

_DOUBLE = 8
Record = Mapping[str, object]


def columns_of(records: Sequence[Record], names: Collection[str] | None = None) -> Columns:
    """Turn row objects into columns.

    Parameters
    ----------
    records
        Rows, each a mapping of names to JSON values.
    names
        The features that are of interest. Without it, rows of unlike shape give a column for every name in any of them,
        which is meant for files of one's own and not for traffic.

    Examples
    --------
    >>> columns_of([{"age": 35, "plan": "a"}, {"age": None, "plan": "b"}]).values
    {'age': (35, None), 'plan': ('a', 'b')}
    >>> ragged = columns_of([{"age": 35}, {"agee": 36}], names=("age", "plan"))
    >>> ragged.values["age"], ragged.strangers
    ([35, <Absent.ABSENT: 'absent'>], {1: ('agee',)})
    """
    if not records:
        return Columns(0, {})
    if names is not None and len(records[0]) > 2 * len(names) + FAR_MORE:
        return _unlike(records, names)
    return _alike(records) or _unlike(records, names)


def batches(records: Sequence[Record], names: Collection[str] | None = None, size: int = BATCH) -> Iterator[Columns]:
    """Turn any number of rows into columns of at most `size` rows each, in order."""
    for start in range(0, len(records), size):
        yield columns_of(records[start : start + size], names)


def slices(columns: Columns, cells: int = CELLS) -> Iterator[Columns]:
    """Cut columns into pieces of about so many cells, in order, so that what is made of them stays small.

    Arrays are cut without a copy.

    Examples
    --------
    >>> [piece.values["age"] for piece in slices(Columns(3, {"age": [35, 36, 37]}), cells=2)]
    [[35, 36], [37]]
    """
    size = max(cells // max(len(columns.values), 1), 1)
    if columns.rows <= size:
        yield columns
        return
    for start in range(0, columns.rows, size):
        values = {name: column[start : start + size] for name, column in columns.values.items()}
        strangers = {row - start: names for row, names in columns.strangers.items() if start <= row < start + size}
        stale = frozenset(row - start for row in columns.stale if start <= row < start + size)
        yield Columns(min(size, columns.rows - start), values, strangers, stale)


def records_of(columns: Columns) -> list[dict[str, object]]:
    """Turn columns back into rows, for a few rows that are to be put together with others.

    Numbers of single precision keep their type, because it decides how they are written as a category.

    Examples
    --------
    >>> records_of(Columns(2, {"age": (35, ABSENT), "plan": ("a", "b")}))
    [{'age': 35, 'plan': 'a'}, {'plan': 'b'}]
    """
    cells = [_cells(column) for column in columns.values.values()]
    names = tuple(columns.values)
    rows = [dict(zip(names, row, strict=True)) for row in zip(*cells, strict=True)]
    if any(ABSENT in column for column in cells):
        return [{name: cell for name, cell in row.items() if cell is not ABSENT} for row in rows]
    return rows


def _cells(column: Column) -> Sequence[object]:
    if not isinstance(column, np.ndarray):
        return column
    exact: Sequence[object] = column.tolist() if column.dtype.kind != "f" or column.dtype.itemsize >= _DOUBLE else [*column]
    return exact


def _alike(records: Sequence[Record]) -> Columns | None:
    """Transpose rows of one shape; None where the shapes differ."""
    names = tuple(records[0])
    if set(map(len, records)) != {len(names)}:
        return None
    try:
        return Columns(len(records), _transposed(records, names))
    except KeyError:
        return None


def _transposed(records: Sequence[Record], names: tuple[str, ...]) -> dict[str, Sequence[object]]:
    if len(names) > 1:
        return dict(zip(names, zip(*map(itemgetter(*names), records), strict=True), strict=True))
    return {name: [record[name] for record in records] for name in names}


def _unlike(records: Sequence[Record], names: Collection[str] | None) -> Columns:
    """Give each name asked for a column with gaps; keep the names of the rest beside their row."""
    found = dict.fromkeys(name for record in records for name in record)
    wanted = [*found] if names is None else [name for name in names if name in found]
    values = {name: [record.get(name, ABSENT) for record in records] for name in wanted}
    if len(wanted) == len(found):
        return Columns(len(records), values)
    return Columns(len(records), values, _strangers(records, frozenset(wanted)))


def _strangers(records: Sequence[Record], wanted: frozenset[str]) -> dict[int, tuple[str, ...]]:
    others = {
        row: tuple(islice((name for name in record if name not in wanted), STRANGERS)) for row, record in enumerate(records)
    }
    return {row: names for row, names in others.items() if names}
