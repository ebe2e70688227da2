"""Heads mean what RFC 9112 says, and nothing that two readers could understand differently is taken for a head."""

import pytest

from sidecar.exchange import Refusal
from sidecar.exchange.heads import (
    CHUNKED,
    TUNNEL,
    UNTIL_CLOSE,
    AnswerHead,
    RequestHead,
    answer_head,
    length_of_answer,
    path_of,
    request_head,
)
from sidecar.reasons import TapReason


def request(*lines: bytes) -> RequestHead:
    """Return the head of a request with these lines."""
    head = request_head(b"\r\n".join(lines) + b"\r\n\r\n")
    assert isinstance(head, RequestHead), head
    return head


def answer(*lines: bytes) -> AnswerHead:
    """Return the head of an answer with these lines."""
    head = answer_head(b"\r\n".join(lines) + b"\r\n\r\n")
    assert isinstance(head, AnswerHead), head
    return head


@pytest.mark.parametrize("method", [b"GET", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS", b"HEAD", b"M-SEARCH", b"QUERY"])
def test_every_method_is_read(method: bytes) -> None:
    """Also those that no model server knows."""
    assert request(method + b" / HTTP/1.1").method == method


def test_names_are_lower_case_and_values_trimmed() -> None:
    """Clients write ``hOST:m`` and ``CONTENT-length:  169  ``."""
    head = request(b"POST / HTTP/1.1", b"hOST:m", b"CONTENT-length:  169  ", b"X-Empty:", b"X-Text: \xff\t")
    assert head.headers == {b"host": b"m", b"content-length": b"169", b"x-empty": b"", b"x-text": b"\xff"}
    assert head.length == 169


def test_repeated_fields_are_joined_if_they_are_lists_and_the_last_one_counts_if_not() -> None:
    """Two Content-Encodings are applied in order; of two Content-Types only one can be meant."""
    fields = b"Content-Encoding: deflate", b"Content-Type: a", b"content-encoding: gzip", b"Content-Type: b"
    head = request(b"POST / HTTP/1.1", *fields)
    assert head.headers == {b"content-encoding": b"deflate, gzip", b"content-type": b"b"}


def test_headers_cannot_be_changed() -> None:
    """A head may be remembered, and is then shared by exchanges."""
    with pytest.raises(TypeError):
        request(b"POST / HTTP/1.1").headers[b"a"] = b"b"  # type: ignore[index]


@pytest.mark.parametrize(
    ("field", "length"),
    [
        (b"Content-Length: 0", 0),
        (b"Content-Length: 007", 7),
        (b"Content-Length: 18446744073709551615", 2**64 - 1),
        (b"Transfer-Encoding: chunked", CHUNKED),
        (b"transfer-encoding: gzip, Chunked ", CHUNKED),
        (b"X: y", 0),
    ],
)
def test_the_length_of_a_request(field: bytes, length: int) -> None:
    """Declared, in chunks, or none."""
    assert request(b"POST / HTTP/1.1", field).length == length


@pytest.mark.parametrize(
    ("field", "length"),
    [
        (b"Content-Length: 0", 0),
        (b"Transfer-Encoding: chunked", CHUNKED),
        (b"Transfer-Encoding: gzip", UNTIL_CLOSE),
        (b"X: y", UNTIL_CLOSE),
    ],
)
def test_the_length_of_an_answer(field: bytes, length: int) -> None:
    """Without a length, or with a coding that does not end by itself, it ends with the connection."""
    assert answer(b"HTTP/1.1 200 OK", field).length == length


@pytest.mark.parametrize(
    ("method", "status", "length"),
    [
        (b"GET", 200, 5),
        (b"HEAD", 200, 0),
        (b"GET", 204, 0),
        (b"GET", 304, 0),
        (b"GET", 205, 5),
        (b"CONNECT", 200, TUNNEL),
        (b"CONNECT", 299, TUNNEL),
        (b"CONNECT", 300, 5),
        (b"CONNECT", 407, 5),
    ],
)
def test_the_length_of_an_answer_depends_on_its_request(method: bytes, status: int, length: int) -> None:
    """RFC 9112, section 6.3."""
    assert length_of_answer(AnswerHead(status, {}, 5), method) == length


@pytest.mark.parametrize(
    "line", [b"HTTP/1.1 200 OK", b"HTTP/1.1 200 ", b"HTTP/1.1 200", b"HTTP/1.0 200 \xc3\xa4", b"HTTP/1.1 200 A long: reason"]
)
def test_the_reason_phrase_does_not_matter(line: bytes) -> None:
    """TorchServe sends none."""
    assert answer(line).status == 200


@pytest.mark.parametrize(
    "line", [b"HTTP/1.1 20", b"HTTP/1.1 2000", b"HTTP/1.1 099 OK", b"HTTP/2 200", b"ICY 200 OK", b"RTSP/1.0 200 OK"]
)
def test_what_is_no_answer_is_refused(line: bytes) -> None:
    """Also where llhttp would let it pass."""
    head = answer_head(line + b"\r\n\r\n")
    assert isinstance(head, Refusal)
    assert head.reason is TapReason.BAD_HTTP


def test_an_upgrade_is_an_answer_with_or_without_a_name() -> None:
    """The parser takes 101 without Upgrade for a fault; it is a server that forgot to say which protocol."""
    assert answer(b"HTTP/1.1 101 Switching Protocols", b"Upgrade: h2c", b"Connection: Upgrade").status == 101
    assert answer(b"HTTP/1.1 101 ").status == 101


@pytest.mark.parametrize(
    ("target", "path"),
    [
        (b"/", "/"),
        (b"/predict?x=1?y", "/predict"),
        (b"/%70redict%2Fa%", "/predict/a%"),
        (b"/%ff", "/\ufffd"),
        (b"/a//b/./c/", "/a//b/./c/"),
        (b"http://model/predict?x", "/predict"),
        (b"http://model", "/"),
        (b"http://model?x=/y", "/"),
        (b"/redirect?to=http://a/b", "/redirect"),
        (b"/http://a/b", "/http://a/b"),
        (b"model:443", "model:443"),
        (b"*", "*"),
    ],
)
def test_the_path_of_a_target(target: bytes, path: str) -> None:
    """In each of the four forms of RFC 9112, section 3.2."""
    assert path_of(target) == path


def test_large_heads_are_read_like_small_ones() -> None:
    """Whether a head is worth remembering does not show."""
    small, large = (request(b"POST / HTTP/1.1", b"X: " + b"x" * size, b"Content-Length: 3") for size in (10, 10_000))
    assert (small.length, len(small.headers[b"x"])) == (3, 10)
    assert (large.length, len(large.headers[b"x"])) == (3, 10_000)
