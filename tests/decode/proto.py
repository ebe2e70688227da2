"""A writer of protobuf's wire format, which knows nothing of the messages that the decoders declare."""

import struct
from collections.abc import Iterable

from sidecar.exchange import Exchange

GRPC = {b"content-type": b"application/grpc", b"te": b"trailers"}


def varint(value: int) -> bytes:
    """Return a number in seven bits a byte; negative ones take all ten."""
    value &= 2**64 - 1
    written = b""
    while value >= 0x80:
        written += bytes([value & 0x7F | 0x80])
        value >>= 7
    return written + bytes([value])


def part(number: int, value: bytes | str) -> bytes:
    """Return a field with a length: a text, bytes, a message, packed numbers."""
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def whole(number: int, value: int) -> bytes:
    """Return a field that is a number."""
    return varint(number << 3) + varint(value)


def floats(number: int, values: Iterable[float], form: str = "f") -> bytes:
    """Return a packed field of floats, or doubles (``d``)."""
    listed = [*values]
    return part(number, struct.pack(f"<{len(listed)}{form}", *listed))


def ints(number: int, values: Iterable[int]) -> bytes:
    """Return a packed field of varints."""
    return part(number, b"".join(map(varint, values)))


def message(data: bytes, *, flag: int = 0) -> bytes:
    """Return a gRPC message with its five bytes."""
    return bytes([flag]) + len(data).to_bytes(4, "big") + data


def call(path: str, asked: bytes, answered: bytes = b"", *, encoding: bytes | None = None, status: int = 200) -> Exchange:
    """Return a gRPC call with its bodies."""
    headers = GRPC if encoding is None else {**GRPC, b"grpc-encoding": encoding}
    return Exchange(b"POST", path.encode(), path, headers, asked, status, headers, answered, 0.0, 1.0, watched=True)
