"""Seldon's message over gRPC: the same as in JSON (`sidecar.decode.seldon`), and TensorFlow's tensor besides.

Text and bytes, ``strData`` and ``binData``, are read if they are JSON of a known format.
"""

import math
from typing import Any, Final

from sidecar.decode.grpc import is_grpc, messages
from sidecar.decode.model import Decoded, Payload
from sidecar.decode.protobuf import LIST, VALUE, VARINT, Field, Messages, document, many, numbers, packed
from sidecar.decode.registry import By, decode_inner, register
from sidecar.decode.rows import Rows
from sidecar.decode.seldon import message_rows, rows_of_tensor
from sidecar.decode.tensor_proto import SCHEMA, tensor_of
from sidecar.decode.tensors import shape_of
from sidecar.exchange.model import Exchange, Headers, Refusal
from sidecar.reasons import TapReason

SERVICE: Final = "/seldon.protos."

_NAME: Final = "seldon_grpc"
_MESSAGES = Messages(
    "seldon",
    SCHEMA
    | {
        "Dense": (packed(1, "shape"), packed(2, "values")),
        "Data": (
            many(1, "names", "string"),
            Field(2, "tensor", "Dense"),
            Field(3, "ndarray", LIST),
            Field(4, "tftensor", "Tensor"),
        ),
        "Message": (
            Field(3, "data", "Data"),
            Field(4, "bin_data", "bytes"),
            Field(5, "str_data", "string"),
            Field(6, "json_data", VALUE),
        ),
    },
)


@register(_NAME, By.HEADERS)
def seldon_grpc(payload: Payload) -> Decoded | Refusal | None:
    """Read the rows of a message."""
    if not is_grpc(payload.content_type) or SERVICE not in payload.path:
        return None
    message = _message(payload.body, payload.headers, payload.limit)
    if isinstance(message, Refusal):
        return message
    if message.HasField("data"):
        rows = rows_of_data(message.data, payload.order)
        return Refusal(TapReason.BAD_ENVELOPE, "no rows in the message") if rows is None else payload.decoded(rows, _NAME)
    inner = _inner(message, payload)
    found = Refusal(TapReason.EMPTY, "a message without data") if inner is None else decode_inner(inner)
    return found if isinstance(found, Refusal) else found._replace(format=_NAME)


def answered(exchange: Exchange, limit: int) -> Rows | object:
    """Return what was answered: rows, or a document; None if there is nothing."""
    message = _message(exchange.response_body, exchange.response_headers, limit)
    if isinstance(message, Refusal):
        return None
    if message.HasField("data"):
        return rows_of_data(message.data, ())
    return document(message.json_data) if message.HasField("json_data") else None


def rows_of_data(data: Any, order: Any) -> Rows | Refusal | None:
    """Return the rows of a message's data, whichever of three forms it has."""
    names: list[Any] = [*data.names]
    if data.HasField("ndarray"):
        return message_rows({"names": names, "ndarray": [document(each) for each in data.ndarray.values]}, order)
    if data.HasField("tftensor"):
        tensor = tensor_of("", data.tftensor)
        return tensor if isinstance(tensor, Refusal) else rows_of_tensor(tensor.shape, tensor.values, names, order)
    return _dense(data.tensor, names, order) if data.HasField("tensor") else None


def _dense(tensor: Any, names: list[Any], order: Any) -> Rows | Refusal:
    sizes, values = numbers(tensor, "shape", VARINT), numbers(tensor, "values", "double")
    if isinstance(sizes, Refusal) or isinstance(values, Refusal):
        return Refusal(TapReason.BAD_ENVELOPE, "no tensor")
    shape = shape_of(sizes.tolist())
    if isinstance(shape, Refusal):
        return shape
    if math.prod(shape) != len(values):
        return Refusal(TapReason.BAD_ENVELOPE, f"{len(values)} values do not fill the shape")
    return rows_of_tensor(shape, values, names, order)


def _message(body: bytes, headers: Headers, limit: int) -> Any:
    found = messages(body, headers, limit)
    return found if isinstance(found, Refusal) else _MESSAGES.parse("Message", found[0])


def _inner(message: Any, payload: Payload) -> Payload | None:
    """Return what else a message may hold, as the payload that it is."""
    if message.HasField("json_data"):
        return payload.within(document(message.json_data))
    body = message.str_data.encode() or message.bin_data
    return payload.part(body, {b"content-type": b"application/json"}) if body else None
