"""The routes of the monitor API."""

import orjson
from aiohttp import web

from sidecar.monitor.batch import Batch
from sidecar.monitor.drift import Reading
from sidecar.monitor.openapi import OPERATIONS, openapi_document
from sidecar.monitor.page import page, page_reply
from sidecar.monitor.predict import Predict
from sidecar.monitor.reply import document
from sidecar.monitor.scrape import scrape
from sidecar.monitor.state import MonitorState
from sidecar.web import Handler, Routes


def build_app(state: MonitorState) -> web.Application:
    """Return the application over `state`; `serve` runs it with the options that it needs."""
    reading, routes = Reading(state), Routes(int(state.settings.tap.max_body), "/monitor/ lists what there is")
    routes.add("POST", "/monitor/predict", Predict(state))
    routes.add("POST", "/monitor/batch", Batch(state))
    routes.add("GET", "/monitor/drift", reading.drift)
    routes.add("GET", "/monitor/health", reading.health)
    routes.add("GET", "/monitor/baseline", reading.baseline)
    routes.add("GET", "/monitor/metrics", scrape(state))
    routes.add("GET", "/monitor/openapi.json", _openapi())
    for path in ("/monitor", "/monitor/"):
        routes.add("GET", path, _page())
    return routes.app()


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
