"""Routes, and what happens to everything that is not one.

No middleware: a route turns what its handler raises into an answer, and a path or a method that does not exist has a route of
its own that says so. So every answer below ``/`` is made here, in the same form, at the price of one function call.
"""

from collections.abc import Awaitable, Callable

from aiohttp import hdrs, web

from sidecar import logs
from sidecar.web.body import refuse_announced_size
from sidecar.web.problems import Problem

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_log = logs.get_logger(__name__)


class Routes:
    """Routes whose every outcome is an answer in our form.

    Parameters
    ----------
    max_body
        What ``Expect: 100-continue`` may announce.
    advice
        What to say to who asks for a path that does not exist.
    """

    def __init__(self, max_body: int, advice: str) -> None:
        self._app = web.Application()
        self._max_body = max_body
        self._advice = advice

    def add(self, method: str, path: str, handler: Handler) -> None:
        """Serve `path` for one method (and HEAD where it is GET), and say so for all the others."""
        methods = ["GET", "HEAD"] if method == "GET" else [method]
        resource = self._app.router.add_resource(path)
        for name in methods:
            resource.add_route(name, _answered(handler), expect_handler=self._expected)
        resource.add_route("*", _answered(_only(methods)), expect_handler=self._expected)

    def app(self) -> web.Application:
        """Return the application with these routes; every other path does not exist."""
        self._app.router.add_route("*", "/{path:.*}", _answered(self._nothing_here), expect_handler=self._expected)
        return self._app

    async def _nothing_here(self, _request: web.Request) -> web.StreamResponse:
        raise Problem(404, f"there is nothing here; {self._advice}")

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
