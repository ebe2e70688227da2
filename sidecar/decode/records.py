"""A list without an envelope: ``[{"age": 35}, {"age": 36}]`` or ``[[35, 1.5], [36, 2.5]]``, or the values of one row."""

from sidecar.decode.model import Decoded, Payload
from sidecar.decode.registry import By, register
from sidecar.decode.rows import are_objects, rows_in_list
from sidecar.exchange.model import Refusal
from sidecar.reasons import TapReason


@register("records", By.LIST)
def records(payload: Payload) -> Decoded | Refusal | None:
    """Read a list of rows; the first shows whether its objects are rows."""
    document = payload.document
    if not isinstance(document, list):
        return None
    if not document or (are_objects(document) and not any(document)):
        return Refusal(TapReason.EMPTY, "no rows with values")
    rows = rows_in_list(document, payload.order)
    return None if rows is None else payload.decoded(rows, "records")
