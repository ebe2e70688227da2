"""KServe V2 with the binary tensor extension: a JSON header, and the bytes of the tensors behind it.

``Inference-Header-Content-Length`` says where the header ends, in bytes of the body as it is without its Content-Encoding.
A tensor has ``binary_data_size`` bytes among its parameters, or ``data`` in the header like any other. Nothing is copied: a
column of numbers is a view into the body.
"""

from typing import Any, Final

from sidecar.decode.json_text import json_document
from sidecar.decode.model import Decoded, Payload
from sidecar.decode.registry import By, register
from sidecar.decode.tensors import MAX_TENSORS, Tensor, columns_of_tensors, from_bytes, shape_of
from sidecar.decode.v2_json import tensor_of, version_of
from sidecar.exchange.model import Headers, Refusal
from sidecar.reasons import TapReason

HEADER_LENGTH: Final = b"inference-header-content-length"
_DIGITS: Final = 12


@register("v2_binary", By.HEADERS)
def v2_binary(payload: Payload) -> Decoded | Refusal | None:
    """Read the tensors behind the header."""
    split = header_and_tensors(payload.body, payload.headers)
    if split is None or isinstance(split, Refusal):
        return split
    document, data = split
    if not isinstance(document.get("inputs"), list) or not document["inputs"]:
        return Refusal(TapReason.BAD_ENVELOPE, "a header without inputs")
    tensors = binary_tensors(document["inputs"], data)
    if isinstance(tensors, Refusal):
        return tensors
    return payload.decoded(columns_of_tensors(tensors, payload.order), "v2_binary", version_of(document))


def header_and_tensors(body: bytes, headers: Headers) -> tuple[dict[str, Any], memoryview] | Refusal | None:
    """Return the JSON header of a body and what is behind it; None if it has no such header."""
    length = headers.get(HEADER_LENGTH)
    if length is None:
        return None
    if not length.isdigit() or len(length) > _DIGITS or int(length) > len(body):
        return Refusal(TapReason.BAD_ENVELOPE, "the header does not fit into the body")
    document = json_document(body[: int(length)])
    if isinstance(document, Refusal):
        return document
    if not isinstance(document, dict):
        return Refusal(TapReason.BAD_ENVELOPE, "the header is no object")
    return document, memoryview(body)[int(length) :]


def binary_tensors(listed: list[Any], data: memoryview) -> list[Tensor] | Refusal:
    """Return the tensors of a list whose values are bytes, one tensor behind the other, or JSON."""
    if len(listed) > MAX_TENSORS:
        return Refusal(TapReason.BAD_ENVELOPE, f"{len(listed)} tensors")
    tensors, start = [], 0
    for each in listed:
        size = _binary_size(each)
        if size is None:
            tensor = tensor_of(each)
        elif 0 <= size <= len(data) - start:
            tensor = _binary_tensor(each, data[start : start + size])
            start += size
        else:
            return Refusal(TapReason.BAD_ENVELOPE, "a tensor is longer than the body")
        if isinstance(tensor, Refusal):
            return tensor
        tensors.append(tensor)
    return tensors if start == len(data) else Refusal(TapReason.BAD_ENVELOPE, "bytes behind the last tensor")


def _binary_size(listed: object) -> int | None:
    parameters = listed.get("parameters") if isinstance(listed, dict) else None
    size = parameters.get("binary_data_size") if isinstance(parameters, dict) else None
    return None if size is None else size if type(size) is int else -1


def _binary_tensor(listed: dict[str, Any], data: memoryview) -> Tensor | Refusal:
    shape = shape_of(listed.get("shape"))
    if isinstance(shape, Refusal):
        return shape
    values = from_bytes(listed.get("datatype"), shape, data)
    return values if isinstance(values, Refusal) else Tensor(str(listed.get("name", "")), shape, values)
