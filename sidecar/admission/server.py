"""The webhook's life: listen, take up renewed certificates, and end without a request refused.

When it is told to end it says that it is not ready and goes on answering until the API server has heard of that, so that a
rolling update leaves no pod unreviewed.
"""

import asyncio
import signal
import socket

import uvloop
from aiohttp import web

from sidecar import logs
from sidecar.admission.app import build_app
from sidecar.admission.certificates import Pair
from sidecar.settings.inject import InjectSettings
from sidecar.web import make_runner

LOOK_SECONDS = 2.0
"""How often the certificate's files are looked at."""

LINGER_SECONDS = 5.0
_BACKLOG = 1024
_log = logs.get_logger("admission")


def serve(settings: InjectSettings) -> None:
    """Run until SIGTERM or SIGINT.

    Raises
    ------
    CertificateError
        There is no certificate to begin with.
    OSError
        The address cannot be listened on.
    """
    uvloop.run(Server(settings).run())


class Server:
    """One run of the webhook.

    Parameters
    ----------
    settings
        What the cluster decides.
    look
        Seconds between looks at the certificate's files.
    linger
        Seconds to go on answering after SIGTERM.
    """

    def __init__(self, settings: InjectSettings, *, look: float = LOOK_SECONDS, linger: float = LINGER_SECONDS) -> None:
        self._settings = settings
        self._look = look
        self._linger = linger
        self._pair = Pair(settings.tls)
        self._ending = asyncio.Event()
        self._told = asyncio.Event()

    async def run(self) -> None:
        """Listen, and return when told to end and done."""
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(logs.on_loop_exception)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._told.set)
        runner = make_runner(build_app(self._settings, ready=lambda: not self._ending.is_set()))
        await runner.setup()
        with _listening(self._settings) as sock:
            await web.SockSite(runner, sock, ssl_context=self._pair.context, backlog=_BACKLOG).start()
            _log.info("listening", address=str(self._settings.listen), port=sock.getsockname()[1])
            await self._until_told()
            await self._end(runner)

    async def _until_told(self) -> None:
        while not self._told.is_set():
            try:
                await asyncio.wait_for(self._told.wait(), self._look)
            except TimeoutError:
                self._pair.renew()

    async def _end(self, runner: web.AppRunner) -> None:
        _log.info("ending", seconds=self._linger)
        self._ending.set()
        await asyncio.sleep(self._linger)
        await runner.cleanup()


def _listening(settings: InjectSettings) -> socket.socket:
    address = settings.listen
    if address.path is not None:
        raise OSError("listen: the webhook needs host:port")
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    return socket.create_server((address.host, address.port), family=family, backlog=_BACKLOG, dualstack_ipv6=False)
