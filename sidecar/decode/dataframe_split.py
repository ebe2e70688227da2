"""MLflow's ``{"dataframe_split": {"columns": [...], "index": [...], "data": [[...], ...]}}``; the index is not read."""

from sidecar.decode.model import Decoded, Payload
from sidecar.decode.registry import By, register
from sidecar.decode.rows import named, rows_in
from sidecar.exchange.model import Refusal
from sidecar.reasons import TapReason


@register("dataframe_split", By.OBJECT)
def dataframe_split(payload: Payload) -> Decoded | Refusal | None:
    """Read a data frame in its split form."""
    document = payload.document
    if not isinstance(document, dict) or "dataframe_split" not in document:
        return None
    frame = document["dataframe_split"]
    data = frame.get("data") if isinstance(frame, dict) else None
    if not isinstance(data, list):
        return Refusal(TapReason.BAD_ENVELOPE, "a data frame without data")
    names = frame.get("columns")
    rows = named(data, names) if isinstance(names, list) else rows_in(data, payload.order)
    if rows is None:
        return Refusal(TapReason.BAD_ENVELOPE, "the data are no rows")
    return payload.decoded(rows, "dataframe_split")
