"""The envelope of a direct call: what must be right before a row is looked at.

The values inside ``features`` are data, and odd data is accepted and judged. The envelope around them is a contract between
two programs, so a mistake in it is answered with the field and the reason. Keys that the contract does not name are ignored:
a client may send its own request id.
"""

from datetime import UTC, datetime
from math import isfinite
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema
from pydantic_core import ErrorDetails

from sidecar.web.problems import FieldError, Problem

MAX_VERSION = 128
_MOST_ERRORS = 20
_LONGEST_FIELD = 200
_MILLISECONDS_FROM = 1e11
"""Epoch seconds reach this in the year 5138; what is larger was meant in milliseconds."""


def moment(value: object) -> float | None:
    """Read a timestamp as epoch seconds: ISO 8601 text (UTC where it names no zone), or epoch seconds or milliseconds.

    >>> moment("1970-01-01T01:00:00+01:00"), moment("1970-01-02"), moment(1_700_000_000_000)
    (0.0, 86400.0, 1700000000.0)
    """
    if value is None:
        return None
    try:
        date = datetime.fromisoformat(value) if isinstance(value, str) else _from_epoch(value)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError, OSError):
        raise ValueError("is neither an ISO 8601 date nor epoch seconds") from None


def _from_epoch(value: object) -> datetime:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ValueError
    return datetime.fromtimestamp(value / 1000 if abs(value) >= _MILLISECONDS_FROM else value, UTC)


_IN_WORDS_OF_JSON = {
    "missing": "is required",
    "model_type": "must be a JSON object",
    "dict_type": "must be a JSON object",
    "too_short": "must not be empty",
    "string_type": "must be a string",
}

_TIMESTAMP_SCHEMA = {
    "anyOf": [{"type": "string", "format": "date-time"}, {"type": "number"}, {"type": "null"}],
    "default": None,
    "description": "When the row was made: ISO 8601, or epoch seconds. It is checked and logged; the window goes by arrival.",
}


class PredictRequest(BaseModel):
    """One row of features, as the model got it."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    features: Annotated[
        dict[str, Any],
        Field(min_length=1, description="The row: feature names and JSON values; odd values are quality issues."),
    ]
    model_version: Annotated[
        str | None, Field(min_length=1, max_length=MAX_VERSION, description="Which version of the model this row went to.")
    ] = None
    timestamp: Annotated[float | None, BeforeValidator(moment), WithJsonSchema(_TIMESTAMP_SCHEMA)] = None


def read_envelope(document: object) -> PredictRequest:
    """Check a parsed body.

    Raises
    ------
    Problem
        422 with every field that does not fit.
    """
    try:
        return PredictRequest.model_validate(document)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)[:_MOST_ERRORS]
        errors = [_field_error(fault) for fault in faults]
        raise Problem(422, "the envelope does not fit", errors=errors) from None


def _field_error(fault: ErrorDetails) -> FieldError:
    path = ".".join(str(part) for part in fault["loc"]) or "(body)"
    message = _IN_WORDS_OF_JSON.get(fault["type"]) or fault["msg"].removeprefix("Value error, ")
    return {"field": path[:_LONGEST_FIELD], "message": message}
