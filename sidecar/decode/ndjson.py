"""Lines of JSON (NDJSON, JSON Lines): a row each, or an envelope around one, such as SageMaker's ``{"features": [...]}``.

The type of such a body is often not named, so whatever is no JSON document and begins like one is tried line by line.
"""

from typing import Any, Final

from sidecar.decode.json_text import json_document
from sidecar.decode.model import Decoded, Payload
from sidecar.decode.registry import By, register
from sidecar.decode.rows import are_objects, rows_in_list
from sidecar.exchange.model import Refusal
from sidecar.reasons import TapReason

_TYPES: Final = frozenset(
    {
        "application/x-ndjson",
        "application/ndjson",
        "application/jsonlines",
        "application/x-jsonlines",
        "application/jsonl",
        "application/x-jsonl",
        "application/json-lines",
        "application/json-seq",
        "text/x-ndjson",
    }
)
_ENVELOPES: Final = ("features", "instances", "inputs", "data", "row")
_SEPARATOR: Final = b"\x1e"


@register("ndjson", By.HEADERS)
def ndjson(payload: Payload) -> Decoded | Refusal | None:
    """Read a row from each line."""
    said = payload.content_type in _TYPES
    if not said and not _looks_like_lines(payload):
        return None
    lines = lines_of(payload.body)
    if isinstance(lines, Refusal):
        return lines if said else None
    rows = rows_in_list(_opened(lines, payload), payload.order)
    return Refusal(TapReason.BAD_ENVELOPE, "lines that are no rows") if rows is None else payload.decoded(rows, "ndjson")


def lines_of(body: bytes) -> list[Any] | Refusal:
    """Return the documents that stand on the lines of a text.

    Examples
    --------
    >>> lines_of(b'{"age": 35}' + bytes([10, 10]) + b"[1]")
    [{'age': 35}, [1]]
    """
    lines = [stripped for line in body.replace(_SEPARATOR, b"").split(b"\n") if (stripped := line.strip())]
    found = json_document(b"[" + b",".join(lines) + b"]")
    if isinstance(found, Refusal):
        return found
    # A line with a comma between two documents would have been read as two lines.
    if not isinstance(found, list) or len(found) != len(lines):
        return Refusal(TapReason.NOT_JSON, "lines that are no documents")
    return found


def _looks_like_lines(payload: Payload) -> bool:
    """Whether a body of another type or none begins with a document on a line of its own, and has another line."""
    body = payload.body
    if body[:1] not in (b"{", b"[") or "csv" in payload.content_type:
        return False
    line, _, rest = body.partition(b"\n")
    return bool(rest.strip()) and line.rstrip()[-1:] in (b"}", b"]") and isinstance(payload.document, Refusal)


def _opened(lines: list[Any], payload: Payload) -> list[Any]:
    """Take the rows out of an envelope, if all lines have the same one and nothing beside it."""
    if not lines or not are_objects(lines):
        return lines
    for name in _ENVELOPES:
        if name not in lines[0] or name in payload.order:
            continue
        values = [line.get(name) for line in lines]
        if all(isinstance(value, dict | list) for value in values):
            return _joined(values)
    return lines


def _joined(values: list[Any]) -> list[Any]:
    """Return one row a line, or all rows of all lines if each line has a list of them."""
    nested = all(isinstance(value, list) and value and isinstance(value[0], dict | list) for value in values)
    return [row for value in values for row in value] if nested else values
