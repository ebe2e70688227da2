"""KServe V2, the Open Inference Protocol, as JSON: ``{"inputs": [{"name", "shape", "datatype", "data"}, ...]}``.

The values are flat or nested, in one tensor or in one tensor for each column. Content types (``pd``, ``np``, ``str``), which
MLServer's codecs go by, change nothing in where the values are.
"""

from typing import Any

from sidecar.decode.model import LONGEST_VERSION, Decoded, Payload
from sidecar.decode.registry import By, register
from sidecar.decode.tensors import MAX_TENSORS, Tensor, columns_of_tensors, from_json, shape_of
from sidecar.exchange.model import Refusal
from sidecar.reasons import TapReason


@register("v2_json", By.OBJECT)
def v2_json(payload: Payload) -> Decoded | Refusal | None:
    """Read the tensors under ``inputs``."""
    document = payload.document
    if not isinstance(document, dict) or not are_tensors(document.get("inputs")):
        return None
    tensors = tensors_of(document["inputs"])
    if isinstance(tensors, Refusal):
        return tensors
    return payload.decoded(columns_of_tensors(tensors, payload.order), "v2_json", version_of(document))


def are_tensors(value: object) -> bool:
    """Whether these are tensors, and not rows that are objects."""
    if not isinstance(value, list) or not value or not isinstance(value[0], dict):
        return False
    return "datatype" in value[0] and "shape" in value[0]


def version_of(document: dict[str, Any]) -> str | None:
    """Return the model version that a request names, which only its path does in most."""
    version = document.get("model_version")
    return version[:LONGEST_VERSION] if isinstance(version, str) and version else None


def tensors_of(listed: list[Any]) -> list[Tensor] | Refusal:
    """Return the tensors of a list whose values are JSON."""
    if len(listed) > MAX_TENSORS:
        return Refusal(TapReason.BAD_ENVELOPE, f"{len(listed)} tensors")
    tensors = []
    for each in listed:
        tensor = tensor_of(each)
        if isinstance(tensor, Refusal):
            return tensor
        tensors.append(tensor)
    return tensors


def tensor_of(listed: object) -> Tensor | Refusal:
    """Return one tensor whose values are JSON."""
    if not isinstance(listed, dict) or "data" not in listed:
        return Refusal(TapReason.BAD_ENVELOPE, "a tensor without data")
    shape = shape_of(listed.get("shape"))
    if isinstance(shape, Refusal):
        return shape
    values = from_json(listed.get("datatype"), shape, listed["data"])
    return values if isinstance(values, Refusal) else Tensor(str(listed.get("name", "")), shape, values)
