"""Triton's generate extension: ``{"text_input": "...", "parameters": {...}}``, a row of the plain values that it has."""

from typing import Final

from sidecar.decode.model import Decoded, Payload
from sidecar.decode.registry import By, register
from sidecar.exchange.model import Refusal

_ENDS: Final = ("/generate", "/generate_stream")


@register("generate", By.OBJECT)
def generate(payload: Payload) -> Decoded | Refusal | None:
    """Read the inputs of a generation; how the answer is to be delivered is none of them."""
    document = payload.document
    if not isinstance(document, dict) or not payload.path.endswith(_ENDS):
        return None
    row = {name: value for name, value in document.items() if not isinstance(value, list | dict) and name != "stream"}
    return Decoded([row], None, payload.version, "generate") if row else None
