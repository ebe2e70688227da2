"""CSV files: text that has to be told from numbers.

A CSV file has no types, and the traffic that its baseline will be compared with has. What a column's cells would have been in
JSON is therefore decided for the whole column:

- numbers, if nearly all of its cells are (`Study.kind`); an empty cell and the usual words for "nothing" are missing,
- booleans, if every cell is true or false,
- texts otherwise; here only an empty cell is missing, for "NA" is Namibia.

Whole numbers with leading zeros are codes: 01067 is a postal code in Dresden, and no number. A column of codes is text. A
column of numbers that somebody wants as categories keeps its numbers, so that 1.0, as tools write the whole numbers of a column
with gaps, is the category ``1`` that the traffic will have.
"""

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import TextIOWrapper
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Final

from sidecar.baseline.errors import BaselineError
from sidecar.baseline.profile import Kind
from sidecar.baseline.source import EVERYTHING, Progress, Wanted, unread, unwatched
from sidecar.baseline.study import Study
from sidecar.columns import Column, Columns

ROWS: Final = 4096
"""Rows that are read at once."""

_NOTHING: Final = frozenset({"", "na", "n/a", "#n/a", "nan", "null", "none"})
_BOOLEANS: Final = {"true": True, "false": False}
_CODE: Final = re.compile(r"\s*[+-]?0\d+\s*")
# What plain numbers are made of; float() takes underscores and words besides. And what may be a code.
_PLAIN: Final = b"0123456789.eE+-\n"
_CODE_IN: Final = re.compile(rb"\n[+-]?0\d")
_DELIMITERS: Final = ",;\t|"


def number_in(text: str) -> int | float | None:
    """Return the number that a cell writes, None if it writes none.

    Examples
    --------
    >>> [number_in(text) for text in ("35", "35.0", " 1e3", "1_000", "x", "9007199254740993")]
    [35, 35.0, 1000.0, None, None, 9007199254740993]
    """
    if "_" in text:
        return None
    try:
        return int(text) if text.strip().lstrip("+-").isdecimal() else float(text)
    except ValueError:
        return None


@dataclass(slots=True)
class TextStudy:
    """What the cells of one CSV column are.

    `empty` are without a letter, `nothing` among them or a word for it; `plain` says that all of them are plain numbers.
    """

    empty: int = 0
    nothing: int = 0
    numbers: int = 0
    booleans: int = 0
    cells: int = 0
    coded: bool = field(default=False)
    plain: bool = field(default=True)

    def look(self, texts: Sequence[str]) -> None:
        """Take more cells into account."""
        if _floats(texts) is not None:
            self.cells += len(texts)
            self.numbers += len(texts)
            return
        self.plain = False
        for text, count in Counter(texts).items():
            word = text.strip().lower()
            self.cells += count
            self.empty += count * (not text)
            self.nothing += count * (word in _NOTHING)
            self.booleans += count * (word in _BOOLEANS)
            if word not in _NOTHING and number_in(text) is not None:
                self.numbers += count
                self.coded = self.coded or _CODE.fullmatch(text) is not None

    @property
    def boolean(self) -> bool:
        """Whether every cell that is not empty is true or false."""
        return 0 < self.booleans == self.cells - self.empty

    def study(self) -> Study:
        """Return what the cells will be once they have been read."""
        if not self.coded:
            found = Study(self.numbers, self.cells - self.nothing - self.numbers, self.nothing)
            if found.kind == "numeric":
                return found
        return Study(0, self.cells - self.empty, self.empty)

    def reading(self, kind: Kind | None) -> Callable[[Sequence[str]], Sequence[object]]:
        """Return what turns cells into the JSON values that they would have been; `kind` if the column is wanted as one."""
        numeric = self.study().kind == "numeric"
        if self.boolean:
            return _booleans
        if self.plain and kind != "categorical":
            return lambda texts: [*map(float, texts)]
        if kind == "numeric" or (numeric and kind is None):
            return _as_numbers
        return _numbers if numeric and self.numbers + self.nothing == self.cells else _texts


class CsvFiles:
    """One table in one or more CSV files, which have the same columns in any order."""

    def __init__(self, paths: Sequence[Path], progress: Progress = unwatched) -> None:
        self._paths = paths
        self._progress = progress
        self._names = _same_names([(path, _header(path)) for path in paths])
        self._studies: Mapping[str, TextStudy] = {}
        self.notes = ("a column without a name (a row index?) is left out",) if "" in self._names else ()

    def studies(self) -> Mapping[str, Study]:
        """Look through all files."""
        self._studies = self._look([name for name in self._names if name])
        return {name: each.study() for name, each in self._studies.items()}

    def read(self, wanted: Wanted = EVERYTHING) -> Iterator[Columns]:
        """Yield all rows, with the values that they would have in JSON."""
        names = [name for name in self._names if name]
        read = [name for name in names if wanted.cells_of(name)]
        # What is wanted as numbers is read as such, whatever it looks like.
        studies = self._studies or self._look([name for name in read if wanted.kinds.get(name) != "numeric"])
        readings = {name: studies[name].reading(wanted.kinds.get(name)) if name in studies else _as_numbers for name in read}
        for rows, columns in self._batches():
            values: dict[str, Column] = {name: reading(columns[name]) for name, reading in readings.items()}
            yield Columns(rows, values | {name: unread(rows) for name in names if name not in values})

    def _look(self, names: Sequence[str]) -> Mapping[str, TextStudy]:
        """Look through some columns of all files."""
        studies = {name: TextStudy() for name in names}
        for _, columns in self._batches() if studies else ():
            for name, each in studies.items():
                each.look(columns[name])
        return studies

    def _batches(self) -> Iterator[tuple[int, Mapping[str, Sequence[str]]]]:
        sizes = [file_size(path) for path in self._paths]
        for number, path in enumerate(self._paths):
            for names, rows, place in filter(itemgetter(1), _tables(path)):
                self._progress(sum(sizes[:number]) + place, sum(sizes))
                yield len(rows), dict(zip(names, zip(*rows, strict=True), strict=True))


def _floats(texts: Sequence[str]) -> Sequence[float] | None:
    """Return the numbers of cells that are plain numbers, all of them and none a code; else None. It is the fast way."""
    try:
        floats = [*map(float, texts)]
    except ValueError:
        return None
    lines = "\n".join(("", *texts)).encode("utf-8", "replace")
    return None if lines.translate(None, _PLAIN) or _CODE_IN.search(lines) else floats


def _as_numbers(texts: Sequence[str]) -> Sequence[object]:
    return _floats(texts) or _numbers(texts)


def _numbers(texts: Sequence[str]) -> Sequence[object]:
    """Return numbers, exactly; None for an empty cell or a word for nothing, and the text of any other."""
    return [_number_or_text(text) for text in texts]


def _number_or_text(text: str) -> object:
    if text.strip().lower() in _NOTHING:
        return None
    number = number_in(text)
    return text if number is None else number


def _booleans(texts: Sequence[str]) -> Sequence[object]:
    return [_BOOLEANS.get(text.strip().lower()) for text in texts]


def _texts(texts: Sequence[str]) -> Sequence[object]:
    return [text or None for text in texts]


def _header(path: Path) -> list[str]:
    return next((names for names, *_ in _tables(path)), [])


def _same_names(headers: Sequence[tuple[Path, list[str]]]) -> list[str]:
    first, names = headers[0]
    for path, others in headers[1:]:
        if odd := sorted(set(names) ^ set(others)):
            raise BaselineError(f"has not the columns of {first}: they differ in {', '.join(map(repr, odd))}", source=str(path))
    return names


def file_size(path: Path) -> int:
    """Return how many bytes a file has, 0 if nobody knows."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _tables(path: Path) -> Iterator[tuple[list[str], list[list[str]], int]]:
    """Yield the header, some rows at a time, and how many bytes have been read; at least once, if there is a header."""
    try:
        with path.open("rb") as raw, TextIOWrapper(raw, newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file, delimiter=_delimiter(file.readline()))
            file.seek(0)
            names = _checked(next(reader, []), path)
            yield names, [], 0
            number = 1
            filled = filter(None, reader)
            while rows := [*islice(filled, ROWS)]:
                _check_width(rows, len(names), number, path)
                yield names, rows, raw.tell()
                number += len(rows)
    except OSError as error:
        raise BaselineError(f"cannot be read: {error.strerror}", source=str(path)) from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise BaselineError(f"is no CSV in UTF-8: {error}", source=str(path)) from None


def _delimiter(line: str) -> str:
    return max(_DELIMITERS, key=line.count)


def _checked(names: list[str], path: Path) -> list[str]:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BaselineError(f"has more than one column {twice[0]!r}", source=str(path))
    return names


def _check_width(rows: Sequence[Sequence[str]], width: int, number: int, path: Path) -> None:
    for offset, row in enumerate(rows):
        if len(row) != width:
            raise BaselineError(f"row {number + offset} has {len(row)} cells, the header has {width}", source=str(path))
