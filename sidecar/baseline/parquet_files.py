"""Parquet files, read by polars where it is installed: ``pip install drift-sidecar[files]``.

Of a million rows by 25 columns, polars made arrays in 0.4 s and 340 MB; DuckDB took 1.1 s and 480 MB, and hands arrays over
through another library of 170 MB. The sidecar's image carries none of them, so nothing here is imported before a
Parquet file is opened.

A Parquet file has types, and each value becomes what it would have been in JSON: numbers stay arrays, texts are `Coded`, dates
are texts in ISO 8601, and a list or a struct is what no feature can be.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sidecar.baseline.errors import BaselineError
from sidecar.baseline.source import EVERYTHING, Progress, Wanted, unread, unwatched
from sidecar.baseline.study import Study
from sidecar.columns import Coded, Column, Columns

if TYPE_CHECKING:
    from polars import DataFrame, LazyFrame, Series

ROWS: Final = 32_768
"""Rows that are handed on at once: with fewer, calls take longer than rows do; with many more, memory."""
_NESTED: Final = ()
"""Stands for any list or struct: it is of the wrong type wherever it appears."""


class ParquetFiles:
    """One table in one or more Parquet files, which have the same columns in any order."""

    notes: Sequence[str] = ()

    def __init__(self, paths: Sequence[Path], progress: Progress = unwatched) -> None:
        self._polars = _polars(paths[0])
        self._paths = paths
        self._progress = progress
        self._names = _same_names([(path, self._columns_of(path)) for path in paths])

    def studies(self) -> Mapping[str, Study]:
        """Find out what each column is, from its type and the number of its values."""
        found = {name: Study() for name in self._names}
        for path in self._paths:
            with self._faults_of(path):
                frame = self._scan(path)
                schema = frame.collect_schema()
                counts = frame.select(_values(self._polars, schema)).collect(engine="streaming")
                rows = self._rows(path)
                for each in counts:
                    _count(found[each.name], each.item(), rows, number=schema[each.name].is_numeric())
        return found

    def read(self, wanted: Wanted = EVERYTHING) -> Iterator[Columns]:
        """Yield all rows, with the values that they would have in JSON."""
        sizes = [self._rows(path) for path in self._paths]
        done = 0
        for path in self._paths:
            with self._faults_of(path):
                for batch in self._batches(path, wanted):
                    done += batch.rows
                    self._progress(done, sum(sizes))
                    yield batch

    def _batches(self, path: Path, wanted: Wanted) -> Iterator[Columns]:
        read = [name for name in self._names if wanted.cells_of(name)]
        if not read:
            rows = self._rows(path)
            yield Columns(rows, {name: unread(rows) for name in self._names})
            return
        for frame in self._scan(path).select(read).collect_batches(chunk_size=ROWS, maintain_order=True):
            yield self._columns(frame, wanted)

    def _columns(self, frame: "DataFrame", wanted: Wanted) -> Columns:
        rows = len(frame)
        values = {
            each.name: _cells(self._polars, each, categorical=wanted.kinds.get(each.name) == "categorical") for each in frame
        }
        return Columns(rows, values | {name: unread(rows) for name in self._names if name not in values})

    def _scan(self, path: Path) -> "LazyFrame":
        frame: LazyFrame = self._polars.scan_parquet(path, glob=False)
        return frame

    def _columns_of(self, path: Path) -> list[str]:
        with self._faults_of(path), path.open("rb"):  # the system says best why a file cannot be opened
            return self._scan(path).collect_schema().names()

    def _rows(self, path: Path) -> int:
        with self._faults_of(path):
            return int(self._scan(path).select(self._polars.len()).collect().item())

    @contextmanager
    def _faults_of(self, path: Path) -> Iterator[None]:
        """Say in our words what polars says of a file in exceptions, and in panics, which are no `Exception`."""
        try:
            yield
        except OSError as error:
            raise BaselineError(f"cannot be read: {error.strerror or error}", source=str(path)) from None
        except (self._polars.exceptions.PolarsError, self._polars.exceptions.PanicException) as error:
            raise BaselineError(f"is no Parquet that can be read: {_first_line(error)}", source=str(path)) from None


def _polars(path: Path) -> Any:
    try:
        import polars as pl
    except ImportError:
        raise BaselineError("Parquet is read with an extra: pip install 'drift-sidecar[files]'", source=str(path)) from None
    return pl


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


def _same_names(columns: Sequence[tuple[Path, list[str]]]) -> list[str]:
    first, names = columns[0]
    for path, others in columns[1:]:
        if odd := sorted(set(names) ^ set(others)):
            raise BaselineError(f"has not the columns of {first}: they differ in {', '.join(map(repr, odd))}", source=str(path))
    return names


def _values(polars: Any, schema: Mapping[str, Any]) -> list[Any]:
    """Return what counts the values of each column: not null, and not NaN."""
    return [
        (polars.col(name).is_not_nan() & polars.col(name).is_not_null()).sum() if kind.is_float() else polars.col(name).count()
        for name, kind in schema.items()
    ]


def _count(study: Study, values: int, rows: int, *, number: bool) -> None:
    study.missing += rows - values
    study.numbers += values if number else 0
    study.others += 0 if number else values


def _cells(polars: Any, series: "Series", *, categorical: bool) -> Column:
    """Return the cells of a column as an array or as codes wherever that is possible."""
    kind = series.dtype
    if kind.is_decimal():
        return series.cast(polars.Float64).to_numpy()
    if kind.is_integer() and categorical and series.null_count():
        return [*series]  # as an array they would be doubles, in which identifiers are not exact
    if kind.is_numeric():
        return series.to_numpy()
    if kind == polars.Boolean:
        return _coded(polars, (False, True), series.cast(polars.UInt32))
    if kind.is_nested() or kind == polars.Object:
        # 1 stands for the missing cell that `_coded` puts behind the table.
        return _coded(polars, (_NESTED,), series.is_null().cast(polars.UInt32))
    return series.to_list() if kind == polars.Binary else _texts(polars, series)


def _texts(polars: Any, series: "Series") -> Column:
    kind = series.dtype
    if kind.is_temporal():
        series = series.dt.to_string("iso:strict" if kind == polars.Datetime else "iso")
    series = series.cast(polars.String)
    table = series.drop_nulls().unique()
    return _coded(polars, table.to_list(), series.cast(polars.Enum(table)).to_physical().cast(polars.UInt32))


def _coded(polars: Any, table: Sequence[object], codes: "Series") -> Column:
    """Return cells by their codes; null is the code of a missing one."""
    return Coded((*table, None), codes.fill_null(polars.lit(len(table), polars.UInt32)).to_numpy())
