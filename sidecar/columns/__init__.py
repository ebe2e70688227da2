"""Rows become columns: the last step in which a value is a Python object.

Glossary
--------
row
    One prediction's input: names and JSON values.
cell
    One value of one row, or `ABSENT` where the row does not carry the name.
column
    All cells of one name: a sequence of JSON values, or an array where the format on the wire had one.
coded column
    One whose few distinct cells are kept once (`Coded`).
`Columns`
    The columns of some rows that arrived together.
category text
    What two cells have in common if they are the same category (`category_text`).
numbers
    A column read as double precision numbers, with what was odd about each cell (`numbers_of`).
"""

from sidecar.columns.category import LONGEST, WRONG_TYPE, WrongType, category_text, short_hash
from sidecar.columns.coded import Coded
from sidecar.columns.identity import coded_by_identity
from sidecar.columns.model import ABSENT, Absent, Column, Columns, is_array
from sidecar.columns.numbers import Numbers, numbers_of
from sidecar.columns.rows import BATCH, CELLS, batches, columns_of, records_of, slices

__all__ = [
    "ABSENT",
    "BATCH",
    "CELLS",
    "LONGEST",
    "WRONG_TYPE",
    "Absent",
    "Coded",
    "Column",
    "Columns",
    "Numbers",
    "WrongType",
    "batches",
    "category_text",
    "coded_by_identity",
    "columns_of",
    "is_array",
    "numbers_of",
    "records_of",
    "short_hash",
    "slices",
]
