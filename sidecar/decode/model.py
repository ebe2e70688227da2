"""What decoders take and give.

A decoder looks at a `Payload` and answers in one of three ways: *not my format* (None), *these are the rows* (`Decoded`), or
*this is my format and it is wrong* (`Refusal`). It never raises for anything that traffic contains.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from sidecar.columns import Column, Columns
from sidecar.decode.json_text import json_document
from sidecar.exchange.model import Exchange, Headers, Refusal

LONGEST_VERSION: Final = 64
"""Characters of a model version that are kept: it becomes a label."""

Row = dict[str, object]


class Decoded(NamedTuple):
    """The rows of one request.

    Attributes
    ----------
    records, columns
        The rows, as objects or as columns, whichever the payload had; the other one is None.
    model_version
        The version that payload or path named.
    format
        The name of the decoder.
    predictions
        What the model answered, by name (see `sidecar.decode.answers`); None if nobody asked for it.
    """

    records: list[Row] | None
    columns: Columns | None
    model_version: str | None
    format: str
    predictions: Mapping[str, Column] | None = None

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.records or ()) if self.columns is None else self.columns.rows


class Payload:
    """A request as decoders see it: its body is inflated, and parsed as JSON once, when the first decoder asks.

    Attributes
    ----------
    exchange
        The request with its answer, for what is not below.
    body
        The body without Content-Encoding.
    order
        The baseline's features in their order, for rows without names; empty if there is no baseline.
    limit
        Bytes that what is compressed in the body may become.
    headers
        The header fields of the request, or of the part of it that this payload is.
    depth
        How many envelopes, such as a form or a CloudEvent, this payload was taken out of.
    """

    __slots__ = ("_document", "_parsed", "body", "depth", "exchange", "headers", "limit", "order")

    def __init__(self, exchange: Exchange, body: bytes, order: Sequence[str], limit: int = 0) -> None:
        self.exchange = exchange
        self.body = body
        self.order = order
        self.limit = limit
        self.headers: Headers = exchange.request_headers
        self.depth = 0
        self._parsed = False
        self._document: object = None

    def part(self, body: bytes, headers: Headers) -> "Payload":
        """Return a payload that was inside of this one."""
        inner = Payload(self.exchange, body, self.order, self.limit)
        inner.headers, inner.depth = headers, self.depth + 1
        return inner

    def within(self, document: object) -> "Payload":
        """Return a payload whose document was inside of this one's."""
        inner = self.part(b"", {b"content-type": b"application/json"})
        inner._document, inner._parsed = document, True  # noqa: SLF001 -- of its own class
        return inner

    @property
    def content_type(self) -> str:
        """The media type in lower case, without parameters; empty if nobody named it."""
        return self.headers.get(b"content-type", b"").partition(b";")[0].strip().lower().decode("latin-1")

    @property
    def path(self) -> str:
        """The path of the request."""
        return self.exchange.path

    @property
    def document(self) -> object:
        """The body as a JSON document, or the `Refusal` that says why it is none."""
        if not self._parsed:
            self._document = json_document(self.body)
            self._parsed = True
        return self._document

    @property
    def version(self) -> str | None:
        """The model version that the path names, as in ``/v1/models/sk/versions/7:predict``."""
        before, found, after = self.exchange.path.partition("/versions/")
        if not found or not before:
            return None
        return after.partition("/")[0].partition(":")[0][:LONGEST_VERSION] or None

    def decoded(self, rows: "list[Row] | Columns | Refusal", name: str, version: str | None = None) -> "Decoded | Refusal":
        """Return rows as what the decoder `name` read; a refusal stays one."""
        if isinstance(rows, Refusal):
            return rows
        version = version or self.version
        return Decoded(rows, None, version, name) if isinstance(rows, list) else Decoded(None, rows, version, name)


Decoder = Callable[[Payload], Decoded | Refusal | None]
