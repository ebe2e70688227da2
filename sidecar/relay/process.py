"""The relay's life: bind, start the engine, relay, drain, end.

The order matters. Every port is bound before the engine is started, so that the first byte does not wait for numpy, and a
port that is taken is an error message rather than a pod that half works. On SIGTERM the relay goes on accepting for `drain`
seconds, because the endpoints of a terminating pod are taken out of service only after it was told to end; then it lets what
is in flight finish (:mod:`sidecar.relay.drain`), and only then does the engine flush and stop.
"""

import asyncio
import gc
import signal
import socket

import uvloop

from sidecar.logs import get_logger
from sidecar.relay.drain import Drain
from sidecar.relay.engine_process import EngineProcess
from sidecar.relay.figures import Figures
from sidecar.relay.health import Probe
from sidecar.relay.listener import Listener
from sidecar.relay.outbox import Outbox
from sidecar.relay.plan import Plan
from sidecar.relay.sockets import bind, bound_to, connections_allowed
from sidecar.relay.supervisor import Supervisor
from sidecar.relay.tee import Tap


def run(plan: Plan) -> int:
    """Relay until told to stop; return the exit code.

    Raises
    ------
    OSError
        A port cannot be bound.
    """
    return uvloop.run(_Relay(plan).run())


class _Relay:
    """One run: its sockets, its tap and its end."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._log = get_logger("relay")
        self._figures = Figures(upstream=str(plan.upstream or ""))
        self._signals: asyncio.Queue[signal.Signals] = asyncio.Queue()

    async def run(self) -> int:
        """Set everything up, wait for a signal, drain."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._signals.put_nowait, number)
        monitor, health = bind(self._plan.monitor), bind(self._plan.health)
        tap = Tap(Outbox(self._plan.buffer, loop), self._figures, max_body=self._plan.max_body)
        listener = self._listen(tap)
        drain = Drain(listener, self._plan.drain)
        probes = await loop.create_server(lambda: Probe(drain), sock=health)
        supervisor = Supervisor(lambda: EngineProcess(monitor, self._plan.config), tap)
        supervisor.start()
        gc.collect()
        gc.freeze()  # a full collection of what was imported would be a pause of milliseconds in the traffic
        self._announce(listener, monitor, probes.sockets[0])
        await self._end(drain)
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

    async def _end(self, drain: Drain) -> None:
        """Wait for a signal, then drain (not after Ctrl-C: a person waits); a second signal cuts that short."""
        number = await self._signals.get()
        hurry = number is signal.SIGINT
        seconds = 0.0 if hurry else self._plan.drain
        self._log.info("draining", signal=number.name, connections=self._figures.connections, seconds=seconds)
        steps = {asyncio.create_task(drain.end(hurry=hurry)), asyncio.create_task(self._told_again())}
        done, others = await asyncio.wait(steps, return_when=asyncio.FIRST_COMPLETED)
        for step in others:
            step.cancel()
        drain.abort()
        for step in done:
            step.result()

    async def _told_again(self) -> None:
        await self._signals.get()
