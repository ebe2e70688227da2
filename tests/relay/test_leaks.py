"""What ended is gone: however connections end, the relay is afterwards what it was before."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.relay.conftest import Start
from tests.relay.line import Line, Model, finish, line, receive, receive_all, reset
from tests.relay.running import Sidecar, resident, until

MEBIBYTE = 1 << 20
ASK, ANSWER = b"POST /predict HTTP/1.1\r\nContent-Length: 0\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
WARM, MANY = 500, 4000
IDLE = 1000
LARGEST_IDLE = 16 << 10


def answered(ends: Line) -> None:
    """Ask, be answered, and leave."""
    ends.client.sendall(ASK)
    receive(ends.model, len(ASK))
    ends.model.sendall(ANSWER)
    receive(ends.client, len(ANSWER))


def half_closed(ends: Line) -> None:
    """End one direction first, then the other."""
    finish(ends.client)
    receive_all(ends.model)
    finish(ends.model)
    receive_all(ends.client)


def reset_by_client(ends: Line) -> None:
    """Cut it from one side."""
    ends.client.sendall(ASK)
    reset(ends.client)
    with suppress(ConnectionResetError):
        receive_all(ends.model)


def reset_by_model(ends: Line) -> None:
    """Cut it from the other side."""
    ends.client.sendall(ASK)
    receive(ends.model, len(ASK))
    reset(ends.model)
    with suppress(ConnectionResetError):
        receive_all(ends.client)


def unread(ends: Line) -> None:
    """Leave while much is on its way that nobody reads."""
    ends.model.setblocking(False)
    with suppress(BlockingIOError):
        while True:
            ends.model.send(bytes(1 << 16))


def silent(ends: Line) -> None:
    """Leave without a word."""


ENDINGS = [answered, half_closed, reset_by_client, reset_by_model, unread, silent]


def descriptors(sidecar: Sidecar) -> int:
    """Return how many files the relay has open."""
    return len(list(Path(f"/proc/{sidecar.pid}/fd").iterdir()))


@pytest.mark.parametrize("ending", ENDINGS)
def test_no_descriptor_is_left(start: Start, model: Model, ending: Callable[[Line], None]) -> None:
    """Both connections are closed when both of their other ends are."""
    sidecar = start(model.address, DRIFT_TAP__CPU="0")
    sidecar.event("engine_up")
    before = descriptors(sidecar)
    for _ in range(50):
        ends = line(sidecar, model)
        ending(ends)
        ends.close()
    until(lambda: descriptors(sidecar) == before, lambda: f"{before} descriptors are open, not {descriptors(sidecar)}")


def test_memory_does_not_grow_with_connections_that_were(start: Start, model: Model) -> None:
    """Thousands that came and went, copied to the engine, leave nothing behind."""
    sidecar = start(model.address)
    sidecar.event("engine_up")
    come_and_go(sidecar, model, WARM)
    before = resident(sidecar.pid)
    come_and_go(sidecar, model, MANY)
    assert resident(sidecar.pid) - before < MEBIBYTE


def come_and_go(sidecar: Sidecar, model: Model, count: int) -> None:
    """Open so many connections, one after the other, and end them in every way but the slow one."""
    quick = [ending for ending in ENDINGS if ending is not unread]
    for number in range(count):
        ends = line(sidecar, model)
        quick[number % len(quick)](ends)
        ends.close()
    until(lambda: sidecar.connections == 0, "all have ended")


def test_an_idle_connection_is_cheap(start: Start, model: Model) -> None:
    """A thousand clients that keep their connections cost the relay some kilobytes each."""
    sidecar = start(model.address)
    sidecar.event("engine_up")
    lines = [line(sidecar, model) for _ in range(WARM)]
    for ends in lines:
        ends.close()
    before = resident(sidecar.pid)
    lines = [line(sidecar, model) for _ in range(IDLE)]
    for ends in lines:
        answered(ends)
    grown = resident(sidecar.pid) - before
    for ends in lines:
        ends.close()
    assert grown < IDLE * LARGEST_IDLE
