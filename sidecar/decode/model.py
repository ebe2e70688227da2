"""What decoders take and give.

A decoder looks at a `Payload` and answers in one of three ways: *not my format* (None), *these are the rows* (`Decoded`), or
*this is my format and it is wrong* (`Refusal`). It never raises for anything that traffic contains.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from sidecar.columns import Columns
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
    """

    records: list[Row] | None
    columns: Columns | None
    model_version: str | None
    format: str


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
    """

    __slots__ = ("_document", "_parsed", "body", "exchange", "order")

    def __init__(self, exchange: Exchange, body: bytes, order: Sequence[str]) -> None:
        self.exchange = exchange
        self.body = body
        self.order = order
        self._parsed = False
        self._document: object = None

    @property
    def path(self) -> str:
        """The path of the request."""
        return self.exchange.path

    @property
    def headers(self) -> Headers:
        """The header fields of the request."""
        return self.exchange.request_headers

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


Decoder = Callable[[Payload], Decoded | Refusal | None]
