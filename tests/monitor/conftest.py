"""The monitor of one test: its state, its clock and a client."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from sidecar.monitor import MonitorState
from tests.monitor.world import Clock, MonitorServer, baseline, make_state

Client = TestClient[Any, Any]


@pytest.fixture
def clock() -> Clock:
    """Return a clock that stands still."""
    return Clock()


@pytest.fixture
def environ() -> dict[str, str]:
    """Return the variables that the state's settings come from; a test module may have its own."""
    return {}


@pytest.fixture
def state(clock: Clock, environ: dict[str, str]) -> MonitorState:
    """Return a state with a baseline and no rows."""
    return make_state(environ, profile=baseline(), clock=clock)


@pytest.fixture
async def client(aiohttp_client: Callable[[MonitorServer], Awaitable[Client]], state: MonitorState) -> Client:
    """Serve the state and return a client of it."""
    return await aiohttp_client(MonitorServer(state))
