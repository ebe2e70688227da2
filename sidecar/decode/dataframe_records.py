"""MLflow's ``{"dataframe_records": [{...}, ...]}``."""

from sidecar.decode.model import Decoded, Payload
from sidecar.decode.registry import By, register
from sidecar.decode.rows import are_objects
from sidecar.exchange.model import Refusal
from sidecar.reasons import TapReason


@register("dataframe_records", By.OBJECT)
def dataframe_records(payload: Payload) -> Decoded | Refusal | None:
    """Read a data frame as a list of rows."""
    document = payload.document
    if not isinstance(document, dict) or "dataframe_records" not in document:
        return None
    rows = document["dataframe_records"]
    if not isinstance(rows, list) or (rows and not are_objects(rows)):
        return Refusal(TapReason.BAD_ENVELOPE, "a data frame that is no list of rows")
    return payload.decoded(rows if any(rows) else Refusal(TapReason.EMPTY, "no rows"), "dataframe_records")
