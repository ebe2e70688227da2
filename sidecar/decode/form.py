"""``application/x-www-form-urlencoded``: fields of a row, or a JSON document in one of them, as Seldon's clients send it.

``curl -d`` names this type for everything, so a body that begins like JSON is left to the formats that are.
"""

from typing import Final

from sidecar.decode.fields import parsed, table
from sidecar.decode.model import Decoded, Payload
from sidecar.decode.registry import By, decode_inner, register
from sidecar.exchange.model import Refusal

_TYPE: Final = "application/x-www-form-urlencoded"
_JSON: Final = {b"content-type": b"application/json"}


@register("form", By.HEADERS)
def form(payload: Payload) -> Decoded | Refusal | None:
    """Read the fields of a form."""
    body = payload.body
    if payload.content_type != _TYPE or b"=" not in body or body.lstrip()[:1] in (b"{", b"["):
        return None
    fields = parsed(body.decode("utf-8", "replace").strip())
    if isinstance(fields, Refusal):
        return fields
    if len(fields) == 1 and fields[0][1].lstrip()[:1] in ("{", "["):
        found = decode_inner(payload.part(fields[0][1].encode("utf-8", "replace"), _JSON))
        return found if isinstance(found, Refusal) else found._replace(format="form")
    return payload.decoded(table(fields), "form")
