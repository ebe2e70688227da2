"""Header blocks become the same heads that HTTP/1 has.

The library hpack undoes the compression. Each direction has a table of the fields that were sent before, whose size is the
reader's to limit: the other side announces what it is ready for, and the writer says what it takes of that. A spectator must
follow, so it allows whatever was announced last or ever, and gives the connection up where that is beyond its own bound.

``:authority`` takes the place of ``Host``, and the other pseudo-fields are the request line, so nobody behind this module
has to know which version of HTTP a request came by.
"""

from collections.abc import Iterable
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from hpack import Decoder, HPACKError, OversizedHeaderListError
from hpack.exceptions import InvalidTableSizeError

from sidecar.exchange.heads import MAX_HEAD, MAX_LINES, AnswerHead, RequestHead, add_field, path_of
from sidecar.exchange.model import Headers, Refusal
from sidecar.reasons import TapReason

MAX_TABLE: Final = 64 * 1024
"""Bytes of a table of fields; 4096 is what most agree on."""

_OVERHEAD: Final = 32  # that HPACK adds to each field
_BLOCKS, _LONGEST_BLOCK = 64, 64
_INDEXED, _INDEX_GOES_ON = 0x80, 0xFF
_REMEMBERED, _WORTH_REMEMBERING = 256, 2048
_REQUEST = frozenset({b":method", b":scheme", b":authority", b":path", b":protocol"})

Fields = tuple[tuple[bytes, bytes], ...]
_BAD = TapReason.BAD_HTTP


class BlockDecoder:
    """Decodes the header blocks of one direction, in their order.

    A client that repeats itself soon sends blocks that do nothing but name fields of the table, a byte for each. Such a block
    changes no table, so it means the same until another kind of block comes.
    """

    __slots__ = ("_decoder", "_known")

    def __init__(self) -> None:
        self._decoder = Decoder(max_header_list_size=MAX_HEAD + MAX_LINES * _OVERHEAD)
        self._known: dict[bytes, Fields] = {}

    @property
    def held(self) -> int:
        """Bytes that the table may hold."""
        return self._decoder.header_table_size

    def allow(self, size: int) -> None:
        """Note that the reader of these blocks is ready for a table of `size` bytes."""
        self._decoder.max_allowed_table_size = max(self._decoder.max_allowed_table_size, min(size, MAX_TABLE))

    def decode(self, block: bytes) -> Fields | Refusal:
        """Return the fields of a block. After a refusal, no later one can be decoded.

        Examples
        --------
        >>> BlockDecoder().decode(bytes([0x82, 0x84]))
        ((b':method', b'GET'), (b':path', b'/'))
        """
        known = self._known.get(block)
        if known is not None:
            return known
        fields = self._decode(block)
        if not _only_names(block):
            self._known.clear()
        elif len(self._known) < _BLOCKS and not isinstance(fields, Refusal):
            self._known[block] = fields
        return fields

    def _decode(self, block: bytes) -> Fields | Refusal:
        try:
            return tuple(self._decoder.decode(block, raw=True))
        except (OversizedHeaderListError, InvalidTableSizeError) as error:
            return Refusal(TapReason.HEADER_TOO_LARGE, f"HPACK: {error}"[:100])
        except HPACKError as error:
            return Refusal(_BAD, f"HPACK: {error}"[:100])


def _only_names(block: bytes) -> bool:
    """Whether each byte of a block names a field of the table (RFC 7541, section 6.1)."""
    return 0 < len(block) <= _LONGEST_BLOCK and min(block) > _INDEXED and max(block) < _INDEX_GOES_ON


def request_of(fields: Fields) -> RequestHead | Refusal:
    """Return the request that fields are.

    Examples
    --------
    >>> head = request_of(((b":method", b"POST"), (b":path", b"/predict?a=1"), (b":authority", b"model:80")))
    >>> head.path, dict(head.headers)
    ('/predict', {b'host': b'model:80'})
    """
    return _known_request(fields) if _is_small(fields) else _request(fields)


def answer_of(fields: Fields) -> AnswerHead | Refusal:
    """Return the answer that fields are.

    Examples
    --------
    >>> answer_of(((b":status", b"200"), (b"server", b"model"))).status
    200
    """
    return _known_answer(fields) if _is_small(fields) else _answer(fields)


def trailers_of(fields: Fields) -> Headers:
    """Return the fields behind a body, as many of them as a head may have."""
    return _split(fields[:MAX_LINES])[1]


def _is_small(fields: Fields) -> bool:
    """Whether fields may be remembered; clients repeat themselves."""
    return sum([len(name) + len(value) + _OVERHEAD for name, value in fields]) <= _WORTH_REMEMBERING


def _request(fields: Fields) -> RequestHead | Refusal:
    if len(fields) > MAX_LINES:
        return Refusal(TapReason.HEADER_TOO_LARGE)
    pseudo, headers = _split(fields)
    method, target = pseudo.get(b":method", b""), pseudo.get(b":path", b"")
    if method == b"CONNECT" and b":protocol" not in pseudo:
        target = pseudo.get(b":authority", b"")
    if not method or not target or not pseudo.keys() <= _REQUEST:
        return Refusal(_BAD, "HTTP/2: a request without a method or a path")
    authority = pseudo.get(b":authority")
    if authority is not None:
        headers.setdefault(b"host", authority)
    return RequestHead(method, target, path_of(target), MappingProxyType(headers), _length(headers))


def _answer(fields: Fields) -> AnswerHead | Refusal:
    if len(fields) > MAX_LINES:
        return Refusal(TapReason.HEADER_TOO_LARGE)
    pseudo, headers = _split(fields)
    status = pseudo.get(b":status", b"")
    if len(status) != 3 or not status.isdigit() or status < b"100":
        return Refusal(_BAD, "HTTP/2: an answer without a status")
    return AnswerHead(int(status), MappingProxyType(headers), _length(headers))


def _split(fields: Iterable[tuple[bytes, bytes]]) -> tuple[dict[bytes, bytes], dict[bytes, bytes]]:
    """Tell pseudo-fields from fields."""
    pseudo: dict[bytes, bytes] = {}
    headers: dict[bytes, bytes] = {}
    for name, value in fields:
        if name.startswith(b":"):
            pseudo[name] = value
        else:
            add_field(headers, name, value)
    return pseudo, headers


def _length(headers: dict[bytes, bytes]) -> int:
    """Return the announced length of a body; it binds nobody here, for frames say where a body ends."""
    length = headers.get(b"content-length", b"")
    return int(length) if length.isdigit() and len(length) < 16 else 0


_known_request = lru_cache(_REMEMBERED)(_request)
_known_answer = lru_cache(_REMEMBERED)(_answer)
