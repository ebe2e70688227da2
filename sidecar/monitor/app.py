"""The routes of the monitor API."""

import orjson
from aiohttp import hdrs, web

from sidecar.metrics.exposition import expose
from sidecar.monitor.batch import Batch
from sidecar.monitor.drift import Reading
from sidecar.monitor.negotiate import quality
from sidecar.monitor.openapi import OPERATIONS, openapi_document
from sidecar.monitor.page import page, page_reply
from sidecar.monitor.predict import Predict
from sidecar.monitor.reply import document
from sidecar.monitor.state import MonitorState
from sidecar.web import Handler, Routes

_OPENMETRICS = "application/openmetrics-text"


def build_app(state: MonitorState) -> web.Application:
    """Return the application over `state`; `serve` runs it with the options that it needs."""
    reading, routes = Reading(state), Routes(int(state.settings.tap.max_body), "/monitor/ lists what there is")
    routes.add("POST", "/monitor/predict", Predict(state))
    routes.add("POST", "/monitor/batch", Batch(state))
    routes.add("GET", "/monitor/drift", reading.drift)
    routes.add("GET", "/monitor/health", reading.health)
    routes.add("GET", "/monitor/baseline", reading.baseline)
    routes.add("GET", "/monitor/metrics", _metrics(state))
    routes.add("GET", "/monitor/openapi.json", _openapi())
    for path in ("/monitor", "/monitor/"):
        routes.add("GET", path, _page())
    return routes.app()


def _metrics(state: MonitorState) -> Handler:
    async def metrics(request: web.Request) -> web.Response:
        accept = request.headers.get(hdrs.ACCEPT, "")
        wanted = quality(accept, _OPENMETRICS)
        body, content_type = expose(state, openmetrics=wanted > 0 and wanted >= quality(accept, "text/plain", "text/*", "*/*"))
        return document(request, body, content_type)

    return metrics


def _openapi() -> Handler:
    body = orjson.dumps(openapi_document())

    async def openapi(request: web.Request) -> web.Response:
        return document(request, body, "application/json")

    return openapi


def _page() -> Handler:
    body = page((operation.path, operation.summary) for operation in OPERATIONS if operation.method == "get")

    async def index(request: web.Request) -> web.Response:
        return page_reply(request, body)

    return index
