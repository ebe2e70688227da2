"""JSON out of a body, by the same parser as the tap's, and its refusals as problems."""

from sidecar.decode.json_text import json_document
from sidecar.exchange import Refusal
from sidecar.reasons import TapReason
from sidecar.web.problems import Problem

_STATUS = {
    TapReason.NOT_JSON: 400,
    TapReason.TOO_DEEP: 400,
    TapReason.BAD_ENCODING: 400,
    TapReason.BODY_TOO_LARGE: 413,
    TapReason.INFLATED_TOO_LARGE: 413,
    TapReason.UNSUPPORTED_ENCODING: 415,
}
_SENTENCE = {
    TapReason.NOT_JSON: "the body is not JSON",
    TapReason.TOO_DEEP: "the body is nested too deeply to be read",
    TapReason.BODY_TOO_LARGE: "the body holds too much to be read",
}


def read_json(body: bytes) -> object:
    """Parse a body; NaN and Infinity are read as numbers, for clients send them.

    Raises
    ------
    Problem
        400 or 413: it is not JSON, or too deep or too large a document.
    """
    document = json_document(body)
    if isinstance(document, Refusal):
        raise refuse(document, "(body)")
    return document


def refuse(refusal: Refusal, field: str) -> Problem:
    """Return the problem that a refusal of the decoders is to a direct caller."""
    sentence = _SENTENCE.get(refusal.reason, f"the payload cannot be read: {refusal.reason.value}")
    detail = f"{sentence}: {refusal.detail}" if refusal.detail else sentence
    status = _STATUS.get(refusal.reason, 422)
    if status != 422:
        return Problem(status, detail)
    return Problem(status, detail, errors=[{"field": field, "message": refusal.detail or refusal.reason.value}])
