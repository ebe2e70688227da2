"""An object of columns: ``{"age": [35, 36], "plan": ["a", "b"]}``, or a data frame as pandas writes it unasked."""

from sidecar.decode.model import Decoded, Payload
from sidecar.decode.registry import By, register
from sidecar.decode.rows import is_row, rows_in_object
from sidecar.exchange.model import Refusal


@register("columns", By.OBJECT)
def columns_object(payload: Payload) -> Decoded | Refusal | None:
    """Read columns of one length."""
    document = payload.document
    if not isinstance(document, dict) or not document or is_row(document, payload.order):
        return None
    rows = rows_in_object(document, payload.order)
    return None if rows is None else payload.decoded(rows, "columns")
