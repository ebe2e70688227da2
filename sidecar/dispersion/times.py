"""The times of rows, as seconds, whatever the file writes.

Only differences matter here, so a time without a zone is taken for UTC.
"""

from datetime import UTC, date, datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sidecar.baseline import BaselineError
from sidecar.columns import Absent, Coded, Column

_SCALES: Final = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
"""Numbers above the first of each pair count parts of a second: nano-, micro-, milliseconds."""


def epoch_seconds(column: Column) -> NDArray[np.float64]:
    """Return the times of a column in epoch seconds, nan where there is none.

    Times may be numbers (epoch seconds; large ones are taken for milli-, micro- or nanoseconds), ISO 8601 texts, or dates.

    Raises
    ------
    BaselineError
        If a value is no time.

    Examples
    --------
    >>> epoch_seconds(["1970-01-01 00:01", 60, 1.7e12, "1970-01-01T01:01:00+01:00", None]).tolist()
    [60.0, 60.0, 1700000000.0, 60.0, nan]
    """
    if isinstance(column, np.ndarray) and column.dtype.kind in "iufM":
        return _of_array(column)
    if isinstance(column, Coded):
        seconds: NDArray[np.float64] = epoch_seconds(list(column.table))[column.codes]
        return seconds
    return _of_numbers(np.fromiter(map(_number, column), dtype=np.float64, count=len(column)))


def _of_array(array: NDArray[Any]) -> NDArray[np.float64]:
    if array.dtype.kind != "M":
        return _of_numbers(array.astype(np.float64))
    seconds = array.astype("datetime64[us]").astype(np.int64) / 1e6
    return np.where(np.isnat(array), np.nan, seconds)


def _of_numbers(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    seconds = np.where(np.isfinite(numbers), numbers, np.nan)
    size = np.abs(seconds)
    for least, parts in _SCALES:
        seconds = np.where(size >= least, numbers / parts, seconds)
        size = np.where(size >= least, 0.0, size)
    return seconds


def _number(cell: object) -> float:
    if cell is None or isinstance(cell, Absent) or cell == "":
        return np.nan
    if isinstance(cell, int | float | np.number) and not isinstance(cell, bool):
        return float(cell)
    if isinstance(cell, datetime):
        return _utc(cell).timestamp()
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day, tzinfo=UTC).timestamp()
    return _text(cell)


def _text(cell: object) -> float:
    try:
        return _utc(datetime.fromisoformat(str(cell).strip())).timestamp()
    except ValueError:
        pass
    try:
        return float(str(cell))
    except ValueError:
        raise BaselineError(f"has {cell!r} where a time belongs (epoch seconds, or ISO 8601)") from None


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
