"""Run an application so that what cannot be read as HTTP is answered in our form too.

Such bytes never reach the application; aiohttp answers them in a form of its own, with a traceback in its log for every port
scanner. So its protocol is replaced by one that keeps quiet.
"""

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from sidecar import logs
from sidecar.web.problems import Problem

KEEPALIVE_SECONDS = 75.0
"""Longer than a scrape interval, and the time in which a head has to arrive."""

_SHUTDOWN_SECONDS = 2.0
_log = logs.get_logger(__name__)


def make_runner(app: web.Application) -> web.AppRunner:
    """Return a runner with the options that our applications need."""
    return _Runner(
        app,
        access_log=None,
        auto_decompress=False,  # bodies are inflated within our own bound
        keepalive_timeout=KEEPALIVE_SECONDS,
        shutdown_timeout=_SHUTDOWN_SECONDS,
    )


class _Protocol(RequestHandler):
    """One connection; differs from aiohttp's in how it answers what is not HTTP."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer with a problem document and close the connection."""
        if request.writer.output_size > 0:
            raise ConnectionError("the answer has begun already")
        if status >= 500 and exc is not None:
            _log.error("request_failed", error=logs.outline(exc))
        detail = "this is not HTTP that can be read" if status < 500 else "this is the sidecar's fault; its log says more"
        return Problem(status, detail).response(close=True)


class _Server(web.Server):
    def __call__(self) -> RequestHandler:
        return _Protocol(self, loop=self._loop, **self._kwargs)


class _Runner(web.AppRunner):
    __slots__ = ()

    async def _make_server(self) -> web.Server:
        plain = await super()._make_server()
        return _Server(plain.request_handler, request_factory=plain.request_factory, **plain._kwargs)  # noqa: SLF001 - no public way leads to the protocol
