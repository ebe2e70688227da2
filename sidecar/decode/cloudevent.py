"""A CloudEvent in structured mode: the request is the event's ``data``.

In binary mode the attributes are header fields, and the body is the data, which needs no decoder.
"""

import base64
import binascii
from typing import Any

from sidecar.decode.model import Decoded, Payload
from sidecar.decode.registry import By, decode_inner, register
from sidecar.exchange.model import Refusal
from sidecar.reasons import TapReason


@register("cloudevent", By.OBJECT)
def cloudevent(payload: Payload) -> Decoded | Refusal | None:
    """Read what an event carries."""
    document = payload.document
    if not isinstance(document, dict) or not _is_event(document, payload):
        return None
    inner = _data(document, payload)
    if isinstance(inner, Refusal):
        return inner
    found = decode_inner(inner)
    return found if isinstance(found, Refusal) else found._replace(format="cloudevent")


def _is_event(document: dict[str, Any], payload: Payload) -> bool:
    if "data" in document or "data_base64" in document:
        return "specversion" in document or payload.content_type == "application/cloudevents+json"
    return payload.content_type == "application/cloudevents+json" and "specversion" in document


def _data(document: dict[str, Any], payload: Payload) -> Payload | Refusal:
    headers = {b"content-type": str(document.get("datacontenttype") or "application/json").encode("latin-1", "replace")}
    if "data_base64" in document:
        try:
            return payload.part(base64.b64decode(str(document["data_base64"]), validate=True), headers)
        except (binascii.Error, ValueError):
            return Refusal(TapReason.BAD_ENVELOPE, "data_base64 is not base64")
    if "data" not in document:
        return Refusal(TapReason.EMPTY, "an event without data")
    data = document["data"]
    return payload.part(data.encode("utf-8", "replace"), headers) if isinstance(data, str) else payload.within(data)
