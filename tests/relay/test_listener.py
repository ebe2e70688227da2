"""The listener takes everyone who is there, as far as its bound allows: in process, on the relay's loop."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
import uvloop

from sidecar.address import Address
from sidecar.relay.figures import Figures
from sidecar.relay.listener import ACCEPTS_AT_ONCE, Listener
from sidecar.relay.sockets import bind

HERE = Address("127.0.0.1", 0)
SECONDS = 10


@dataclass
class Place:
    """A listener in front of a model that takes every connection."""

    opened: ExitStack
    listener: Listener
    figures: Figures
    model: socket.socket

    def clients(self, count: int) -> list[socket.socket]:
        """Connect so many clients; the loop does not turn meanwhile."""
        at = self.listener.sock.getsockname()
        return [self.opened.enter_context(socket.create_connection(at, timeout=SECONDS)) for _ in range(count)]

    async def accepted(self) -> socket.socket:
        """Return the next connection that was opened to the model."""
        async with asyncio.timeout(SECONDS):
            sock, _ = await asyncio.get_running_loop().sock_accept(self.model)
        return self.opened.enter_context(sock)

    async def until(self, ask: Callable[[], bool]) -> None:
        """Let the loop turn until the answer is true."""
        async with asyncio.timeout(SECONDS):
            while not ask():  # noqa: ASYNC110 - what is waited for calls nobody
                await asyncio.sleep(0.001)


def run(test: Callable[[Place], Awaitable[None]], *, limit: int = 1000) -> None:
    """Run one test on the relay's loop."""

    async def main() -> None:
        with ExitStack() as opened:
            model = opened.enter_context(bind(HERE))
            figures = Figures()
            upstream = Address("127.0.0.1", model.getsockname()[1])
            listener = Listener(opened.enter_context(bind(HERE)), upstream, figures, limit=limit, tap=None)
            await test(Place(opened, listener, figures, model))
            listener.abort()
            await asyncio.sleep(0)

    uvloop.run(main())


@pytest.mark.parametrize("count", [1, ACCEPTS_AT_ONCE, 3 * ACCEPTS_AT_ONCE + 1])
def test_closing_takes_everyone_who_is_already_connected(count: int) -> None:
    """Closing a socket with connections in its backlog would reset them, though they came in time."""

    async def test(place: Place) -> None:
        place.listener.start()
        clients = place.clients(count)
        place.listener.close()
        for client in clients:
            client.sendall(b"question")
        for _ in clients:
            end = await place.accepted()
            assert await asyncio.get_running_loop().sock_recv(end, 8) == b"question"

    run(test)


def test_closed_it_takes_nobody() -> None:
    """Also when connections end, which would let others in before."""

    async def test(place: Place) -> None:
        place.listener.start()
        at = place.listener.sock.getsockname()
        (client,) = place.clients(1)
        end = await place.accepted()
        place.listener.close()
        client.close()
        end.close()
        await place.until(lambda: place.figures.connections == 0)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(at, timeout=SECONDS)

    run(test)


def test_at_its_bound_it_waits_for_one_to_end() -> None:
    """The others stay in the backlog, each until it is its turn."""

    async def test(place: Place) -> None:
        place.listener.start()
        clients = place.clients(20)
        for left in range(len(clients), 0, -1):
            end = await place.accepted()
            await place.until(lambda left=left: place.figures.connections == min(5, left))  # type: ignore[misc]
            end.close()
            clients.pop(0).close()
        assert place.figures.connections_total == 20
        assert place.figures.accept_pauses_total > 0

    run(test, limit=5)
