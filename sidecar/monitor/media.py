"""What a body says it is: JSON, or an event that carries something else."""

from aiohttp import hdrs, web

from sidecar.web.problems import Problem

CLOUD_EVENT = "application/cloudevents+json"
JSON = "application/json"


def require_json(request: web.Request) -> None:
    """Accept a body that is called JSON, or nothing at all.

    Raises
    ------
    Problem
        415, with what is accepted; curl's default form type is the usual cause.
    """
    if hdrs.CONTENT_TYPE not in request.headers:
        return
    kind = request.content_type
    if not (kind == JSON or (kind.startswith("application/") and kind.endswith("+json"))):
        raise Problem(415, f"the body must be {JSON}", headers={"Accept": f"{JSON}, {CLOUD_EVENT}"})
    if (request.charset or "utf-8").lower() not in ("utf-8", "utf8", "us-ascii", "ascii"):
        raise Problem(415, "JSON is UTF-8, whatever the charset parameter says", headers={"Accept": f"{JSON}, {CLOUD_EVENT}"})
