"""Where a body ends, and what is kept of it.

A body comes in any number of pieces, and is delimited in one of three ways: by a declared length, by chunks, or by the end of
the connection (RFC 9112, section 6). Each way is a class with the same three members: ``feed`` takes a piece from a position
and says how far the body reached into it, ``state`` says whether there is more to come, ``keep`` holds the bytes.

What is kept is bounded by what came, never by what was announced: a declared length reserves nothing. A body that outgrows its
bound is let go at once and only measured from there on, so that the connection stays readable.
"""

import re
from enum import IntEnum
from io import BytesIO
from typing import Final, Protocol

from sidecar.exchange.heads import CHUNKED, UNTIL_CLOSE

MAX_CHUNK_LINE: Final = 4096
"""Bytes in the line before a chunk: a size and extensions that nobody reads."""
MAX_TRAILERS: Final = 64 * 1024

_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[\t\x20-\x7e\x80-\xff]*)?\r\n")
_TRAILER = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*\r\n")


class State(IntEnum):
    """How far a body is."""

    MORE = 0
    DONE = 1
    BROKEN = 2


class Keep:
    """The bytes of a body, as long as they are no more than `room`. A room below nothing keeps nothing, and never overflows.

    Examples
    --------
    >>> keep = Keep(3)
    >>> keep.add(b"-abcd", 1, 4), keep.value(), keep.add(b"-abcd", 4, 5), keep.value(), keep.overflowed
    (None, b'abc', None, b'', True)
    """

    __slots__ = ("_bytes", "_room", "overflowed")

    def __init__(self, room: int) -> None:
        self._room = room
        self.overflowed = False
        # BytesIO hands out what it holds without a second copy.
        self._bytes: BytesIO | None = BytesIO() if room >= 0 else None

    def expect(self, length: int) -> None:
        """Give up at once on a length that will not fit, instead of collecting it up to the bound first."""
        if self._bytes is not None and self._bytes.tell() + length > self._room:
            self.overflow()

    def overflow(self) -> None:
        """Let go of everything."""
        self._bytes, self.overflowed = None, True

    def add(self, data: bytes, start: int, end: int) -> None:
        """Take a piece of `data`, or let go of everything if it does not fit."""
        self.expect(end - start)
        if self._bytes is not None:
            self._bytes.write(data[start:end])

    @property
    def held(self) -> int:
        """Bytes that are kept now."""
        return 0 if self._bytes is None else self._bytes.tell()

    def value(self) -> bytes:
        """Return what was kept."""
        return b"" if self._bytes is None else self._bytes.getvalue()


class Body(Protocol):
    """A body that is under way."""

    keep: Keep
    state: State

    def feed(self, data: bytes, position: int) -> int:
        """Take the bytes of the body that start at `position`; return where in `data` it stopped."""
        ...


class LengthBody:
    """A body of a declared length."""

    __slots__ = ("_missing", "keep", "state")

    def __init__(self, length: int, keep: Keep) -> None:
        self._missing = length
        self.keep = keep
        self.keep.expect(length)
        self.state = State.MORE if length else State.DONE

    def feed(self, data: bytes, position: int) -> int:
        """Take as many bytes as are missing."""
        end = min(position + self._missing, len(data))
        self._missing -= end - position
        self.keep.add(data, position, end)
        if not self._missing:
            self.state = State.DONE
        return end


class UntilCloseBody:
    """A body that ends with its connection; whoever sees that end says so."""

    __slots__ = ("keep", "state")

    def __init__(self, keep: Keep) -> None:
        self.keep = keep
        self.state = State.MORE

    def feed(self, data: bytes, position: int) -> int:
        """Take everything."""
        self.keep.add(data, position, len(data))
        return len(data)


class ChunkedBody:
    """A body in chunks, with extensions and trailers, which are measured and dropped.

    Between chunks there are only lines: a size, the empty line after a chunk's bytes, trailers, the last empty line. So there
    are two states, bytes and lines, and for lines a name of what the next one has to be.
    """

    __slots__ = ("_expected", "_line", "_missing", "_trailers", "keep", "state")

    def __init__(self, keep: Keep) -> None:
        self._missing = 0
        self._line = b""
        self._expected = ChunkedBody._size  # not bound to self, which would make a cycle of every body
        self._trailers = 0
        self.keep = keep
        self.state = State.MORE

    def feed(self, data: bytes, position: int) -> int:
        """Take chunks and lines until the body ends, breaks, or the data does."""
        while position < len(data) and self.state is State.MORE:
            position = self._bytes(data, position) if self._missing else self._lines(data, position)
        return position

    def _bytes(self, data: bytes, position: int) -> int:
        end = min(position + self._missing, len(data))
        self._missing -= end - position
        self.keep.add(data, position, end)
        return end

    def _lines(self, data: bytes, position: int) -> int:
        end = data.find(b"\n", position, position + MAX_CHUNK_LINE) + 1
        line = self._line + data[position : end or position + MAX_CHUNK_LINE]
        if len(line) > MAX_CHUNK_LINE or (not end and len(line) == MAX_CHUNK_LINE):
            self.state = State.BROKEN
        elif end:
            self._line = b""
            self._expected(self, line)
        else:
            self._line = line
        return end or len(data)

    def _size(self, line: bytes) -> None:
        size = _SIZE.fullmatch(line)
        if size is None:
            self.state = State.BROKEN
            return
        self._missing = int(size[1], 16)
        self._expected = ChunkedBody._after_bytes if self._missing else ChunkedBody._trailer

    def _after_bytes(self, line: bytes) -> None:
        self._expected = ChunkedBody._size
        if line != b"\r\n":
            self.state = State.BROKEN

    def _trailer(self, line: bytes) -> None:
        self._trailers += len(line)
        if self._trailers > MAX_TRAILERS or (line != b"\r\n" and not _TRAILER.fullmatch(line)):
            self.state = State.BROKEN
        elif line == b"\r\n":
            self.state = State.DONE


def body_of(length: int, keep: Keep) -> Body:
    """Return the body that a head announced."""
    if length == CHUNKED:
        return ChunkedBody(keep)
    return UntilCloseBody(keep) if length == UNTIL_CLOSE else LengthBody(length, keep)
