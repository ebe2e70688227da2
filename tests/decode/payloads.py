"""Exchanges for decoders, made from bodies."""

import json
from collections.abc import Sequence

from sidecar.decode import Decoded, decode
from sidecar.exchange import Exchange, Headers, Refusal
from sidecar.reasons import TapReason

MAX_BODY = 8 * 1024 * 1024
ORDER = ("age", "income", "plan")
JSON: Headers = {b"content-type": b"application/json"}


def exchange(body: bytes, path: str = "/predict", headers: Headers = JSON, status: int = 200) -> Exchange:
    """Return an exchange whose request has this body."""
    return Exchange(b"POST", path.encode(), path, headers, body, status, {}, b"", 0.0, 1.0, watched=True)


def read(
    document: object, path: str = "/predict", *, order: Sequence[str] = ORDER, headers: Headers = JSON, only: str = "auto"
) -> Decoded | Refusal:
    """Decode a body, or a document written as one."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return decode(exchange(body, path, headers), order=order, format=only, max_body=MAX_BODY)


def rows(result: Decoded | Refusal) -> list[dict[str, object]]:
    """Return the rows as objects, whichever form they have."""
    assert isinstance(result, Decoded), result
    assert (result.records is None) is not (result.columns is None)
    if result.columns is None:
        return result.records or []
    columns = result.columns.values
    return [{name: column[row] for name, column in columns.items()} for row in range(result.columns.rows)]


def reason(result: Decoded | Refusal) -> TapReason:
    """Return why there are no rows."""
    assert isinstance(result, Refusal), result
    return result.reason
