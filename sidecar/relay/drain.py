"""The drain: the last seconds of a pod, in which clients still come and nothing may be cut.

There are two ways into it. *SIGTERM* is the end: the relay stops being ready, goes on accepting for `drain` seconds, closes its
port, finishes what is in flight and ends. ``GET /healthz/drain`` comes before that, from the hooks that Kubernetes calls ahead
of SIGTERM: whoever asks is answered when the same seconds are over and nothing is in flight any more. A hook that asks on the
model's behalf thereby keeps the model running for as long as it is needed.

Anybody who reaches the pod can ask, so asking must be harmless. It takes nothing away: the relay stays ready, goes on
accepting, and cuts nothing; at worst clients connect once more, because connections are ended behind their answers. Every
request waits out its own seconds, so that none can spare another one its drain, and what a request has achieved is forgotten
soon: a SIGTERM that comes later begins anew.

A model that nobody can reach any more while nothing is in flight has ended, as it has beside a native sidecar, whose SIGTERM
comes last. Nobody could be served then, so nobody is waited for.
"""

import asyncio
from dataclasses import dataclass, field

from sidecar.logs import get_logger
from sidecar.relay.listener import Listener

IN_FLIGHT_SECONDS = 15.0
LOOK_SECONDS = 0.25
# Two seconds: an answer whose parts are further apart than this cannot be told from a connection that is kept for later.
IDLE_LOOKS = 8
# A container runtime sends SIGTERM as soon as the hook was answered; a busy node takes its time.
REMEMBERED_SECONDS = 10.0


@dataclass(slots=True)
class Asked:
    """One time at which somebody asked for a drain.

    Attributes
    ----------
    due
        When accepting has gone on for long enough, and what is in flight is to be finished.
    over
        Is done when that is finished too, or has taken too long.
    ended
        When that was; None before.
    """

    due: float
    over: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    ended: float | None = None


class Drain:
    """Decides when connections are ended, and tells those who wait for it.

    Parameters
    ----------
    listener
        Whose connections they are; None: nothing is relayed.
    seconds
        How long accepting goes on.

    Attributes
    ----------
    ending
        The relay was told to end: it wants no new traffic.
    waiting
        How many connections wait to be told that a drain is over; they count themselves.
    """

    def __init__(self, listener: Listener | None, seconds: float) -> None:
        self._listener = listener
        self._seconds = seconds
        self._loop = asyncio.get_running_loop()
        self._log = get_logger("relay")
        self._asked: list[Asked] = []  # the oldest first, and with them those that are over and not forgotten
        self._last: Asked | None = None
        self._looking: asyncio.Task[None] | None = None
        self.ending = False
        self.waiting = 0

    def ask(self) -> asyncio.Future[None]:
        """Begin to drain; return what is done when that is over."""
        return self._begin().over

    async def end(self, *, hurry: bool) -> None:
        """Drain, unless that was just done, and finish what is in flight; in a hurry nobody new is waited for."""
        self.ending = True
        due = self._loop.time()
        if not hurry:
            self._last = next((asked for asked in self._asked if asked.ended), None) or self._newest() or self._begin()
            due = self._last.due
            await asyncio.shield(self._last.over)
        if self._looking is not None:
            self._looking.cancel()
        await self._finish(due + IN_FLIGHT_SECONDS)

    def abort(self) -> None:
        """Cut what is still open, and let nobody wait any longer."""
        if self._listener is not None:
            self._listener.close()
            self._listener.abort()
        for asked in self._asked:
            self._is_over(asked)

    def _newest(self) -> Asked | None:
        return self._asked[-1] if self._asked else None

    def _begin(self) -> Asked:
        """Note that somebody asks; those who do so in the same moment are one."""
        due, newest = self._loop.time() + self._seconds, self._newest()
        if newest is None or due - newest.due >= LOOK_SECONDS:
            newest = Asked(due)
            self._asked.append(newest)
        if self._looking is None:
            self._looking = self._loop.create_task(self._look_on())
            if not self.ending:
                self._log.info("drain_asked", connections=self._in_flight, seconds=self._seconds)
        return newest

    async def _look_on(self) -> None:
        """Look, as long as there is anybody who is not forgotten."""
        while self._asked:
            self._look()
            await asyncio.sleep(LOOK_SECONDS)
        self._looking = None
        self._log.info("drain_forgotten")

    def _look(self) -> None:
        now, gone = self._loop.time(), self._model_is_gone
        due = [asked for asked in self._asked if gone or now >= asked.due]
        if self._listener is not None:
            self._listener.look()
            if self._last in due:
                self._listener.close()
            if due:
                self._listener.wind_down(IDLE_LOOKS)
        for asked in due:
            if gone or not self._in_flight or now >= asked.due + IN_FLIGHT_SECONDS:
                self._is_over(asked)
        self._asked = [asked for asked in self._asked if asked.ended is None or now - asked.ended < REMEMBERED_SECONDS]

    async def _finish(self, deadline: float) -> None:
        """End what is idle, and what is busy behind its answer; wait for that, but not for ever."""
        if self._listener is None:
            return
        self._listener.close()
        while self._in_flight and self._loop.time() < deadline:
            self._listener.wind_down(IDLE_LOOKS)
            await asyncio.sleep(LOOK_SECONDS)
            self._listener.look()

    @property
    def _model_is_gone(self) -> bool:
        return self.ending and self._listener is not None and self._listener.model_is_gone()

    @property
    def _in_flight(self) -> int:
        return 0 if self._listener is None else self._listener.connections

    def _is_over(self, asked: Asked) -> None:
        if not asked.over.done():
            asked.ended = self._loop.time()
            asked.over.set_result(None)
            self._log.info("drained", connections=self._in_flight)
