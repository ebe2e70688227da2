"""The people who ask: several keep-alive connections that post rows at a steady rate.

The rate is kept by due times, not by sleeping between requests, so it does not depend on how fast the model answers;
and time that was lost is not made up for with a burst, which would say something about the demo's machine and nothing
about drift.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import aiohttp
import orjson

from sidecar.demo.phases import Batch, Phase, Record

LATE_SECONDS = 0.25


@dataclass(slots=True)
class Sent:
    """What has been sent so far, and where in the piece that is."""

    phase: Phase
    share: float = 0.0
    rows: int = 0
    requests: int = 0
    failed: int = 0
    last_failure: str = ""
    began: float = field(default_factory=time.monotonic)

    @property
    def rate(self) -> float:
        """Rows a second since the start."""
        return self.rows / max(time.monotonic() - self.began, 1e-9)


class Traffic:
    """Posts batches to one URL over `connections` connections.

    Parameters
    ----------
    url : str
        the model's predict URL, at the sidecar.
    wrap : callable
        rows to the document that the model expects.
    batches : iterator of Batch
        what to send; when it is exhausted, the traffic ends.
    rate : float
        rows a second.
    """

    def __init__(
        self, url: str, wrap: Callable[[tuple[Record, ...]], object], batches: Iterator[Batch], *, rate: float, connections: int
    ) -> None:
        self._url, self._wrap = url, wrap
        self._rate, self._connections = rate, connections
        self._batches = batches
        self._due = time.monotonic()
        self.sent: Sent | None = None

    async def run(self) -> None:
        """Send until there is nothing left to send."""
        connector = aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=60)
        async with aiohttp.ClientSession(connector=connector) as client, asyncio.TaskGroup() as group:
            for _ in range(self._connections):
                group.create_task(self._ask(client))

    async def _ask(self, client: aiohttp.ClientSession) -> None:
        for batch in self._batches:
            await self._until_due(len(batch.records))
            failure = await self._post(client, orjson.dumps(self._wrap(batch.records)))
            self._note(batch, failure)

    async def _until_due(self, rows: int) -> None:
        now = time.monotonic()
        self._due = max(self._due, now - LATE_SECONDS) + rows / self._rate
        await asyncio.sleep(max(self._due - now, 0))

    async def _post(self, client: aiohttp.ClientSession, body: bytes) -> str:
        """Return what went wrong, or nothing."""
        try:
            async with client.post(self._url, data=body, headers={"Content-Type": "application/json"}) as answer:
                text = await answer.text()
                return "" if answer.status < 400 else f"{answer.status}: {text[:120]}"
        except (aiohttp.ClientError, TimeoutError) as error:
            return f"{type(error).__name__}: {error}"

    def _note(self, batch: Batch, failure: str) -> None:
        if self.sent is None:
            self.sent = Sent(batch.phase)
        sent = self.sent
        sent.phase, sent.share = batch.phase, batch.share
        sent.rows += len(batch.records)
        sent.requests += 1
        if failure:
            sent.failed += 1
            sent.last_failure = failure
