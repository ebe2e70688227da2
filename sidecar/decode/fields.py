"""Fields by name, as forms and queries have them, become rows.

Each name once is one row; each name equally often is as many rows. Whatever is uneven is no table.
"""

from collections.abc import Sequence
from typing import Final
from urllib.parse import parse_qsl

from sidecar.columns import Columns
from sidecar.decode.texts import column_of
from sidecar.exchange.model import Refusal
from sidecar.reasons import TapReason

MAX_FIELDS: Final = 10_000


def parsed(text: str) -> list[tuple[str, str]] | Refusal:
    """Return the fields of a query or of a form that is written like one."""
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        return Refusal(TapReason.BAD_ENVELOPE, f"more than {MAX_FIELDS} fields")


def table(fields: Sequence[tuple[str, str]]) -> Columns | Refusal:
    """Return the rows that fields are.

    Examples
    --------
    >>> table([("age", "44"), ("plan", "pro plus")]).values
    {'age': [44], 'plan': ['pro plus']}
    """
    columns: dict[str, list[str]] = {}
    for name, text in fields:
        columns.setdefault(name, []).append(text)
    lengths = set(map(len, columns.values()))
    if not lengths:
        return Refusal(TapReason.EMPTY, "no fields")
    if len(lengths) != 1:
        return Refusal(TapReason.BAD_ENVELOPE, "fields that come unequally often")
    return Columns(lengths.pop(), {name: column_of(texts) for name, texts in columns.items()})
