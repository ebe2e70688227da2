"""Answers: bytes with the headers that every answer of the monitor carries."""

from collections.abc import Mapping

import orjson
from aiohttp import hdrs, web
from multidict import CIMultiDict

from sidecar.monitor.negotiate import quality
from sidecar.web.headers import COMMON_HEADERS

_JSON_HEADERS = CIMultiDict({**COMMON_HEADERS, "Content-Type": "application/json"})
_WORTH_COMPRESSING = 1024


def json_reply(body: bytes) -> web.Response:
    """Answer with JSON that is serialised already."""
    return web.Response(body=body, headers=_JSON_HEADERS)


def json_document(request: web.Request, content: object) -> web.Response:
    """Answer with `content` as JSON, compressed if it is large and the client can read that."""
    return document(request, orjson.dumps(content), "application/json")


def document(request: web.Request, body: bytes, content_type: str, headers: Mapping[str, str] | None = None) -> web.Response:
    """Answer with `body`, compressed if it is large and the client can read that."""
    more = {**COMMON_HEADERS, "Content-Type": content_type, "Vary": "Accept, Accept-Encoding", **(headers or {})}
    response = web.Response(body=body, headers=more)
    if len(body) >= _WORTH_COMPRESSING and quality(request.headers.get(hdrs.ACCEPT_ENCODING, ""), "gzip", "*") > 0:
        response.enable_compression(web.ContentCoding.gzip)
    return response
