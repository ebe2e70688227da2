"""A list of objects: ``[{"age": 35}, {"age": 36}]``, one row each."""

from sidecar.decode.model import Decoded, Payload
from sidecar.decode.registry import register
from sidecar.decode.rows import are_objects, is_row
from sidecar.exchange.model import Refusal
from sidecar.reasons import TapReason


@register("records")
def records(payload: Payload) -> Decoded | Refusal | None:
    """Read a list of rows; the first shows whether its objects are rows."""
    document = payload.document
    if not isinstance(document, list):
        return None
    if not any(document):
        return Refusal(TapReason.EMPTY, "no rows with values") if are_objects(document) or not document else None
    if not are_objects(document) or not is_row(document[0], payload.order):
        return None
    return Decoded(document, None, payload.version, "records")
