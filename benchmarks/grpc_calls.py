"""Large gRPC calls, as the bytes that are on the wire: the reading of HTTP/2 is a part of what they cost."""

from collections.abc import Callable
from typing import Any

from hpack import Encoder
from hyperframe.frame import DataFrame, HeadersFrame, SettingsFrame
from numpy.typing import NDArray

from sidecar.exchange import ConnectionReader, Exchange

METHOD = "/inference.GRPCInferenceService/ModelInfer"

_CHUNK = 1 << 16
_FRAME = 1 << 14
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def raw(values: NDArray[Any], datatype: str) -> Callable[[], Exchange]:
    """Return a function that reads a call with one tensor in ``raw_input_contents``."""
    return _reading(_field(5, _tensor(values, datatype)) + _field(7, values.tobytes()))


def typed(values: NDArray[Any], datatype: str, field: int) -> Callable[[], Exchange]:
    """Return a function that reads a call with one tensor in the numbered field of ``contents``."""
    return _reading(_field(5, _tensor(values, datatype) + _field(5, _field(field, values.tobytes()))))


def _reading(request: bytes) -> Callable[[], Exchange]:
    up, down = _wire(b"\0" + len(request).to_bytes(4, "big") + request)

    def read() -> Exchange:
        reader = ConnectionReader(watches=lambda *_: True, max_body=64 << 20)
        for start in range(0, len(up), _CHUNK):
            reader.up(up[start : start + _CHUNK], 0.0)
        (found,) = reader.down(down, 1.0)
        if not isinstance(found, Exchange):
            raise TypeError(f"not read: {found}")
        return found

    return read


def _wire(body: bytes) -> tuple[bytes, bytes]:
    """Return what client and server say, in frames of the usual size."""
    head = [(":method", "POST"), (":scheme", "http"), (":path", METHOD), ("content-type", "application/grpc")]
    parts = [body[start : start + _FRAME] for start in range(0, len(body), _FRAME)]
    frames = [SettingsFrame(), HeadersFrame(1, Encoder().encode(head), flags=["END_HEADERS"])]
    frames += [DataFrame(1, part) for part in parts]
    frames[-1].flags.add("END_STREAM")
    status = Encoder().encode([(":status", "200"), ("content-type", "application/grpc"), ("grpc-status", "0")])
    answer = HeadersFrame(1, status, flags=["END_HEADERS", "END_STREAM"])
    return _PREFACE + b"".join(each.serialize() for each in frames), SettingsFrame().serialize() + answer.serialize()


def _tensor(values: NDArray[Any], datatype: str) -> bytes:
    shape = b"".join(map(_varint, values.shape))
    return _field(1, b"x") + _field(2, datatype.encode()) + _field(3, shape)


def _field(number: int, data: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    written = b""
    while value >= 0x80:
        written += bytes([value & 0x7F | 0x80])
        value >>= 7
    return written + bytes([value])
