"""Decoders by name, and the one function that uses them.

A format is one file in this package with one function, registered under the name by which ``tap.format`` asks for it. The order
of registration is the order in which formats are tried: the more a format says of itself, the earlier.
"""

from collections.abc import Callable, Iterable, Sequence

from sidecar.decode.model import Decoded, Decoder, Payload
from sidecar.exchange.inflate import inflate
from sidecar.exchange.model import Exchange, Refusal
from sidecar.reasons import TapReason

AUTO = "auto"

_THOUGHTLESS = frozenset({b"", b"text/plain", b"application/x-www-form-urlencoded"})
_DECODERS: dict[str, Decoder] = {}


def register(name: str) -> Callable[[Decoder], Decoder]:
    """Return a decorator that makes a function the decoder of a format."""

    def enter(decoder: Decoder) -> Decoder:
        if name in _DECODERS:
            raise ValueError(f"format {name!r} has a decoder already")
        _DECODERS[name] = decoder
        return decoder

    return enter


def formats() -> tuple[str, ...]:
    """Return the names of all formats, in the order in which they are tried."""
    return tuple(_DECODERS)


def decode(
    exchange: Exchange,
    *,
    order: Sequence[str],
    format: str = AUTO,  # noqa: A002 -- the word of the settings
    max_body: int,
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
    """
    if exchange.status >= 400:
        return Refusal(TapReason.STATUS, str(exchange.status))
    body = exchange.request_body
    encoding = exchange.request_headers.get(b"content-encoding")
    if encoding is not None:
        inflated = inflate(body, encoding, max_body)
        if isinstance(inflated, Refusal):
            return inflated
        body = inflated
    if not body:
        return Refusal(TapReason.EMPTY, "no body")
    return _first(_DECODERS.values() if format == AUTO else (_DECODERS[format],), Payload(exchange, body, order))


def _first(decoders: Iterable[Decoder], payload: Payload) -> Decoded | Refusal:
    """Return what the first decoder makes of a payload that recognises it."""
    try:
        for decoder in decoders:
            result = decoder(payload)
            if result is not None:
                return result
        return _unrecognised(payload)
    except Exception as error:  # noqa: BLE001 -- a payload that finds a fault in a decoder must not stop the reading of others
        return Refusal(TapReason.DECODER_ERROR, type(error).__name__)


def _unrecognised(payload: Payload) -> Refusal:
    """Say what a payload is that no decoder knows: broken JSON, or something else."""
    document = payload.document
    content_type = payload.headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if isinstance(document, Refusal) and _says_json(content_type, payload.body):
        return document
    return Refusal(TapReason.UNKNOWN_FORMAT, content_type.decode("ascii", "replace")[:64])


def _says_json(content_type: bytes, body: bytes) -> bool:
    """Whether a body claims to be JSON: by its type, or by its first byte if its type is one that clients send unthinkingly."""
    return b"json" in content_type or (content_type in _THOUGHTLESS and body.lstrip()[:1] in (b"{", b"["))
