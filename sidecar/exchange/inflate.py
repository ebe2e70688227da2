"""Content-Encoding, undone within a bound.

A few kilobytes of gzip can announce gigabytes of zeros, so nothing is ever inflated further than what may be kept: zlib is
asked for one byte more than the bound, and if that byte comes, the body is refused. The number of codings on top of each other
and of gzip members in a row are bounded as well, because each of them costs a new start.

``deflate`` means zlib by the standard (RFC 9110, section 8.4.1.2) and bare deflate by the habit of some clients. Both are
accepted, as every server does.
"""

import zlib
from typing import Final

from sidecar.exchange.model import Refusal
from sidecar.reasons import TapReason

MAX_CODINGS: Final = 4
MAX_MEMBERS: Final = 32
"""Gzip members in a row; one is usual."""

_GZIP, _ZLIB, _BARE = 31, 15, -15
_BROKEN = Refusal(TapReason.BAD_ENCODING)
_TOO_LARGE = Refusal(TapReason.INFLATED_TOO_LARGE)


def inflate(body: bytes, encoding: bytes, limit: int) -> bytes | Refusal:
    r"""Undo the codings that a Content-Encoding field names, last one first.

    Parameters
    ----------
    encoding
        The field's value, empty if there is none.
    limit
        Bytes that each step may give at most.

    Examples
    --------
    >>> inflate(zlib.compress(b"[1]"), b"deflate", 3), inflate(b"[1]", b"", 3)
    (b'[1]', b'[1]')
    >>> inflate(zlib.compress(bytes(1000)), b"deflate", 999).reason
    <TapReason.INFLATED_TOO_LARGE: 'inflated_too_large'>
    """
    codings = [name for name in encoding.lower().replace(b" ", b"").split(b",") if name not in (b"", b"identity")]
    if len(codings) > MAX_CODINGS:
        return Refusal(TapReason.BAD_ENCODING, f"{len(codings)} codings on top of each other")
    for name in reversed(codings):
        result = _undo(name, body, limit)
        if isinstance(result, Refusal):
            return result
        body = result
    return body


def _undo(name: bytes, body: bytes, limit: int) -> bytes | Refusal:
    if name in (b"gzip", b"x-gzip"):
        return _gunzip(body, limit)
    if name == b"deflate":
        result = _one(body, _ZLIB, limit)
        return _one(body, _BARE, limit) if result is _BROKEN else result
    return Refusal(TapReason.UNSUPPORTED_ENCODING, name.decode("ascii", "replace")[:32])


def _one(body: bytes, window: int, limit: int) -> bytes | Refusal:
    """Inflate one stream that is the whole body."""
    result = _stream(body, window, limit)
    return result if isinstance(result, Refusal) else result[0]


def _gunzip(body: bytes, limit: int) -> bytes | Refusal:
    """Inflate gzip members in a row (RFC 1952, section 2.2); zero bytes behind the last are padding."""
    pieces = []
    for _ in range(MAX_MEMBERS):
        result = _stream(body, _GZIP, limit)
        if isinstance(result, Refusal):
            return result
        piece, body = result
        pieces.append(piece)
        limit -= len(piece)
        if not body.strip(b"\0"):
            return b"".join(pieces)
    return Refusal(TapReason.BAD_ENCODING, "too many gzip members")


def _stream(body: bytes, window: int, limit: int) -> tuple[bytes, bytes] | Refusal:
    """Inflate one stream; return it and what follows it."""
    inflater = zlib.decompressobj(window)
    try:
        inflated = inflater.decompress(body, limit + 1)
    except zlib.error:
        return _BROKEN
    if len(inflated) > limit:
        return _TOO_LARGE
    return (inflated, inflater.unused_data) if inflater.eof else _BROKEN
