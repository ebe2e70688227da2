"""The relay's life: bind, start the engine, relay, drain, end.

The order matters. Every port is bound before the engine is started, so that the first byte does not wait for numpy, and a
port that is taken is an error message rather than a pod that half works. On SIGTERM the relay goes on accepting for `drain`
seconds, because the endpoints of a terminating pod are taken out of service only after it was told to end; then it lets what
is in flight finish, and only then does the engine flush and stop.
"""

import asyncio
import gc
import signal
import socket
from contextlib import suppress

import uvloop

from sidecar.logs import get_logger
from sidecar.relay.engine_process import EngineProcess
from sidecar.relay.figures import Figures
from sidecar.relay.health import Probe
from sidecar.relay.listener import Listener
from sidecar.relay.outbox import Outbox
from sidecar.relay.plan import Plan
from sidecar.relay.sockets import bind, bound_to, connections_allowed
from sidecar.relay.supervisor import Supervisor
from sidecar.relay.tee import Tap

IN_FLIGHT_SECONDS = 15.0
LOOK_SECONDS = 0.25
# Two seconds: an answer whose parts are further apart than this cannot be told from a connection that is kept for later.
IDLE_LOOKS = 8


def run(plan: Plan) -> int:
    """Relay until told to stop; return the exit code.

    Raises
    ------
    OSError
        A port cannot be bound.
    """
    return uvloop.run(_Relay(plan).run())


class _Relay:
    """One run: its sockets, its tap, and whether it drains."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._log = get_logger("relay")
        self._figures = Figures(upstream=str(plan.upstream or ""))
        self._signals: asyncio.Queue[signal.Signals] = asyncio.Queue()
        self._draining = False

    async def run(self) -> int:
        """Set everything up, wait for a signal, drain."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._signals.put_nowait, number)
        monitor = bind(self._plan.monitor)
        probes = await loop.create_server(lambda: Probe(lambda: not self._draining), sock=bind(self._plan.health))
        tap = Tap(Outbox(self._plan.buffer, loop), self._figures, max_body=self._plan.max_body)
        listener = self._listen(tap)
        supervisor = Supervisor(lambda: EngineProcess(monitor, self._plan.config), tap)
        supervisor.start()
        gc.collect()
        gc.freeze()  # a full collection of what was imported would be a pause of milliseconds in the traffic
        self._announce(listener, monitor, probes.sockets[0])
        number = await self._signals.get()
        await self._drain(number, listener)
        probes.close()
        await supervisor.stop()
        self._log.info("stopped")
        return 0

    def _listen(self, tap: Tap) -> Listener | None:
        plan = self._plan
        if plan.upstream is None:
            return None
        copied = tap if plan.copying else None
        listener = Listener(bind(plan.listen), plan.upstream, self._figures, limit=connections_allowed(), tap=copied)
        listener.start()
        return listener

    def _announce(self, listener: Listener | None, monitor: socket.socket, probes: socket.socket) -> None:
        self._log.info(
            "listening",
            traffic=bound_to(listener.sock) if listener else None,
            upstream=self._figures.upstream or None,
            monitor=bound_to(monitor),
            health=bound_to(probes),
        )

    async def _drain(self, number: signal.Signals, listener: Listener | None) -> None:
        """Go on accepting for a while (not after Ctrl-C: a person waits), then finish what is in flight."""
        self._draining = True
        seconds = self._plan.drain if number is signal.SIGTERM else 0.0
        self._log.info("draining", signal=number.name, connections=self._figures.connections, seconds=seconds)
        again = await self._told_again_within(seconds, listener)
        if listener is None:
            return
        listener.close()
        if not again:
            await self._finish(listener)
        listener.abort()

    async def _finish(self, listener: Listener) -> None:
        """End what is idle, and what is busy behind its answer; wait for that, but not for ever."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + IN_FLIGHT_SECONDS
        while self._figures.connections and loop.time() < deadline:
            listener.wind_down(IDLE_LOOKS)
            if await self._told_again_within(LOOK_SECONDS, listener):
                return

    async def _told_again_within(self, seconds: float, listener: Listener | None) -> bool:
        """Let time pass and see what moves; return early, and True, when told to stop a second time."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while (left := deadline - loop.time()) > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._signals.get(), min(LOOK_SECONDS, left))
                return True
            if listener is not None:
                listener.look()
        return False
