"""Messages of the servers that speak gRPC, put together field by field, and what is made of them."""

import struct
from typing import Any

import numpy as np

from sidecar.decode import Decoded, decode, predictions
from sidecar.exchange import Exchange, Refusal
from sidecar.reasons import TapReason
from tests.decode.payloads import MAX_BODY, rows
from tests.decode.proto import floats, ints, message, part, varint, whole

V2 = "/inference.GRPCInferenceService/ModelInfer"
V2_STREAM = "/inference.GRPCInferenceService/ModelStreamInfer"
PREDICT = "/tensorflow.serving.PredictionService/Predict"
CLASSIFY = "/tensorflow.serving.PredictionService/Classify"
REGRESS = "/tensorflow.serving.PredictionService/Regress"
SELDON = "/seldon.protos.Model/Predict"
ORDER = ("age", "income")


def read(exchange: Exchange, order: tuple[str, ...] = ORDER, **more: Any) -> Decoded | Refusal:
    """Decode an exchange."""
    return decode(exchange, order=order, **{"max_body": MAX_BODY, **more})


def table(result: Decoded | Refusal) -> dict[str, list[Any]]:
    """Return the values of each name."""
    assert isinstance(result, Decoded), result
    listed = rows(result)
    return {name: [plain(row[name]) for row in listed] for name in listed[0]}


def plain(value: Any) -> Any:
    """Return a value without NumPy's type."""
    return value.item() if isinstance(value, np.generic) else value


def why(result: Decoded | Refusal) -> TapReason:
    """Return why there are no rows."""
    assert isinstance(result, Refusal), result
    return result.reason


def answers(exchange: Exchange) -> dict[str, list[Any]]:
    """Return what was predicted."""
    return {name: [*map(plain, values)] for name, values in predictions(exchange, max_body=MAX_BODY).items()}


def tensor(name: str, datatype: str, shape: tuple[int, ...], contents: bytes = b"") -> bytes:
    """Return a tensor of V2."""
    return part(1, name) + part(2, datatype) + ints(3, shape) + (part(5, contents) if contents else b"")


def asking(*tensors: bytes, raw: tuple[bytes, ...] = (), version: str = "") -> bytes:
    """Return a ModelInfer request, with its five bytes."""
    head = part(1, "model") + (part(2, version) if version else b"") + part(3, "id-1")
    return message(head + b"".join(part(5, each) for each in tensors) + b"".join(part(7, each) for each in raw))


def answering(*tensors: bytes, raw: tuple[bytes, ...] = ()) -> bytes:
    """Return a ModelInfer response, without the five bytes."""
    return part(1, "model") + b"".join(part(5, each) for each in tensors) + b"".join(part(6, each) for each in raw)


def row(age: float) -> bytes:
    """Return a message with one row."""
    return asking(tensor("age", "FP64", (1,), floats(7, [age], "d")))


def told(error: str = "") -> bytes:
    """Return an answer in a stream: an error, or a tensor."""
    return message(part(1, error) if error else part(2, answering(tensor("score", "FP32", (1,), floats(6, [0.5])))))


def proto(dtype: int, shape: tuple[int, ...], values: bytes) -> bytes:
    """Return a TensorProto."""
    return whole(1, dtype) + part(2, b"".join(part(2, whole(1, size)) for size in shape)) + values


def named(**tensors: bytes) -> bytes:
    """Return a map of tensors, in field 2."""
    return b"".join(part(2, part(1, name) + part(2, value)) for name, value in tensors.items())


def feature(name: str, value: bytes) -> bytes:
    """Return a feature of an example."""
    return part(1, part(1, name) + part(2, value))


def example(*features: bytes) -> bytes:
    """Return a tf.Example."""
    return part(1, b"".join(features))


FIRST = example(
    feature("plan", part(1, part(1, "pro"))),
    feature("age", part(3, ints(1, [-33]))),
    feature("income", part(2, floats(1, [0.5]))),
    feature("empty", part(2, b"")),
    feature("wide", part(2, floats(1, [1, 2]))),
)


def value(given_: Any) -> bytes:
    """Return a google.protobuf.Value."""
    match given_:
        case None:
            return whole(1, 0)
        case bool():
            return whole(4, given_)
        case int() | float():
            return varint(2 << 3 | 1) + struct.pack("<d", given_)
        case str():
            return part(3, given_)
        case list():
            return part(6, b"".join(part(1, value(each)) for each in given_))
        case _:
            return part(5, b"".join(part(1, part(1, name) + part(2, value(each))) for name, each in given_.items()))


def listed(values: list[Any]) -> bytes:
    """Return a google.protobuf.ListValue."""
    return b"".join(part(1, value(each)) for each in values)


NAMES = part(1, "age") + part(1, "plan")
