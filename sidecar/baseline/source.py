"""Where baseline data comes from: something that can be read twice, in batches.

The first reading finds out what the columns are, the second counts them. Two readings cost time and save memory: text can be
told from numbers only when the whole column has been looked at, and keeping it until then would mean keeping everything. Data
that is compared with a baseline comes from the same sources, because a file must mean the same on both sides.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from sidecar.baseline.errors import BaselineError
from sidecar.baseline.profile import Kind
from sidecar.baseline.study import Study, study
from sidecar.columns import Coded, Column, Columns, batches

Progress = Callable[[int, int], None]
"""Is told how much of one reading is done, and of how much; the unit is the source's own."""


def unwatched(_done: int, _whole: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to have of a source, which may spare itself the rest.

    Attributes
    ----------
    kinds
        Columns that are to be read as numbers or as categories, whatever they look like.
    only
        The columns whose cells matter; of the others, that they are there. None: all of them.
    """

    kinds: Mapping[str, Kind] = field(default_factory=dict)
    only: Collection[str] | None = None

    def cells_of(self, name: str) -> bool:
        """Whether the cells of a column matter."""
        return self.only is None or name in self.only


EVERYTHING = Wanted()


def unread(rows: int) -> Column:
    """Return a column that is there, and whose cells nobody will look at."""
    return Coded((None,), np.zeros(rows, dtype=np.uint8))


class Source(Protocol):
    """Data to make a profile of, or to compare with one."""

    @property
    def notes(self) -> Sequence[str]:
        """Return what the person who builds the baseline should know about the data as a whole."""

    def studies(self) -> Mapping[str, Study]:
        """Look through everything and return what each column is."""

    def read(self, wanted: Wanted = EVERYTHING) -> Iterator[Columns]:
        """Yield everything that is wanted."""


class Records:
    """A list of row objects.

    Examples
    --------
    >>> Records([{"age": 35}, {"age": 36}]).studies()
    {'age': Study(numbers=2, others=0, missing=0)}
    """

    notes: Sequence[str] = ()

    def __init__(self, records: Sequence[object]) -> None:
        self._records: list[Mapping[str, object]] = []
        for number, record in enumerate(records, start=1):
            if not isinstance(record, Mapping):
                raise BaselineError(f"row {number} is no object of names and values")
            self._records.append(record)

    def studies(self) -> Mapping[str, Study]:
        """Look through all rows."""
        return study(self.read())

    def read(self, wanted: Wanted = EVERYTHING) -> Iterator[Columns]:
        """Yield the rows in batches; JSON says what is a number, so kinds change nothing."""
        return batches(self._records)


class Table:
    """An object of columns.

    Examples
    --------
    >>> Table({"age": [35, 36]}).studies()
    {'age': Study(numbers=2, others=0, missing=0)}
    """

    notes: Sequence[str] = ()

    def __init__(self, columns: Mapping[str, Column]) -> None:
        lengths = {len(column) for column in columns.values()}
        if len(lengths) > 1:
            raise BaselineError(f"the columns are not equally long: {min(lengths)} to {max(lengths)} values")
        self._columns = Columns(max(lengths, default=0), columns)

    def studies(self) -> Mapping[str, Study]:
        """Look through all columns."""
        return study(self.read())

    def read(self, wanted: Wanted = EVERYTHING) -> Iterator[Columns]:
        """Yield the columns as they are, at once: they are in memory anyway."""
        yield self._columns
