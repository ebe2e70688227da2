"""Deliver message bodies to one URL, in order, one at a time, in the background.

One worker serves the target: while an alert is being retried those behind it wait, so the receiver never learns of the end of
an incident before its beginning. The worker lives only while there is something to deliver. A refusal (a 4xx other
than 429, or a redirect, which would turn the POST into a GET) is final; a receiver that is down or overloaded is asked again
until the `Patience` for that message is used up.

The URL often carries a secret, so logs name the host alone.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum

import aiohttp
from yarl import URL

from sidecar import logs
from sidecar.alerts.outbox import Outbox
from sidecar.alerts.patience import Patience, seconds_asked

_log = logs.get_logger(__name__)
_TOO_MANY_REQUESTS = 429
_HEADERS = {"Content-Type": "application/json", "User-Agent": "drift-sidecar"}


class Outcome(StrEnum):
    """What became of a message."""

    DELIVERED = "delivered"
    REFUSED = "refused"
    GIVEN_UP = "given_up"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Environment:
    """What a delivery needs of the world, so that a test can bring its own."""

    clock: Callable[[], float] = time.monotonic
    wall_clock: Callable[[], float] = time.time
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    chance: Callable[[], float] = random.random


@dataclass(frozen=True, slots=True)
class _Failure:
    """An attempt that may be repeated."""

    why: str
    asked: float | None = None


@dataclass(slots=True)
class Webhook:
    """A URL that gets one POST for each message.

    Attributes
    ----------
    outcomes
        Messages by what became of them.
    """

    url: URL
    patience: Patience = field(default_factory=Patience)
    environment: Environment = field(default_factory=Environment)
    capacity: int = 100
    outcomes: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    _outbox: Outbox = field(init=False)
    _worker: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self._outbox = Outbox(self.capacity)

    def send(self, body: bytes) -> None:
        """Queue `body`; return at once."""
        self._drop(int(self._outbox.put(body)))
        if self._worker is None:
            self._worker = asyncio.get_running_loop().create_task(self._work())

    @property
    def busy(self) -> bool:
        """Whether messages are being delivered, or wait to be."""
        return self._worker is not None

    async def close(self, deadline: float) -> None:
        """Go on delivering for at most `deadline` seconds, then give up what is left."""
        worker = self._worker
        if worker is None:
            return
        await asyncio.wait({worker}, timeout=deadline)
        if not worker.done():
            worker.cancel()
            await asyncio.wait({worker})

    async def _work(self) -> None:
        try:
            while self._outbox:  # asked again after the session has closed, which takes a moment in which one may arrive
                await self._empty_outbox()
        finally:
            self._worker = None
            self._drop(self._outbox.clear())

    async def _empty_outbox(self) -> None:
        async with aiohttp.ClientSession(headers=_HEADERS) as session:
            while self._outbox:
                await self._deliver(session, self._outbox.take())

    def _drop(self, count: int) -> None:
        if count:
            self.outcomes[Outcome.DROPPED] += count
            _log.error("alerts_dropped", host=self.url.host, count=count)

    async def _deliver(self, session: aiohttp.ClientSession, body: bytes) -> None:
        outcome = Outcome.DROPPED
        try:
            outcome = await self._try_until_done(session, body)
        finally:
            self.outcomes[outcome] += 1

    async def _try_until_done(self, session: aiohttp.ClientSession, body: bytes) -> Outcome:
        clock = self.environment.clock
        end = clock() + self.patience.total
        failures = 0
        while True:
            answer = await self._attempt(session, body, min(self.patience.attempt, end - clock()))
            if isinstance(answer, Outcome):
                return answer
            failures += 1
            wait = self.patience.wait(failures, self.environment.chance(), answer.asked)
            if clock() + wait >= end:
                _log.error("alert_given_up", host=self.url.host, why=answer.why, attempts=failures)
                return Outcome.GIVEN_UP
            _log.warning("alert_retried", host=self.url.host, why=answer.why, attempts=failures, wait=round(wait, 3))
            await self.environment.sleep(wait)

    async def _attempt(self, session: aiohttp.ClientSession, body: bytes, seconds: float) -> Outcome | _Failure:
        try:
            timeout = aiohttp.ClientTimeout(total=seconds)
            async with session.post(self.url, data=body, timeout=timeout, allow_redirects=False) as answer:
                return self._judge(answer)
        except aiohttp.InvalidURL:
            return self._refused("not a URL that can be called")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return _Failure(type(error).__name__)

    def _judge(self, answer: aiohttp.ClientResponse) -> Outcome | _Failure:
        if 200 <= answer.status < 300:
            return Outcome.DELIVERED
        if answer.status >= 500 or answer.status == _TOO_MANY_REQUESTS:
            asked = seconds_asked(answer.headers.get("Retry-After"), self.environment.wall_clock())
            return _Failure(f"status {answer.status}", asked)
        return self._refused(f"status {answer.status}")

    def _refused(self, why: str) -> Outcome:
        _log.error("alert_refused", host=self.url.host, why=why)
        return Outcome.REFUSED
