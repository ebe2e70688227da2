"""JSON files: row objects one a line, in one list, or columns in one object.

Lines and lists are read piece by piece, however long they are. An object of columns has its first row's last value near the end
of the file, so it is read whole. Everything else that the traffic's JSON may have, a baseline's may have too: NaN, Infinity,
numbers of any length. The fast parser reads what the standard allows, and the patient one what it refuses.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, Final

import orjson

from sidecar.baseline.csv_files import file_size
from sidecar.baseline.document import is_profile
from sidecar.baseline.errors import BaselineError
from sidecar.baseline.long_list import elements
from sidecar.baseline.read import read_json, table_in
from sidecar.baseline.source import EVERYTHING, Progress, Records, Source, Table, Wanted, unwatched
from sidecar.baseline.study import Study, study
from sidecar.columns import Columns, columns_of

ROWS: Final = 4096
"""Rows that are handed on at once."""
WHOLE: Final = 16 << 20
"""Bytes up to which a file is read in one piece, which is faster."""
PIECE: Final = 1 << 20
_MARK: Final = b"\xef\xbb\xbf"

Row = Mapping[str, object]


class NdjsonFiles:
    """Files with one row object a line, read line by line."""

    notes: Sequence[str] = ()

    def __init__(self, paths: Sequence[Path], progress: Progress = unwatched) -> None:
        self._paths = paths
        self._progress = progress

    def studies(self) -> Mapping[str, Study]:
        """Look through all files."""
        return study(self.read())

    def read(self, wanted: Wanted = EVERYTHING) -> Iterator[Columns]:
        """Yield all rows in batches; JSON says what is a number, so kinds change nothing."""
        sizes = [file_size(path) for path in self._paths]
        for number, path in enumerate(self._paths):
            for rows, place in _in_batches(_lines(path)):
                self._progress(sum(sizes[:number]) + place, sum(sizes))
                yield columns_of(rows)


class JsonFiles:
    """Files that are a list of row objects, or an object of columns, each."""

    notes: Sequence[str] = ()

    def __init__(self, paths: Sequence[Path], progress: Progress = unwatched) -> None:
        self._parts = [_part(path, progress) for path in paths]

    def studies(self) -> Mapping[str, Study]:
        """Look through all files."""
        return study(self.read())

    def read(self, wanted: Wanted = EVERYTHING) -> Iterator[Columns]:
        """Yield all rows."""
        for part in self._parts:
            yield from part.read(wanted)


class LongList:
    """A file with a list of row objects that is too long to be held."""

    notes: Sequence[str] = ()

    def __init__(self, path: Path, progress: Progress = unwatched, piece: int = PIECE) -> None:
        self._path = path
        self._progress = progress
        self._piece = piece

    def studies(self) -> Mapping[str, Study]:
        """Look through the file."""
        return study(self.read())

    def read(self, wanted: Wanted = EVERYTHING) -> Iterator[Columns]:
        """Yield all rows in batches."""
        size = file_size(self._path)
        for rows, place in _in_batches(_elements_of(self._path, self._piece)):
            self._progress(place, size)
            yield columns_of(rows)


def _part(path: Path, progress: Progress) -> Source:
    try:
        if file_size(path) > WHOLE and _begins_with_list(path):
            return LongList(path, progress)
        return _data_in(read_json(path))
    except BaselineError as error:
        raise error.at(str(path)) from None


def _begins_with_list(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(PIECE).removeprefix(_MARK).lstrip().startswith(b"[")


def _data_in(document: object) -> Source:
    if is_profile(document):
        raise BaselineError("is a profile already; a profile is built from data")
    if isinstance(document, Mapping):
        return Table(table_in(document))
    if isinstance(document, list):
        return Records(document)
    raise BaselineError("holds no data: a list of row objects or an object of columns was expected")


def _in_batches(rows: Iterator[tuple[Row, int]]) -> Iterator[tuple[list[Row], int]]:
    """Yield some rows at a time, and how many bytes have been read."""
    batch: list[Row] = []
    place = 0
    for row, place in rows:
        batch.append(row)
        if len(batch) == ROWS:
            yield batch, place
            batch = []
    if batch:
        yield batch, place


def _lines(path: Path) -> Iterator[tuple[Row, int]]:
    place = 0
    try:
        with path.open("rb") as file:
            for number, line in enumerate(_unmarked(file), start=1):
                place += len(line)
                if line.strip():
                    yield _row(line, number, path), place
    except OSError as error:
        raise BaselineError(f"cannot be read: {error.strerror}", source=str(path)) from None


def _unmarked(file: BinaryIO) -> Iterator[bytes]:
    yield file.readline().removeprefix(_MARK)
    yield from file


def _row(line: bytes, number: int, path: Path) -> Row:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError:
        row = _patient(line, number, path)
    if not isinstance(row, dict):
        raise BaselineError(f"line {number} is no object of names and values", source=str(path))
    return row


def _patient(line: bytes, number: int, path: Path) -> object:
    try:
        return json.loads(line.decode())
    except UnicodeDecodeError as error:
        raise BaselineError(f"is no UTF-8 text: {error.reason}", source=str(path)) from None
    except (ValueError, RecursionError) as error:
        raise BaselineError(f"line {number} is no JSON: {error}", source=str(path)) from None


def _elements_of(path: Path, piece: int) -> Iterator[tuple[Row, int]]:
    try:
        with path.open("rb") as raw, TextIOWrapper(raw, encoding="utf-8-sig") as file:
            for number, element in enumerate(elements(file, piece), start=1):
                yield _object(element, number), raw.tell()
    except BaselineError as error:
        raise error.at(str(path)) from None
    except OSError as error:
        raise BaselineError(f"cannot be read: {error.strerror}", source=str(path)) from None
    except UnicodeDecodeError as error:
        raise BaselineError(f"is no UTF-8 text: {error.reason}", source=str(path)) from None
    except RecursionError:
        raise BaselineError("is nested too deeply", source=str(path)) from None


def _object(element: object, number: int) -> Row:
    if not isinstance(element, dict):
        raise BaselineError(f"row {number} is no object of names and values")
    return element
