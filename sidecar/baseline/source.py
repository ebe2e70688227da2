"""Where baseline data comes from: something that can be read twice, in batches.

The first reading finds out what the columns are, the second counts them. Two readings cost time and save memory: text can be
told from numbers only when the whole column has been looked at, and keeping it until then would mean keeping everything.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Protocol

from sidecar.baseline.errors import BaselineError
from sidecar.baseline.study import Study, study
from sidecar.columns import Column, Columns, batches


class Source(Protocol):
    """Data to make a profile of."""

    @property
    def notes(self) -> Sequence[str]:
        """Return what the person who builds the baseline should know about the data as a whole."""

    def studies(self) -> Mapping[str, Study]:
        """Look through everything and return what each column is."""

    def read(self, categorical: Collection[str]) -> Iterator[Columns]:
        """Yield everything; columns named in `categorical` are wanted as categories, whatever they look like."""


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

    def read(self, categorical: Collection[str] = ()) -> Iterator[Columns]:
        """Yield the rows in batches; nothing has to be told about categories, for JSON says what is a number."""
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

    def read(self, categorical: Collection[str] = ()) -> Iterator[Columns]:
        """Yield the columns as they are, at once: they are in memory anyway."""
        yield self._columns
