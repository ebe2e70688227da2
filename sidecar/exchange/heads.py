"""The heads of messages: request line or status line, and header fields.

llhttp, the parser of Node.js in its Python binding httptools, judges every head, in its strict mode: a head that two readers
could understand differently (two lengths, a length and chunks, folded or bare lines) is not read at all, for a wrong guess
about where a body ends would turn the rest of the connection into invented rows. What llhttp does *not* know is kept out of
its reach: it cannot be told that an answer belongs to a HEAD request, it leaves out the body of a request that offers an
upgrade (OpenJDK's client does so with every request), it stops after ``Connection: close``, it does not say where a message
ended in the bytes it was given, and it takes RTSP for HTTP. So a parser lives for one head, and the bodies, which are
arithmetic, are measured in `sidecar.exchange.body`.

Clients repeat themselves: a keep-alive client sends the same head again and again, a server changes its ``Date`` once a second.
Heads of ordinary size are therefore remembered, which makes most of them ten times cheaper.
"""

from functools import lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

import httptools

from sidecar.exchange.model import Headers, Refusal
from sidecar.reasons import TapReason

MAX_HEAD: Final = 64 * 1024
MAX_LINES: Final = 256
"""Header fields in one head."""

CHUNKED: Final = -1
UNTIL_CLOSE: Final = -2
TUNNEL: Final = -3
"""Lengths that are none: how a body is delimited instead. Behind a tunnel's head there is no HTTP any more."""

_BODYLESS = frozenset({204, 304})
_REMEMBERED, _WORTH_REMEMBERING = 256, 2048
_LISTS = frozenset(
    b"accept accept-encoding cache-control connection content-encoding forwarded te trailer transfer-encoding "
    b"upgrade vary via x-forwarded-for".split()
)


class RequestHead(NamedTuple):
    """A request before its body; `length` is a number of bytes or ``CHUNKED``."""

    method: bytes
    target: bytes
    path: str
    headers: Headers
    length: int


class AnswerHead(NamedTuple):
    """An answer before its body, as if it answered a GET; `length` is a number of bytes, ``CHUNKED`` or ``UNTIL_CLOSE``."""

    status: int
    headers: Headers
    length: int


def request_head(raw: bytes) -> RequestHead | Refusal:
    r"""Read the head of a request, up to and with its empty line.

    Examples
    --------
    >>> request_head(b"POST /a%20b?c HTTP/1.1\r\nContent-Length: 3\r\n\r\n").path
    '/a b'
    """
    return _known_request(raw) if len(raw) <= _WORTH_REMEMBERING else _read_request(raw)


def answer_head(raw: bytes) -> AnswerHead | Refusal:
    r"""Read the head of an answer, up to and with its empty line.

    Examples
    --------
    >>> answer_head(b"HTTP/1.1 200 \r\nContent-Length: 3\r\n\r\n").length
    3
    """
    return _known_answer(raw) if len(raw) <= _WORTH_REMEMBERING else _read_answer(raw)


def length_of_answer(head: AnswerHead, method: bytes) -> int:
    """Say how long an answer's body is, which depends on the request that it answers.

    Examples
    --------
    >>> length_of_answer(AnswerHead(200, {}, 10), b"HEAD"), length_of_answer(AnswerHead(304, {}, 10), b"GET")
    (0, 0)
    """
    if method == b"HEAD" or head.status in _BODYLESS:
        return 0
    return TUNNEL if method == b"CONNECT" and 200 <= head.status < 300 else head.length


def path_of(target: bytes) -> str:
    """Return the path that a request target names, percent-decoded.

    Examples
    --------
    >>> path_of(b"/v1/models/a%3Ab:predict?x=/"), path_of(b"http://model:80/predict"), path_of(b"*")
    ('/v1/models/a:b:predict', '/predict', '*')
    """
    path = target.partition(b"?")[0]
    if not path.startswith(b"/") and b"://" in path:
        path = b"/" + path.partition(b"://")[2].partition(b"/")[2]
    if b"%" in path:
        path = unquote_to_bytes(path)
    return path.decode("utf-8", "replace")


def add_field(headers: dict[bytes, bytes], name: bytes, value: bytes) -> None:
    """Add a field to others: the last value wins, but a list goes on."""
    name, value = name.lower(), value.strip(b" \t")
    if name in headers and name in _LISTS:
        value = headers[name] + b", " + value
    headers[name] = value


class _Fields:
    """Takes what llhttp finds."""

    __slots__ = ("complete", "headers", "target")

    def __init__(self) -> None:
        self.target = b""
        self.headers: dict[bytes, bytes] = {}
        self.complete = False

    def on_url(self, target: bytes) -> None:
        self.target = target

    def on_header(self, name: bytes, value: bytes) -> None:
        add_field(self.headers, name, value)

    def on_headers_complete(self) -> None:
        self.complete = True


def _read_request(raw: bytes) -> RequestHead | Refusal:
    if _too_large(raw):
        return Refusal(TapReason.HEADER_TOO_LARGE)
    if raw.startswith(b"PRI * HTTP/2.0\r\n"):
        return Refusal(TapReason.HTTP2)
    fields = _Fields()
    parser = httptools.HttpRequestParser(fields)
    fault = _feed(parser, raw)
    if fault or not fields.complete or not raw.partition(b"\r\n")[0].endswith((b" HTTP/1.1", b" HTTP/1.0")):
        return Refusal(TapReason.BAD_HTTP, fault or "no HTTP/1 request")
    method = parser.get_method()
    length = 0 if method == b"CONNECT" else _length(fields.headers, otherwise=0)
    if length == UNTIL_CLOSE:
        return Refusal(TapReason.BAD_HTTP, "a request cannot end with its connection")
    return RequestHead(method, fields.target, path_of(fields.target), MappingProxyType(fields.headers), length)


def _read_answer(raw: bytes) -> AnswerHead | Refusal:
    if _too_large(raw):
        return Refusal(TapReason.HEADER_TOO_LARGE)
    fields = _Fields()
    parser = httptools.HttpResponseParser(fields)
    fault = _feed(parser, raw)
    status = parser.get_status_code()
    if (fault and status != 101) or not fields.complete or not raw.startswith(b"HTTP/1.") or status < 100:
        return Refusal(TapReason.BAD_HTTP, fault or "no HTTP/1 answer")
    return AnswerHead(status, MappingProxyType(fields.headers), _length(fields.headers, otherwise=UNTIL_CLOSE))


def _feed(parser: httptools.HttpRequestParser | httptools.HttpResponseParser, raw: bytes) -> str:
    """Return what llhttp has against a head; nothing is an empty text."""
    try:
        parser.feed_data(raw)
    except httptools.HttpParserUpgrade:
        return ""  # an offer, or CONNECT: the head was read, and what follows is not this parser's business
    except httptools.HttpParserError as error:
        return str(error)
    return ""


def _too_large(raw: bytes) -> bool:
    # One line feed each for the first line and the empty one.
    return len(raw) > MAX_HEAD or raw.count(b"\n") - 2 > MAX_LINES


def _length(headers: dict[bytes, bytes], otherwise: int) -> int:
    """Say how the body is delimited (RFC 9112, section 6.3), llhttp having refused every head that contradicts itself."""
    codings = headers.get(b"transfer-encoding")
    if codings is not None:
        return CHUNKED if codings.lower().rpartition(b",")[2].strip() == b"chunked" else UNTIL_CLOSE
    length = headers.get(b"content-length")
    return otherwise if length is None else int(length)


_known_request = lru_cache(_REMEMBERED)(_read_request)
_known_answer = lru_cache(_REMEMBERED)(_read_answer)
