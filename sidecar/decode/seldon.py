"""Seldon's message: ``data`` with names and an ``ndarray`` or a ``tensor``, or any JSON under ``jsonData``.

The names are optional, and only names if there are as many as values; a ``tensor`` has its values flat, with a shape.
"""

from typing import Any

from sidecar.columns import Columns
from sidecar.decode.model import Decoded, Payload
from sidecar.decode.registry import By, decode_inner, register
from sidecar.decode.rows import Rows, named, rows_in
from sidecar.decode.tensors import Tensor, Values, columns_of_tensors, from_json, shape_of
from sidecar.exchange.model import Refusal
from sidecar.reasons import TapReason


@register("seldon", By.OBJECT)
def seldon(payload: Payload) -> Decoded | Refusal | None:
    """Read the rows of a Seldon message."""
    document = payload.document
    if not isinstance(document, dict):
        return None
    if "jsonData" in document and "jsonData" not in payload.order:
        found = decode_inner(payload.within(document["jsonData"]))
        return found if isinstance(found, Refusal) else found._replace(format="seldon")
    if not is_message(document):
        return None
    rows = message_rows(document["data"], payload.order)
    return Refusal(TapReason.BAD_ENVELOPE, "no rows in the message") if rows is None else payload.decoded(rows, "seldon")


def is_message(document: dict[str, Any]) -> bool:
    """Whether an object has the data of a Seldon message."""
    data = document.get("data")
    return isinstance(data, dict) and ("ndarray" in data or "tensor" in data)


def message_rows(data: dict[str, Any], order: Any) -> Rows | Refusal | None:
    """Return the rows of a message's data."""
    names = data.get("names")
    names = names if isinstance(names, list) and names else None
    if "tensor" in data:
        return _tensor_rows(data["tensor"], names, order)
    values = data["ndarray"]
    if isinstance(values, list) and values and isinstance(values[0], list) and names is not None:
        return named(values, names)
    return rows_in(values, names or order) if isinstance(values, list) else None


def _tensor_rows(tensor: object, names: list[Any] | None, order: Any) -> Columns | Refusal | None:
    if not isinstance(tensor, dict):
        return None
    shape = shape_of(tensor.get("shape"))
    if isinstance(shape, Refusal):
        return shape
    values = from_json("FP64", shape, tensor.get("values"))
    return values if isinstance(values, Refusal) else rows_of_tensor(shape, values, names, order)


def rows_of_tensor(shape: tuple[int, ...], values: Values, names: list[Any] | None, order: Any) -> Columns | Refusal:
    """Return the rows of a tensor whose names are beside it, if anywhere; one dimension is one row."""
    if len(shape) == 1:
        shape = (1, *shape)
    return columns_of_tensors([Tensor("", shape, values)], [str(name) for name in names] if names else order or _numbers(shape))


def _numbers(shape: tuple[int, ...]) -> list[str]:
    return ["0"] if shape[1:] == (1,) else []
