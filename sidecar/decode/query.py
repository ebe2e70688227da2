"""Features in the query of a request that has no body: ``GET /score?age=44&plan=pro``."""

from sidecar.decode.fields import parsed, table
from sidecar.decode.model import Decoded, Payload
from sidecar.decode.registry import By, register
from sidecar.exchange.model import Refusal


@register("query", By.HEADERS)
def query(payload: Payload) -> Decoded | Refusal | None:
    """Read the fields of the query."""
    if payload.body or payload.depth:
        return None
    fields = parsed(payload.exchange.target.partition(b"?")[2].partition(b"#")[0].decode("latin-1"))
    return fields if isinstance(fields, Refusal) else payload.decoded(table(fields), "query")
