"""The two sides of a splice at the moment they are introduced, and what they set on their sockets: in process, real loop."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import ExitStack

import uvloop

from sidecar.address import Address
from sidecar.relay.figures import Figures
from sidecar.relay.sockets import connect, no_delay
from sidecar.relay.splice import ClientSide, ModelSide, join

SECONDS = 10


def sides() -> tuple[ClientSide, ModelSide]:
    """Return two sides that no tap watches."""
    figures = Figures()
    client = ClientSide(figures, None, lambda _side: None)
    return client, ModelSide(figures, None, client)


async def until(ask: Callable[[], bool]) -> None:
    """Let the loop turn until the answer is true."""
    async with asyncio.timeout(SECONDS):
        while not ask():  # noqa: ASYNC110 - what is waited for calls nobody
            await asyncio.sleep(0)


def pair(opened: ExitStack, send_buffer: int) -> tuple[socket.socket, socket.socket]:
    """Return two connected, non-blocking ends with so much room between them."""
    ends = socket.socketpair()
    for end in ends:
        opened.enter_context(end)
        end.setblocking(False)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
    return ends


async def attach(side: ClientSide | ModelSide, sock: socket.socket) -> None:
    """Make `side` the protocol of `sock`."""
    await asyncio.get_running_loop().connect_accepted_socket(lambda: side, sock)


def run(test: Callable[[ExitStack], Awaitable[None]]) -> None:
    """Run one test on the loop that the relay runs on."""

    async def main() -> None:
        with ExitStack() as opened:
            await test(opened)

    uvloop.run(main())


def test_what_was_held_counts_towards_backpressure() -> None:
    """Bytes held for a model that takes little stop the client at once, not only after the next ones."""

    async def test(opened: ExitStack) -> None:
        far_client, near_client = pair(opened, 1 << 20)
        _far_model, near_model = pair(opened, 1 << 12)
        client, model = sides()
        far_client.send(bytes(1 << 18))
        await attach(model, near_model)
        await attach(client, near_client)
        await until(lambda: bool(client._held))
        join(client, model)
        assert model.transport.get_write_buffer_size() > 0
        assert not client.transport.is_reading()

    run(test)


def test_a_model_that_spoke_first_is_held_back_by_a_client_that_does_not_read() -> None:
    """The same the other way round."""

    async def test(opened: ExitStack) -> None:
        _far_client, near_client = pair(opened, 1 << 12)
        far_model, near_model = pair(opened, 1 << 20)
        client, model = sides()
        far_model.send(bytes(1 << 18))
        await attach(model, near_model)
        await until(lambda: bool(model._held))
        await attach(client, near_client)
        join(client, model)
        assert client.transport.get_write_buffer_size() > 0
        assert not model.transport.is_reading()

    run(test)


def test_a_client_that_leaves_a_little_is_waited_for_all_the_same() -> None:
    """Nothing more is read while a rest is unsent, however small, for that rest keeps all that was read with it."""

    async def test(opened: ExitStack) -> None:
        far_client, near_client = pair(opened, 1 << 12)
        far_model, near_model = pair(opened, 1 << 20)
        client, model = sides()
        await attach(client, near_client)
        await attach(model, near_model)
        join(client, model)
        loop, left = asyncio.get_running_loop(), 1 << 15
        far_model.send(bytes(left))
        await until(lambda: client.transport.get_write_buffer_size() > 0)
        assert not model.transport.is_reading()
        while left:
            left -= len(await loop.sock_recv(far_client, left))
        await until(model.transport.is_reading)
        assert client.transport.get_write_buffer_size() == 0

    run(test)


def test_held_bytes_and_an_end_on_the_other_side_both_arrive() -> None:
    """A client that ended without a word still gets what the model had said first, and then its end."""

    async def test(opened: ExitStack) -> None:
        far_client, near_client = pair(opened, 1 << 16)
        far_model, near_model = pair(opened, 1 << 16)
        client, model = sides()
        far_model.send(b"220 ready\r\n")
        far_model.shutdown(socket.SHUT_WR)
        far_client.shutdown(socket.SHUT_WR)
        await attach(model, near_model)
        await attach(client, near_client)
        await until(lambda: client.ended and bool(model._held))
        join(client, model)
        loop = asyncio.get_running_loop()
        assert await loop.sock_recv(far_client, 100) == b"220 ready\r\n"
        assert await loop.sock_recv(far_client, 100) == b""
        assert await loop.sock_recv(far_model, 100) == b""

    run(test)


def test_small_segments_are_sent_at_once_on_both_sides() -> None:
    """TCP_NODELAY is set on the client's connection and on the model's: an answer never waits for an acknowledgement."""

    async def test(opened: ExitStack) -> None:
        listening = opened.enter_context(socket.create_server(("127.0.0.1", 0)))
        address = Address("127.0.0.1", listening.getsockname()[1])
        client, model = sides()
        transport = await connect(address, model)
        accepted = opened.enter_context(listening.accept()[0])
        no_delay(accepted)
        near = transport.get_extra_info("socket")
        for sock in (near, accepted):
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        transport.abort()
        del client

    run(test)
