"""KServe V2, the Open Inference Protocol, over gRPC: ``ModelInfer`` and ``ModelStreamInfer``.

A tensor has its values in ``contents``, one repeated field for each family of types, or all tensors have theirs in
``raw_input_contents``, as the bytes that they are in memory. Half precision exists only there. Tensors whose values are in
shared memory are not on the wire, and cannot be read.

In a stream each answer says for itself whether it is an error. Where there are as many answers as questions, the questions
whose answers are errors are left out. MLServer sends its answers as they are, without the envelope that tells errors; the first
field of such an answer is the model's name, where the envelope has the error, so one with tensors of its own is taken as bare.
"""

import math
from collections.abc import Sequence
from typing import Any, Final

from sidecar.columns import Columns
from sidecar.decode.grpc import Message, called, messages, together
from sidecar.decode.model import LONGEST_VERSION, Decoded, Payload
from sidecar.decode.protobuf import VARINT, Field, Messages, many, numbers, packed, texts
from sidecar.decode.registry import By, register
from sidecar.decode.tensors import BYTES, DTYPES, MAX_TENSORS, Tensor, Values, columns_of_tensors, from_bytes, shape_of
from sidecar.exchange.model import Exchange, Refusal
from sidecar.reasons import TapReason

UNARY: Final = "/inference.GRPCInferenceService/ModelInfer"
STREAM: Final = "/inference.GRPCInferenceService/ModelStreamInfer"

_KINDS: Final = {
    "bool_contents": VARINT,
    "int_contents": VARINT,
    "int64_contents": VARINT,
    "uint_contents": VARINT,
    "uint64_contents": VARINT,
    "fp32_contents": "float",
    "fp64_contents": "double",
}
_TYPED: Final = {
    "BOOL": "bool_contents",
    "INT8": "int_contents",
    "INT16": "int_contents",
    "INT32": "int_contents",
    "INT64": "int64_contents",
    "UINT8": "uint_contents",
    "UINT16": "uint_contents",
    "UINT32": "uint_contents",
    "UINT64": "uint64_contents",
    "FP32": "fp32_contents",
    "FP64": "fp64_contents",
}
_TENSOR = (
    Field(1, "name", "string"),
    Field(2, "datatype", "string"),
    many(3, "shape", "int64"),
    Field(5, "contents", "Contents"),
)
_MESSAGES = Messages(
    "inference",
    {
        "Contents": (*(packed(number, name) for number, name in enumerate(_KINDS, 1)), many(8, "bytes_contents", "bytes")),
        "Tensor": _TENSOR,
        "Request": (Field(2, "model_version", "string"), many(5, "tensors", "Tensor"), many(7, "raw", "bytes")),
        "Response": (Field(2, "model_version", "string"), many(5, "tensors", "Tensor"), many(6, "raw", "bytes")),
        "StreamResponse": (Field(1, "error_message", "string"), Field(2, "infer_response", "Response")),
    },
)


def _bad(detail: str) -> Refusal:
    return Refusal(TapReason.BAD_ENVELOPE, detail)


@register("v2_grpc", By.HEADERS)
def v2_grpc(payload: Payload) -> Decoded | Refusal | None:
    """Read the tensors of one request, or of the requests in a stream."""
    if not called(payload, UNARY, STREAM):
        return None
    asked = messages(payload.body, payload.headers, payload.limit)
    if isinstance(asked, Refusal):
        return asked
    failed = _failures(payload.exchange, payload.limit) if payload.path.endswith(STREAM) else []
    if len(failed) == len(asked):
        asked = [message for message, error in zip(asked, failed, strict=True) if not error]
        if not asked:
            return Refusal(TapReason.STATUS, "every answer is an error")
    return _rows(asked, payload)


def _rows(asked: Sequence[Message], payload: Payload) -> Decoded | Refusal:
    parts, version = list[Columns](), ""
    for message in asked:
        request = _MESSAGES.parse("Request", message)
        tensors = _tensors(request)
        columns = tensors if isinstance(tensors, Refusal) else columns_of_tensors(tensors, payload.order)
        if isinstance(columns, Refusal):
            return columns
        parts.append(columns)
        version = request.model_version
    return payload.decoded(together(parts), "v2_grpc", version[:LONGEST_VERSION] or None)


def answered(exchange: Exchange, limit: int) -> list[list[Tensor]]:
    """Return the tensors of each answer that is no error and can be read."""
    found = messages(exchange.response_body, exchange.response_headers, limit)
    if isinstance(found, Refusal):
        return []
    stream = exchange.path.endswith(STREAM)
    tensors = [_tensors(_streamed(message) if stream else _MESSAGES.parse("Response", message)) for message in found]
    return [each for each in tensors if not isinstance(each, Refusal)]


def _streamed(message: Message) -> Any:
    """Return one answer of a stream, with its envelope or without."""
    bare = _MESSAGES.parse("Response", message)
    if not isinstance(bare, Refusal) and bare.tensors:
        return bare
    wrapped = _MESSAGES.parse("StreamResponse", message)
    return wrapped if isinstance(wrapped, Refusal) else wrapped.infer_response


def _failures(exchange: Exchange, limit: int) -> list[bool]:
    """Return which answers of a stream are errors."""
    found = messages(exchange.response_body, exchange.response_headers, limit) if exchange.response_whole else []
    if isinstance(found, Refusal):
        return []
    return [_failed(message) for message in found]


def _failed(message: Message) -> bool:
    wrapped = _MESSAGES.parse("StreamResponse", message)
    if isinstance(wrapped, Refusal) or not wrapped.error_message:
        return False
    bare = _MESSAGES.parse("Response", message)
    return isinstance(bare, Refusal) or not bare.tensors


def _tensors(message: Any) -> list[Tensor] | Refusal:
    if isinstance(message, Refusal):
        return message
    listed, raw = message.tensors, message.raw
    if not listed or len(listed) > MAX_TENSORS or (raw and len(raw) != len(listed)):
        return _bad(f"{len(listed)} tensors, values of {len(raw)}")
    tensors = []
    for place, each in enumerate(listed):
        shape = shape_of([*each.shape])
        if isinstance(shape, Refusal):
            return shape
        values = from_bytes(each.datatype, shape, raw[place]) if raw else _typed(each, shape)
        if isinstance(values, Refusal):
            return values
        tensors.append(Tensor(each.name, shape, values))
    return tensors


def _typed(tensor: Any, shape: tuple[int, ...]) -> Values | Refusal:
    """Return the values in the field that belongs to the datatype."""
    values: Values | Refusal
    if tensor.datatype == BYTES:
        values = texts(tensor.contents.bytes_contents)
    else:
        name = _TYPED.get(tensor.datatype)
        if name is None:
            return _bad("no values of such a datatype")
        values = numbers(tensor.contents, name, _KINDS[name])
    if isinstance(values, Refusal):
        return values
    if len(values) != math.prod(shape):
        return _bad(f"{len(values)} values do not fill the shape")
    return values if isinstance(values, list) else values.astype(DTYPES[tensor.datatype], copy=False)
