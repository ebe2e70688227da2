"""The receiver and the world of one test."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.alerts.world import Receiver, World


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Run a receiver for one test."""
    receiver = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", receiver.answer)
    async with TestServer(app) as server:
        receiver.url = server.make_url("/hook?token=secret")
        yield receiver


@pytest.fixture
def world() -> World:
    """Return a world for one test."""
    return World()
