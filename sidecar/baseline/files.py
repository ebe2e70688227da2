"""The files that a baseline can be built from, by the ending of their names.

Another format is another class with `studies` and `read` and one more line in `_FORMATS`.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from sidecar.baseline.csv_files import CsvFiles
from sidecar.baseline.document import is_profile
from sidecar.baseline.errors import BaselineError
from sidecar.baseline.read import read_json, table_in
from sidecar.baseline.source import Records, Source, Table
from sidecar.baseline.study import Study, study
from sidecar.columns import BATCH, Columns, columns_of


class JsonFiles:
    """Files that are a list of row objects, or an object of columns, each."""

    notes: Sequence[str] = ()

    def __init__(self, paths: Sequence[Path]) -> None:
        self._parts = [_part(path) for path in paths]

    def studies(self) -> Mapping[str, Study]:
        """Look through all files."""
        return study(self.read(()))

    def read(self, categorical: Collection[str]) -> Iterator[Columns]:
        """Yield all rows."""
        for part in self._parts:
            yield from part.read(categorical)


class NdjsonFiles:
    """Files with one row object a line, read line by line."""

    notes: Sequence[str] = ()

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths

    def studies(self) -> Mapping[str, Study]:
        """Look through all files."""
        return study(self.read(()))

    def read(self, categorical: Collection[str]) -> Iterator[Columns]:
        """Yield all rows in batches; nothing has to be told about categories, for JSON says what is a number."""
        del categorical
        for path in self._paths:
            rows: list[Mapping[str, object]] = []
            for row in _lines(path):
                rows.append(row)
                if len(rows) == BATCH:
                    yield columns_of(rows)
                    rows = []
            yield columns_of(rows)


_FORMATS: Final[Mapping[str, Callable[[Sequence[Path]], Source]]] = {
    ".csv": CsvFiles,
    ".tsv": CsvFiles,
    ".json": JsonFiles,
    ".ndjson": NdjsonFiles,
    ".jsonl": NdjsonFiles,
}


def open_files(paths: Sequence[str | Path]) -> Source:
    """Return the data in some files of one format.

    Raises
    ------
    BaselineError
        If a file is of a format that cannot be read, or they are of different ones.
    """
    files = [Path(path) for path in paths]
    for file in files:
        if file.suffix.lower() not in _FORMATS:
            raise BaselineError(f"is of no known format; the name should end with {', '.join(_FORMATS)}", source=str(file))
    formats = {_FORMATS[file.suffix.lower()] for file in files}
    if len(formats) > 1:
        raise BaselineError("is of another format than the file before it", source=str(files[-1]))
    return formats.pop()(files)


def _part(path: Path) -> Source:
    try:
        return _data_in(read_json(path))
    except BaselineError as error:
        raise error.at(str(path)) from None


def _data_in(document: object) -> Source:
    if is_profile(document):
        raise BaselineError("is a profile already; a profile is built from data")
    if isinstance(document, Mapping):
        return Table(table_in(document))
    if isinstance(document, list):
        return Records(document)
    raise BaselineError("holds no data: a list of row objects or an object of columns was expected")


def _lines(path: Path) -> Iterator[Mapping[str, object]]:
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield _row(line, number, path)
    except OSError as error:
        raise BaselineError(f"cannot be read: {error.strerror}", source=str(path)) from None
    except UnicodeDecodeError as error:
        raise BaselineError(f"is no UTF-8 text: {error.reason}", source=str(path)) from None


def _row(line: str, number: int, path: Path) -> Mapping[str, object]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BaselineError(f"line {number} is no JSON: {error}", source=str(path)) from None
    if not isinstance(row, dict):
        raise BaselineError(f"line {number} is no object of names and values", source=str(path))
    return row
