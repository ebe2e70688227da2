"""``{"inputs": ...}``: TensorFlow Serving's column form, and what MLflow and KServe V1 take under the same name.

Under ``inputs`` stand an object of columns, a list of row objects, a list of lists, or plain values of a model with one
feature. Tensors of the Open Inference Protocol stand there too; they have a decoder of their own, which comes before this one.
"""

from sidecar.decode.model import Decoded, Payload
from sidecar.decode.registry import By, register
from sidecar.decode.rows import are_plain, positional, rows_in
from sidecar.exchange.model import Refusal
from sidecar.reasons import TapReason


@register("inputs", By.OBJECT)
def inputs(payload: Payload) -> Decoded | Refusal | None:
    """Read the rows under ``inputs``."""
    document = payload.document
    if not isinstance(document, dict) or "inputs" not in document:
        return None
    found = document["inputs"]
    if not isinstance(found, list | dict):
        return None if "inputs" in payload.order else Refusal(TapReason.BAD_ENVELOPE, "inputs is no list or object")
    if isinstance(found, list) and found and are_plain(found) and len(payload.order) != len(found):
        return payload.decoded(positional([[value] for value in found], payload.order), "inputs")
    rows = rows_in(found, payload.order)
    return Refusal(TapReason.BAD_ENVELOPE, "no rows under inputs") if rows is None else payload.decoded(rows, "inputs")
