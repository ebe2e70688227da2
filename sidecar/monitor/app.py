"""The routes of the monitor API, and what happens to everything that is not one.

No middleware: a route turns what its handler raises into an answer, and a path or a method that does not exist has a route of
its own that says so. So every answer below ``/`` is made here, in the same form, at the price of one function call.
"""

from collections.abc import Awaitable, Callable

import orjson
from aiohttp import hdrs, web

from sidecar import logs
from sidecar.metrics.exposition import expose
from sidecar.monitor.batch import Batch
from sidecar.monitor.body import refuse_announced_size
from sidecar.monitor.drift import Reading
from sidecar.monitor.negotiate import quality
from sidecar.monitor.openapi import OPERATIONS, openapi_document
from sidecar.monitor.page import page, page_reply
from sidecar.monitor.predict import Predict
from sidecar.monitor.problems import Problem
from sidecar.monitor.reply import document
from sidecar.monitor.state import MonitorState

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_OPENMETRICS = "application/openmetrics-text"
_log = logs.get_logger(__name__)


def build_app(state: MonitorState) -> web.Application:
    """Return the application over `state`; `serve` runs it with the options that it needs."""
    reading, routes = Reading(state), _Routes(int(state.settings.tap.max_body))
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


class _Routes:
    """Routes whose every outcome is an answer in our form.

    Parameters
    ----------
    max_body
        What ``Expect: 100-continue`` may announce.
    """

    def __init__(self, max_body: int) -> None:
        self._app = web.Application()
        self._max_body = max_body

    def add(self, method: str, path: str, handler: Handler) -> None:
        """Serve `path` for one method (and HEAD where it is GET), and say so for all the others."""
        methods = ["GET", "HEAD"] if method == "GET" else [method]
        resource = self._app.router.add_resource(path)
        for name in methods:
            resource.add_route(name, _answered(handler), expect_handler=self._expected)
        resource.add_route("*", _answered(_only(methods)), expect_handler=self._expected)

    def app(self) -> web.Application:
        """Return the application with these routes; every other path does not exist."""
        self._app.router.add_route("*", "/{path:.*}", _answered(_nothing_here), expect_handler=self._expected)
        return self._app

    async def _expected(self, request: web.Request) -> web.StreamResponse | None:
        """Answer an Expect header: go on, unless what is announced would be refused."""
        try:
            _require_continue(request)
            refuse_announced_size(request, self._max_body)
        except Problem as problem:
            request.content.feed_eof()  # the client has not sent its body and will not, so nothing waits for it
            return problem.response(close=True)
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0
        return None


def _require_continue(request: web.Request) -> None:
    if request.headers.get(hdrs.EXPECT, "").lower() != "100-continue":
        raise Problem(417, "only 100-continue can be expected")


def _answered(handler: Handler) -> Handler:
    """Turn whatever `handler` raises into an answer."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except Problem as problem:
            return problem.response()
        except Exception as error:  # noqa: BLE001 - the last place where an error can still be answered in our form
            _log.error("request_failed", path=request.path, error=logs.outline(error))
            return Problem(500, "this is the sidecar's fault; its log says more").response()

    return answer


def _only(methods: list[str]) -> Handler:
    async def refuse(request: web.Request) -> web.StreamResponse:
        raise Problem(405, f"{request.path} does not answer {request.method}", headers={"Allow": ", ".join(methods)})

    return refuse


async def _nothing_here(_request: web.Request) -> web.StreamResponse:
    raise Problem(404, "there is nothing here; /monitor/ lists what there is")


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
