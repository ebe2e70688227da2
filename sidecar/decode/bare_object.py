"""A bare object: ``{"age": 35, "income": 50000}`` is one row.

The last format to try, for it says nothing of itself.
"""

from sidecar.decode.model import Decoded, Payload
from sidecar.decode.registry import By, register
from sidecar.decode.rows import is_row
from sidecar.exchange.model import Refusal
from sidecar.reasons import TapReason


@register("object", By.OBJECT)
def bare_object(payload: Payload) -> Decoded | Refusal | None:
    """Read the object as a row, if it looks like one."""
    document = payload.document
    if not isinstance(document, dict):
        return None
    if not document:
        return Refusal(TapReason.EMPTY, "an object without values")
    return Decoded([document], None, payload.version, "object") if is_row(document, payload.order) else None
