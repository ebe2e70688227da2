"""Chunked bodies are measured as llhttp, an independent parser of the same grammar, measures them."""

import re
from contextlib import suppress

import httptools
from hypothesis import given
from hypothesis import strategies as st

from sidecar.exchange.body import ChunkedBody, Keep, LengthBody, State, UntilCloseBody, body_of
from sidecar.exchange.heads import CHUNKED, UNTIL_CLOSE
from tests.exchange.wire import chunked

HEAD = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
BEHIND = b"GET / HTTP/1.1\r\n\r\n"

FORGIVEN = re.compile(rb"[0-9A-Fa-f][ \t]*[; \t]")

chunks = st.lists(st.binary(min_size=1, max_size=40), max_size=6)
mutations = st.lists(st.tuples(st.integers(0, 200), st.binary(max_size=3)), min_size=1, max_size=4)


class Oracle:
    """What llhttp makes of a chunked body."""

    def __init__(self, framed: bytes) -> None:
        self.body = b""
        self.done = False
        with suppress(httptools.HttpParserError):
            httptools.HttpRequestParser(self).feed_data(HEAD + framed)

    def on_body(self, piece: bytes) -> None:
        """Collect the body of the first message."""
        if not self.done:
            self.body += piece

    def on_message_complete(self) -> None:
        """Note the end of a message."""
        self.done = True


def ours(framed: bytes, cut: int = 10**6) -> tuple[State, bytes, int]:
    """Return the state that a chunked body ends in, what it kept, and where it stopped."""
    body = ChunkedBody(Keep(10**6))
    end = 0
    for start in range(0, len(framed), cut):
        piece = framed[start : start + cut]
        end = start + body.feed(piece, 0)
        if body.state is not State.MORE:
            break
    return body.state, body.keep.value(), end


@given(chunks, st.sampled_from([b"", b"X: y\r\n", b"A:b\r\nC: \r\n"]), st.integers(1, 20))
def test_a_valid_body_ends_where_it_ends(parts: list[bytes], trailers: bytes, cut: int) -> None:
    """The bytes behind it belong to the next message, however the stream is cut."""
    framed = chunked(*parts, trailers=trailers)
    assert ours(framed + BEHIND) == (State.DONE, b"".join(parts), len(framed))
    assert ours(framed + BEHIND, cut) == (State.DONE, b"".join(parts), len(framed))


@given(chunks, mutations, st.integers(1, 20))
def test_a_body_that_is_accepted_is_accepted_by_llhttp_with_the_same_bytes(
    parts: list[bytes], changes: list[tuple[int, bytes]], cut: int
) -> None:
    """Damage is seen, or means the same to both; only padding behind a size and odd extensions are forgiven here alone."""
    framed = bytearray(chunked(*parts, trailers=b"X: y\r\n"))
    for place, change in changes:
        framed[place : place + len(change)] = change
    damaged = bytes(framed)
    state, body, end = ours(damaged)
    assert ours(damaged, cut) == (state, body, end)
    if state is State.DONE and not FORGIVEN.search(damaged):
        oracle = Oracle(damaged[:end])
        assert (oracle.done, oracle.body) == (True, body)


def test_bodies_are_made_as_heads_announce_them() -> None:
    """By chunks, until the end of the connection, or with a length."""
    kinds = [type(body_of(length, Keep(10))) for length in (CHUNKED, UNTIL_CLOSE, 3)]
    assert kinds == [ChunkedBody, UntilCloseBody, LengthBody]


def test_a_body_without_bytes_is_complete() -> None:
    """There is nothing to wait for."""
    assert LengthBody(0, Keep(0)).state is State.DONE


def test_nothing_is_kept_without_room_and_that_is_no_overflow() -> None:
    """Nobody wanted these bytes; a room of nothing, on the other hand, overflows with the first."""
    unwanted, full = Keep(-1), Keep(0)
    for keep in (unwanted, full):
        keep.add(b"abc", 0, 3)
    assert (unwanted.value(), unwanted.overflowed) == (b"", False)
    assert (full.value(), full.overflowed) == (b"", True)
