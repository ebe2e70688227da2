"""The farewell finds the end of an answer whose length is told, however it is cut, and of nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.relay.farewell import Farewell


def head(length: int | None, status: bytes = b"200 OK", version: bytes = b"1.1") -> bytes:
    """Return the head of an answer."""
    told = b"" if length is None else b"Content-Length: %d\r\n" % length
    return b"HTTP/" + version + b" " + status + b"\r\nServer: x\r\n" + told + b"\r\n"


@given(st.binary(max_size=200), st.lists(st.integers(1, 200), max_size=10))
def test_an_answer_ends_with_its_last_byte(body: bytes, cuts: list[int]) -> None:
    """A body may come with its head or after it, in any number of pieces: the last one is the end, and none before it."""
    farewell = Farewell()
    pieces = [body[start:end] for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(body)], strict=True)]
    pieces = [piece for piece in pieces if piece]
    whole = head(len(body)) + (pieces.pop(0) if pieces else b"")
    seen = [farewell.ends(piece) for piece in [whole, *pieces]]
    assert seen == [False] * len(pieces) + [True]
    assert farewell.due == 0


def test_each_answer_has_its_end() -> None:
    """One after the other, as on a connection that is kept."""
    farewell = Farewell()
    for _ in range(3):
        assert not farewell.ends(head(4))
        assert farewell.due == 4
        assert farewell.ends(b"body")


@pytest.mark.parametrize(
    "answer",
    [
        head(None) + b"until the end",
        head(10) + b"{}",
        head(2, status=b"100 Continue"),
        head(0, status=b"101 Switching Protocols"),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n",
        b"HTTP/1.1 200 OK\r\nX-Content-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -0\r\n\r\n",
        b"\x00\x00\x06\x04\x00\x00\x00\x00\x00",
        b"event: token\r\n\r\n",
        b"",
    ],
)
def test_anything_else_has_none(answer: bytes) -> None:
    """What is not certainly the end of an answer is not taken for one."""
    assert not Farewell().ends(answer)


@pytest.mark.parametrize("length", [b"Content-Length:0", b"content-length: 0", b"CONTENT-LENGTH:\t 0 "])
def test_a_length_is_read_in_every_spelling(length: bytes) -> None:
    """Names are compared without case, and space around a value is none of it."""
    assert Farewell().ends(b"HTTP/1.0 204 No Content\r\n" + length + b"\r\nServer: x\r\n\r\n")


def test_an_answer_with_another_one_behind_it_is_not_the_last() -> None:
    """A client that asks several things at once still waits for the rest."""
    farewell = Farewell()
    assert not farewell.ends(head(2) + b"{}" + head(2) + b"{}")
    assert farewell.due == 0
    assert farewell.ends(head(2) + b"{}")


def test_what_comes_in_the_middle_of_an_answer_ends_nothing() -> None:
    """The relay begins to look at an arbitrary moment."""
    farewell = Farewell()
    assert not farewell.ends(b'ction": 0.5}')
    assert farewell.ends(head(2) + b"{}")
