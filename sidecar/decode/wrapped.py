"""Rows under a name of somebody's own: ``{"rows": [...]}``, ``{"input": [[...]]}``, ``{"df": {"age": [35, 36]}}``.

BentoML makes an envelope of a method's arguments, LitServe, Ray Serve and everything written by hand of whatever its author
thought of. An object that is no row is such an envelope if exactly one of its members can hold rows: the only member there is,
or the only list or object with a name that people use for it. Everything beside it is a parameter.
"""

from typing import Any, Final

from sidecar.decode.model import Decoded, Payload
from sidecar.decode.registry import By, register
from sidecar.decode.rows import are_plain, column_lists, is_row, rows_in
from sidecar.exchange.model import Refusal

NAMES: Final = frozenset(
    {
        *("batch", "data", "dataframe", "df", "examples", "feature", "input", "input_data", "inputs", "items", "observations"),
        *("payload", "records", "row", "rows", "samples", "values", "x", "x_test", "array", "arr", "matrix", "vector"),
    }
)
"""What people call rows, in lower case."""


@register("wrapped", By.OBJECT)
def wrapped(payload: Payload) -> Decoded | Refusal | None:
    """Read the one member that holds rows."""
    document = payload.document
    if not isinstance(document, dict) or is_row(document, payload.order):
        return None
    name = _holder(document)
    if name is None or name in payload.order or _is_table(document):
        return None
    value = document[name]
    if (
        isinstance(value, list)
        and value
        and are_plain(value)
        and name.lower() not in NAMES
        and len(payload.order) != len(value)
    ):
        return None  # a column, not the values of one row
    rows = rows_in(value, payload.order)
    if rows is None and isinstance(value, dict) and (inner := _holder(value)) is not None:
        rows = rows_in(value[inner], payload.order)
    return None if rows is None else payload.decoded(rows, "wrapped")


def _is_table(document: dict[str, Any]) -> bool:
    """Whether all members together are a table."""
    return len(document) > 1 and ("columns" in document or column_lists(document) is not None)


def _holder(document: dict[str, Any]) -> str | None:
    """Return the name of the only member that can hold rows."""
    holders = [name for name, value in document.items() if isinstance(value, list | dict)]
    if len(document) > 1:
        holders = [name for name in holders if name.lower() in NAMES]
    return holders[0] if len(holders) == 1 else None
