"""A real receiver of alerts that can be told to fail, and a world whose time passes only when somebody waits."""

import asyncio
from dataclasses import dataclass, field

from aiohttp import web
from yarl import URL

from sidecar.alerts import Environment


@dataclass
class Receiver:
    """An HTTP server on this machine that notes what it gets and answers what it is told to.

    Attributes
    ----------
    answers
        The next answers, as (status, headers); when there are none left it is 204.
    got
        The requests so far, as (headers, body).
    arrived
        Has an item for each of them.
    """

    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    arrived: asyncio.Queue[None] = field(default_factory=asyncio.Queue)
    url: URL = field(default_factory=URL)

    async def answer(self, request: web.Request) -> web.Response:
        """Note the request and answer it."""
        self.got.append((dict(request.headers), await request.read()))
        self.arrived.put_nowait(None)
        status, headers = self.answers.pop(0) if self.answers else (204, {})
        return web.Response(status=status, headers=headers)

    @property
    def bodies(self) -> list[bytes]:
        """The bodies so far."""
        return [body for _, body in self.got]


@dataclass
class World:
    """Time that stands still until somebody waits, and dice that always show one half."""

    now: float = 1000.0
    waits: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        """Let `seconds` pass at once."""
        self.waits.append(seconds)
        self.now += seconds

    @property
    def environment(self) -> Environment:
        """This world, as a delivery sees it."""
        return Environment(clock=lambda: self.now, wall_clock=lambda: self.now, sleep=self.sleep, chance=lambda: 0.5)
