"""TensorFlow's ``TensorProto``, which TensorFlow Serving and Seldon send.

Its values are in ``tensor_content``, as the bytes that they are in memory, or in the field that belongs to its type. Such a
field may hold fewer values than the shape asks for: the last one then stands for all that are missing, which is how TensorFlow
writes a constant. What that may grow to is bounded.
"""

import math
from typing import Any, Final

import numpy as np

from sidecar.decode.protobuf import VARINT, Field, many, numbers, packed, texts
from sidecar.decode.tensors import DTYPES, Tensor, Values, from_bytes, shape_of
from sidecar.exchange.model import Refusal
from sidecar.reasons import TapReason

MAX_FILLED: Final = 1 << 20
"""Values of a tensor that are fewer on the wire."""

_STRING: Final = 7
_DATATYPES: Final = {
    1: ("FP32", "float_val"),
    2: ("FP64", "double_val"),
    3: ("INT32", "int_val"),
    4: ("UINT8", "int_val"),
    5: ("INT16", "int_val"),
    6: ("INT8", "int_val"),
    9: ("INT64", "int64_val"),
    10: ("BOOL", "bool_val"),
    14: ("BF16", "half_val"),
    17: ("UINT16", "int_val"),
    19: ("FP16", "half_val"),
    22: ("UINT32", "uint32_val"),
    23: ("UINT64", "uint64_val"),
}
"""The types that are numbers, by their names in the Open Inference Protocol, and where their values are."""
_KINDS: Final = {"float_val": "float", "double_val": "double"}

SCHEMA: Final = {
    "Dimension": (Field(1, "size", "int64"),),
    "Shape": (many(2, "dim", "Dimension"),),
    "Tensor": (
        Field(1, "dtype", "int64"),
        Field(2, "tensor_shape", "Shape"),
        Field(4, "tensor_content", "bytes"),
        packed(5, "float_val"),
        packed(6, "double_val"),
        packed(7, "int_val"),
        many(8, "string_val", "bytes"),
        packed(10, "int64_val"),
        packed(11, "bool_val"),
        packed(13, "half_val"),
        packed(16, "uint32_val"),
        packed(17, "uint64_val"),
    ),
}


def tensor_of(name: str, message: Any) -> Tensor | Refusal:
    """Return the tensor that a message is."""
    shape = shape_of([dimension.size for dimension in message.tensor_shape.dim])
    if isinstance(shape, Refusal):
        return shape
    values = _values(message, shape)
    return values if isinstance(values, Refusal) else Tensor(name, shape, values)


def _values(message: Any, shape: tuple[int, ...]) -> Values | Refusal:
    if message.dtype == _STRING:
        return _filled(texts(message.string_val), math.prod(shape))
    datatype, field = _DATATYPES.get(message.dtype, ("", ""))
    if not datatype:
        return Refusal(TapReason.BAD_ENVELOPE, f"TensorFlow's type {message.dtype} is no number and no text")
    if message.tensor_content:
        return from_bytes(datatype, shape, message.tensor_content)
    values = numbers(message, field, _KINDS.get(field, VARINT))
    if isinstance(values, Refusal):
        return values
    if field == "half_val":
        halves = from_bytes(datatype, (len(values),), values.astype("<u2").tobytes())
        return halves if isinstance(halves, Refusal) else _filled(halves, math.prod(shape))
    return _filled(values.astype(DTYPES[datatype], copy=False), math.prod(shape))


def _filled(values: Values, size: int) -> Values | Refusal:
    """Repeat the last value until there are as many as the shape asks for."""
    missing = size - len(values)
    if not missing:
        return values
    if missing < 0 or not len(values) or size > MAX_FILLED:
        return Refusal(TapReason.BAD_ENVELOPE, f"{len(values)} values do not fill the shape")
    if isinstance(values, list):
        return [*values, *[values[-1]] * missing]
    return np.concatenate((values, np.repeat(values[-1:], missing)))
