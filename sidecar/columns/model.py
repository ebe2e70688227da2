"""What a decoder hands on: a number of rows, and for each name its cells.

A cell is a JSON value (``None``, ``bool``, ``int``, ``float``, ``str``, and, wrongly, ``list`` or ``dict``), or ``ABSENT``. The
two kinds of nothing are kept apart because they mean different things: ``None`` says "this feature has no value here" and is
counted as *missing*; ``ABSENT`` says "this row did not speak of that feature" and is counted nowhere, so that a caller who
sends one feature out of ten does not look like a failing data source for the nine others.

Binary formats hold their numbers in arrays already. A column may therefore be a one-dimensional NumPy array as well, which is
read without touching a single value from Python; NaN is its missing value. A sequence may be `Coded`, which is read by its few
distinct cells.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray


class Absent(Enum):
    """The type of ``ABSENT``; an enum, so that there is one instance only, also after a copy or a pickle."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT

Column = Sequence[object] | NDArray[Any]


@dataclass(frozen=True, slots=True)
class Columns:
    """Rows, turned by 90 degrees.

    Attributes
    ----------
    rows
        How many rows there are; every column has this length.
    values
        The cells of each name. A name that is not in here is absent from every row.
    strangers
        Row number -> names in that row that nobody asked for and that therefore have no column. Only rows of unlike shape
        leave their names here: a column of its own for each would let one odd payload allocate rows times names cells.
    stale
        Row numbers of rows that say of themselves that they are older than any that the window holds.
    """

    rows: int
    values: Mapping[str, Column]
    strangers: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    stale: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        for name, column in self.values.items():
            if len(column) != self.rows:
                raise ValueError(f"column {name!r} has {len(column)} cells, {self.rows} rows were announced")


def is_array(column: Column) -> bool:
    """Whether the column came as an array of a plain type, to be read without Python values."""
    return isinstance(column, np.ndarray) and column.dtype != object
