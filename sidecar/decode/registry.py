"""Decoders by name, and the one function that uses them.

A format is one file in this package with one function, registered under the name by which ``tap.format`` asks for it, and by
what it is told by: its *headers* (or first bytes), or the type of its JSON document. The order of registration is the order in
which the formats of one kind are tried: the more a format says of itself, the earlier. Most traffic is a JSON object that says
so, and is never shown to the formats that are something else.
"""

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import Final

from sidecar.decode.charset import in_utf8
from sidecar.decode.mapping import Mapping
from sidecar.decode.model import Decoded, Decoder, Payload
from sidecar.exchange.inflate import inflate
from sidecar.exchange.model import Exchange, Refusal
from sidecar.reasons import TapReason

AUTO: Final = "auto"
MAPPING: Final = "mapping"
DEEPEST: Final = 3
"""Envelopes around each other, such as a CloudEvent in a form."""

_THOUGHTLESS = frozenset({"", "text/plain", "application/x-www-form-urlencoded"})
_PLAIN_JSON = b"application/json"


class By(Enum):
    """What a format is told by."""

    HEADERS = "headers"
    OBJECT = "a JSON object"
    LIST = "a JSON list"


_DECODERS: dict[str, Decoder] = {}
_BY: dict[By, list[Decoder]] = {kind: [] for kind in By}
_BY_TYPE: dict[type, list[Decoder]] = {dict: _BY[By.OBJECT], list: _BY[By.LIST]}


def register(name: str, by: By) -> Callable[[Decoder], Decoder]:
    """Return a decorator that makes a function the decoder of a format."""

    def enter(decoder: Decoder) -> Decoder:
        if name in _DECODERS or name in (AUTO, MAPPING):
            raise ValueError(f"format {name!r} has a decoder already")
        _DECODERS[name] = decoder
        _BY[by].append(decoder)
        return decoder

    return enter


def formats() -> tuple[str, ...]:
    """Return the names of all formats, in the order of their registration; the mapping of the settings is the first."""
    return (MAPPING, *_DECODERS)


def decode(
    exchange: Exchange,
    *,
    order: Sequence[str],
    format: str = AUTO,  # noqa: A002 -- the word of the settings
    max_body: int,
    mapping: Mapping | None = None,
) -> Decoded | Refusal:
    """Return the rows of an exchange's request, or why there are none.

    Parameters
    ----------
    order
        The baseline's features in their order; empty without a baseline.
    format
        The name of the only format to try, or ``auto``.
    max_body
        Bytes that the body may have, inflated.
    mapping
        Where the settings say that rows are; tried before all formats.
    """
    if exchange.status >= 400:
        return Refusal(TapReason.STATUS, str(exchange.status))
    body = _body(exchange, max_body)
    if isinstance(body, Refusal):
        return body
    if not body and b"?" not in exchange.target:
        return Refusal(TapReason.EMPTY, "no body")
    payload = Payload(exchange, body, order, max_body)
    try:
        return _chosen(payload, format, mapping) or _unrecognised(payload)
    except Exception as error:  # noqa: BLE001 -- a payload that finds a fault in a decoder must not stop the reading of others
        return Refusal(TapReason.DECODER_ERROR, type(error).__name__)


def decode_inner(payload: Payload) -> Decoded | Refusal:
    """Return the rows of a payload that was found in another, by whatever format it has."""
    if payload.depth > DEEPEST:
        return Refusal(TapReason.TOO_DEEP, "envelopes around envelopes")
    return _by_itself(payload) or _unrecognised(payload)


def _body(exchange: Exchange, max_body: int) -> bytes | Refusal:
    """Return the request's body without its coding, and JSON and other text in UTF-8."""
    body = exchange.request_body
    headers = exchange.request_headers
    encoding = headers.get(b"content-encoding")
    if encoding is not None:
        inflated = inflate(body, encoding, max_body)
        if isinstance(inflated, Refusal):
            return inflated
        body = inflated
    content_type = headers.get(b"content-type")
    if content_type is None or b";" not in content_type:
        return body
    return in_utf8(body, content_type)


def _chosen(payload: Payload, name: str, mapping: Mapping | None) -> Decoded | Refusal | None:
    """Read what the settings say it is; the mapping comes first."""
    if mapping is not None and name in (AUTO, MAPPING):
        mapped = mapping.decode(payload)
        if mapped is not None:
            return mapped
    if name == AUTO:
        return _by_itself(payload)
    return None if name == MAPPING else _DECODERS[name](payload)


def _by_itself(payload: Payload) -> Decoded | Refusal | None:
    """Read what the payload says that it is."""
    headers = payload.headers
    plain = headers.get(b"content-type") == _PLAIN_JSON and b"inference-header-content-length" not in headers
    if not (plain and payload.body[:1] in (b"{", b"[")):
        found = _first(_BY[By.HEADERS], payload)
        if found is not None:
            return found
    document = payload.document
    found = _first(_BY_TYPE.get(type(document), ()), payload)
    if found is None and plain and isinstance(document, Refusal):
        return _first(_BY[By.HEADERS], payload)
    return found


def _first(decoders: Iterable[Decoder], payload: Payload) -> Decoded | Refusal | None:
    """Return what the first decoder makes of a payload that recognises it."""
    for decoder in decoders:
        result = decoder(payload)
        if result is not None:
            return result
    return None


def _unrecognised(payload: Payload) -> Refusal:
    """Say what a payload is that no decoder knows: broken JSON, or something else."""
    if not payload.body and not payload.depth:
        return Refusal(TapReason.EMPTY, "no body")
    document = payload.document
    if isinstance(document, Refusal) and (document.reason is not TapReason.NOT_JSON or _says_json(payload)):
        return document
    return Refusal(TapReason.UNKNOWN_FORMAT, payload.content_type[:64])


def _says_json(payload: Payload) -> bool:
    """Whether a body claims to be JSON: by its type, or by its first byte if its type is one that clients send unthinkingly."""
    kind = payload.content_type
    return "json" in kind or (kind in _THOUGHTLESS and payload.body.lstrip()[:1] in (b"{", b"["))
