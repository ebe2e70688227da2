"""CloudEvents: what KServe's logger posts about the traffic of an inference service.

In binary mode the event's attributes are ``ce-`` headers and the body is the model's payload as it was; in structured mode the
whole event is a JSON object with the payload under ``data`` or ``data_base64`` (CloudEvents 1.0, HTTP and JSON bindings). The
payload is read by the decoders of the tap. The logger posts requests and answers alike; answers are accepted, or it
would try them again, and nothing is counted for them.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from sidecar.columns import ABSENT, Columns
from sidecar.decode import Decoded, decode
from sidecar.exchange import Exchange, Refusal
from sidecar.monitor.json_body import read_json, refuse
from sidecar.monitor.media import CLOUD_EVENT
from sidecar.web.problems import Problem

_TYPE_HEADER = "ce-type"
_Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class CloudEvent:
    """An event: what it is about, and its payload."""

    type: str
    content_type: str
    data: bytes

    @property
    def is_answer(self) -> bool:
        """Whether this is what the model said and not what it was asked."""
        return self.type.lower().endswith("response")


def is_event(request: web.Request) -> bool:
    """Whether a request carries a CloudEvent, in either mode."""
    return request.content_type == CLOUD_EVENT or _TYPE_HEADER in request.headers


def read_event(request: web.Request, body: bytes) -> CloudEvent:
    """Take the event out of a request.

    Raises
    ------
    Problem
        400 or 422: the event is not one.
    """
    if request.content_type == CLOUD_EVENT:
        return _structured(read_json(body))
    return CloudEvent(request.headers[_TYPE_HEADER], request.content_type, body)


def _structured(document: object) -> CloudEvent:
    if not isinstance(document, dict):
        raise _unfit("(body)", "must be a JSON object")
    kind = document.get("type")
    if not isinstance(kind, str):
        raise _unfit("type", "must be a string")
    return CloudEvent(kind, str(document.get("datacontenttype", "application/json")), _data(document))


def _data(document: dict[str, object]) -> bytes:
    if "data_base64" in document:
        try:
            return base64.b64decode(str(document["data_base64"]), validate=True)
        except (binascii.Error, ValueError):
            raise _unfit("data_base64", "is not base64") from None
    if "data" not in document:
        raise _unfit("data", "is required")
    data = document["data"]
    return data.encode() if isinstance(data, str) else json.dumps(data).encode()


def rows_of_event(event: CloudEvent, *, order: Sequence[str], tap_format: str, max_body: int) -> tuple[list[_Row], str | None]:
    """Return the rows that an event carries and the model version that it names.

    Raises
    ------
    Problem
        The payload is none that can be read.
    """
    decoded = decode(_as_exchange(event), order=order, format=tap_format, max_body=max_body)
    if isinstance(decoded, Refusal):
        raise refuse(decoded, "data")
    return _records(decoded), decoded.model_version


def _as_exchange(event: CloudEvent) -> Exchange:
    headers = {b"content-type": event.content_type.encode("latin-1", "replace")}
    return Exchange(
        method=b"POST",
        target=b"/",
        path="/",
        request_headers=headers,
        request_body=event.data,
        status=200,
        response_headers={},
        response_body=b"",
        began=0.0,
        ended=0.0,
        watched=True,
    )


def _records(decoded: Decoded) -> list[_Row]:
    if decoded.records is not None:
        return decoded.records
    return _rows(decoded.columns) if decoded.columns is not None else []


def _rows(columns: Columns) -> list[_Row]:
    """Turn columns back into row objects.

    >>> _rows(Columns(2, {"age": (35, ABSENT), "plan": ("a", "b")}))
    [{'age': 35, 'plan': 'a'}, {'plan': 'b'}]
    """
    rows: list[_Row] = [{} for _ in range(columns.rows)]
    for name, values in columns.values.items():
        for row, value in zip(rows, values, strict=True):
            if value is not ABSENT:
                row[name] = value
    return rows


def _unfit(field: str, message: str) -> Problem:
    return Problem(422, "the CloudEvent does not fit", errors=[{"field": field, "message": message}])
