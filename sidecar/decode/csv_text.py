"""CSV, as MLflow takes it (with a header) and as SageMaker's containers do (without).

Nothing in most requests says which of the two it is; where the Content-Type has ``header=present`` or ``header=absent``, that
decides. Else the first line is a header if it is made of texts only, and

- with a baseline, one of them is the name of a feature, or the lines below have numbers where it has texts;
- without one, there is a line below.

A header that is taken for a row, or the other way round, would be a row of wrong values, which is why texts alone do not do.
"""

import csv
import io
import re
from collections.abc import Sequence
from typing import Final

from sidecar.columns import Columns
from sidecar.decode.model import Decoded, Payload
from sidecar.decode.registry import By, register
from sidecar.decode.rows import WIDEST, names_for
from sidecar.decode.texts import column_of, value_of
from sidecar.exchange.model import Refusal
from sidecar.reasons import TapReason

MAX_CELLS: Final = 2_000_000
_TYPES: Final = frozenset({"text/csv", "application/csv", "text/tab-separated-values", "text/x-csv"})
_GUESSED: Final = frozenset({"", "text/plain", "application/octet-stream", "application/x-www-form-urlencoded"})
_HEADER: Final = re.compile(rb";\s*header\s*=\s*\"?(present|absent)", re.IGNORECASE)
_DELIMITERS: Final = ",;\t|"
_LINE: Final = re.compile(rb"[^\x00-\x08\x0b\x0c\x0e-\x1f{}\[\]<&=]{1,65536}")


@register("csv", By.HEADERS)
def csv_text(payload: Payload) -> Decoded | Refusal | None:
    """Read lines of cells."""
    if payload.body.lstrip()[:1] in (b"{", b"[") or not (payload.content_type in _TYPES or _looks_like_csv(payload)):
        return None
    rows = _rows(payload.body)
    if isinstance(rows, Refusal):
        return rows
    if not rows:
        return Refusal(TapReason.EMPTY, "no lines")
    headed = _said(payload)
    return payload.decoded(_columns(rows, payload.order, headed=headed), "csv")


def text_table(body: bytes) -> Columns | Refusal:
    """Read an answer that is CSV; it has no header, or one of texts."""
    rows = _rows(body)
    return (_columns(rows, ()) if rows else Refusal(TapReason.EMPTY)) if isinstance(rows, list) else rows


def _looks_like_csv(payload: Payload) -> bool:
    """Whether a body of no type, or of one that is sent unthinkingly, has a number and a delimiter in its first line."""
    if payload.content_type not in _GUESSED or not payload.body:
        return False
    line = payload.body[:65536].split(b"\n", 1)[0].strip()
    if not _LINE.fullmatch(line) or b"," not in line:
        return False
    cells = line.decode("utf-8", "replace").split(",")
    names = [cell.strip().strip('"') for cell in cells]
    return any(isinstance(value_of(name), int | float) for name in names) or not set(names).isdisjoint(payload.order)


def _said(payload: Payload) -> bool | None:
    found = _HEADER.search(payload.headers.get(b"content-type", b""))
    return None if found is None else found[1].lower() == b"present"


def _rows(body: bytes) -> list[list[str]] | Refusal:
    """Return the cells of all lines that are not empty."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return Refusal(TapReason.BAD_ENCODING, "no text in UTF-8")
    first = text[:65536].partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    if text.count(delimiter) + text.count("\n") > MAX_CELLS:
        return Refusal(TapReason.BODY_TOO_LARGE, f"more than {MAX_CELLS} cells")
    try:
        return [*filter(None, csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True))]
    except csv.Error as error:
        return Refusal(TapReason.BAD_ENVELOPE, f"no CSV: {error}"[:80])


def _columns(rows: list[list[str]], order: Sequence[str], *, headed: bool | None = None) -> Columns | Refusal:
    if len(set(map(len, rows))) != 1:
        return Refusal(TapReason.WIDTH_MISMATCH, "lines of unlike width")
    if headed is None:
        headed = _is_header(rows, order)
    names: Sequence[str] | Refusal
    if headed:
        names, rows = [name.strip() for name in rows[0]], rows[1:]
        if len(set(names)) != len(names) or len(names) > WIDEST:
            return Refusal(TapReason.BAD_ENVELOPE, "two columns of one name")
        if not rows:
            return Refusal(TapReason.EMPTY, "a header without lines")
    else:
        names = names_for(len(rows[0]), order)
        if isinstance(names, Refusal):
            return names
    columns = zip(names, zip(*rows, strict=True), strict=True)
    return Columns(len(rows), {name: column_of(cells) for name, cells in columns if name})


def _is_header(rows: list[list[str]], order: Sequence[str]) -> bool:
    first = [value_of(cell.strip()) for cell in rows[0]]
    # A row index, as data frames write it, has no name.
    if not any(first) or not all(isinstance(value, str) for value in first[first[0] is None :]):
        return False
    if not set(order).isdisjoint(cell.strip() for cell in rows[0]):
        return True
    if len(rows) > 1 and any(not isinstance(value_of(cell.strip()), str) for cell in rows[1]):
        return True
    return not order and len(rows) > 1
