"""Encode and decode frames: bytes in, values out, no I/O.

The decoder keeps what it was fed in one ``bytearray`` and cuts complete frames out of it, so a tail that ends inside a
header or a payload simply waits for the next feed. A length beyond `MAX_PAYLOAD` can only mean that the two processes
have lost each other, so it is an error rather than an allocation.
"""

import struct
from enum import IntEnum
from functools import cache
from typing import NamedTuple

_HEADER = struct.Struct("<BIId")
HEADER_SIZE = _HEADER.size
MAX_PAYLOAD = 1 << 24


class Kind(IntEnum):
    """What a frame says; see the glossary of the package. What is about traffic comes before what is about the relay."""

    OPEN = 1
    UP = 2
    DOWN = 3
    UP_END = 4
    DOWN_END = 5
    CLOSE = 6
    GAP = 7
    CUT = 8
    RELAY = 9
    STOP = 10
    BEAT = 16
    SHARE = 17
    UNREAD = 18


_KINDS = frozenset(Kind)


class Frame(NamedTuple):
    """One frame: its kind (an int, so that the hot path compares ints), connection, monotonic time and payload."""

    kind: int
    connection: int
    at: float
    payload: bytes


class FrameError(ValueError):
    """The stream is not made of frames: the peers have lost each other."""


def header(kind: int, connection: int, length: int, at: float) -> bytes:
    """Return the 17 header bytes of a frame whose payload of `length` bytes follows by itself."""
    return _HEADER.pack(kind, connection, length, at)


@cache
def packed_frame(length: int) -> struct.Struct:
    """Return the layout of a whole frame with a payload of `length` bytes; remembered, so `length` must be bounded.

    >>> packed_frame(3).pack(Kind.UP, 7, 3, 0.0, b"GET") == encode(Kind.UP, 7, b"GET")
    True
    """
    return struct.Struct(f"{_HEADER.format}{length}s")


def encode(kind: int, connection: int = 0, payload: bytes = b"", at: float = 0.0) -> bytes:
    """Return a whole frame.

    >>> encode(Kind.UP, 7, b"GET").hex(" ", 1)
    '02 07 00 00 00 03 00 00 00 00 00 00 00 00 00 00 00 47 45 54'
    """
    if len(payload) > MAX_PAYLOAD:
        raise FrameError(f"payload of {len(payload)} bytes is larger than {MAX_PAYLOAD}")
    return _HEADER.pack(kind, connection, len(payload), at) + payload


class FrameDecoder:
    """Cut frames out of a byte stream that arrives in pieces of any size.

    >>> decoder = FrameDecoder()
    >>> decoder.feed(encode(Kind.BEAT)[:5])
    []
    >>> [frame.kind for frame in decoder.feed(encode(Kind.BEAT)[5:] + encode(Kind.STOP))]
    [16, 10]
    """

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    @property
    def buffered(self) -> int:
        """Bytes of a frame whose end has not arrived."""
        return len(self._rest)

    def feed(self, data: bytes) -> list[Frame]:
        """Return the frames completed by `data`; raise `FrameError` when it cannot be a frame."""
        if self._rest:
            data = self._rest + data
        frames: list[Frame] = []
        position, size = 0, len(data)
        while size - position >= HEADER_SIZE:
            kind, connection, length, at = _HEADER.unpack_from(data, position)
            if length > MAX_PAYLOAD or kind not in _KINDS:
                raise FrameError(f"no frame: kind {kind}, length {length}")
            end = position + HEADER_SIZE + length
            if end > size:
                break
            frames.append(Frame(kind, connection, at, data[position + HEADER_SIZE : end]))
            position = end
        self._rest = data[position:]
        return frames
