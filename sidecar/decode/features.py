"""The service's own format: ``{"features": {"age": 35}, "model_version": "7", "timestamp": "..."}``."""

from sidecar.decode.model import LONGEST_VERSION, Decoded, Payload
from sidecar.decode.registry import By, register
from sidecar.decode.rows import rows_in_list
from sidecar.exchange.model import Refusal
from sidecar.reasons import TapReason


@register("features", By.OBJECT)
def features(payload: Payload) -> Decoded | Refusal | None:
    """Read one row from under ``features``.

    Others write a list under that name: rows, or the values of one.

    A feature that is called ``features`` makes a plain row look like this envelope; the baseline tells.
    """
    document = payload.document
    if not isinstance(document, dict) or "features" not in document:
        return None
    row = document["features"]
    if isinstance(row, list) and row and "features" not in payload.order:
        rows = rows_in_list(row, payload.order)
        return None if rows is None else payload.decoded(rows, "features", _version(document.get("model_version")))
    if not isinstance(row, dict):
        return None if "features" in payload.order else Refusal(TapReason.BAD_ENVELOPE, "features is no object")
    if not row:
        return Refusal(TapReason.EMPTY, "features is empty")
    return Decoded([row], None, _version(document.get("model_version")) or payload.version, "features")


def _version(value: object) -> str | None:
    return str(value)[:LONGEST_VERSION] if isinstance(value, str | int | float) and value != "" else None
