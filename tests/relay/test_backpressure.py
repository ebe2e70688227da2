"""Backpressure: whoever does not read stops whoever sends, and the relay holds next to nothing of what is between them."""

import selectors
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest

from sidecar.relay.splice import READ_SIZE
from tests.relay.conftest import Start
from tests.relay.line import Model, finish, line
from tests.relay.running import Sidecar, resident

MEBIBYTE = 1 << 20
QUIET_SECONDS = 0.5


def stuff(sock: socket.socket, most: int) -> int:
    """Send until nothing was taken for a while, or `most` bytes are sent; return how many were."""
    sent, block = 0, bytes(1 << 18)
    sock.settimeout(QUIET_SECONDS)
    try:
        while sent < most:
            sent += sock.send(block)
    except TimeoutError:
        pass
    return sent


def steady(sidecar: Sidecar) -> int:
    """Return the resident bytes of the relay."""
    return resident(sidecar.pid)


@pytest.fixture(params=["tcp", "unix"])
def quiet_model(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Model]:
    """A model with little room in its kernel, so that what it does not read waits in the relay or not at all."""
    model = Model(tmp_path / "model.sock") if request.param == "unix" else Model(receive_buffer=1 << 14)
    with closing(model):
        yield model


def test_a_model_that_does_not_read_stops_the_client(start: Start, quiet_model: Model) -> None:
    """A gigabyte for a model that reads nothing: the client is stopped, and the relay has not grown."""
    sidecar = start(quiet_model.address, DRIFT_TAP__CPU="0")
    before = steady(sidecar)
    with ExitStack() as opened:
        ends = line(sidecar, quiet_model)
        opened.callback(ends.close)
        sent = stuff(ends.client, 1024 * MEBIBYTE)
        assert sent < 64 * MEBIBYTE
        assert steady(sidecar) - before < 4 * MEBIBYTE
        finish(ends.client)
        assert received(ends.model) == sent


def test_a_client_that_had_much_to_say_before_the_model_was_reached_is_stopped_too(start: Start) -> None:
    """What was sent while the model was being reached is delivered, and from then on the model's pace counts."""
    with closing(Model(receive_buffer=1 << 14, backlog=0)) as model, ExitStack() as opened:
        sidecar = start(model.address, DRIFT_TAP__CPU="0")
        before = steady(sidecar)
        in_the_way = opened.enter_context(socket.create_connection(model.sock.getsockname(), timeout=10))
        client = opened.enter_context(sidecar.connect())
        sent = stuff(client, 64 * MEBIBYTE)
        opened.enter_context(model.accept())
        in_the_way.close()
        accepted = opened.enter_context(model.accept())
        sent += stuff(client, 1024 * MEBIBYTE)
        assert sent < 64 * MEBIBYTE
        assert steady(sidecar) - before < 4 * MEBIBYTE
        finish(client)
        assert received(accepted) == sent


def test_a_client_that_does_not_read_stops_the_model(start: Start, model: Model) -> None:
    """An endless answer for a client that reads nothing: the model is stopped, and the relay has not grown."""
    sidecar = start(model.address, DRIFT_TAP__CPU="0")
    before = steady(sidecar)
    client, end = line(sidecar, model)
    with client, end:
        sent = stuff(end, 1024 * MEBIBYTE)
        assert sent < 64 * MEBIBYTE
        assert steady(sidecar) - before < 4 * MEBIBYTE
        finish(end)
        assert received(client) == sent


def test_many_slow_readers_cost_a_bounded_amount_each(start: Start, model: Model) -> None:
    """Sixty-four clients that read nothing of endless answers cost the relay one read each."""
    sidecar = start(model.address, DRIFT_TAP__CPU="0")
    before = steady(sidecar)
    with ExitStack() as opened:
        ends = [line(sidecar, model) for _ in range(64)]
        for end in ends:
            opened.callback(end.close)
        sent = fill([end.model for end in ends])
        assert steady(sidecar) - before < len(ends) * READ_SIZE + 2 * MEBIBYTE
        assert [received(end.client) for end in ends] == sent


def fill(socks: list[socket.socket]) -> list[int]:
    """Send on all of them until none takes anything for a while, then end; return how much each took."""
    sent, block = dict.fromkeys(socks, 0), bytes(1 << 18)
    with selectors.DefaultSelector() as selector:
        for sock in socks:
            sock.setblocking(False)
            selector.register(sock, selectors.EVENT_WRITE, sock)
        while ready := selector.select(QUIET_SECONDS):
            for key, _ in ready:
                with suppress(BlockingIOError):
                    sent[key.data] += key.data.send(block)
    for sock in socks:
        finish(sock)
    return list(sent.values())


def received(sock: socket.socket) -> int:
    """Read until the end; return how much it was."""
    total, into = 0, bytearray(1 << 18)
    while count := sock.recv_into(into):
        total += count
    return total


def test_a_slow_reader_holds_nobody_else_up(start: Start, model: Model) -> None:
    """While one client reads nothing, another one's questions are answered."""
    sidecar = start(model.address, DRIFT_TAP__CPU="0")
    slow, quick = line(sidecar, model), line(sidecar, model)
    with slow.client, slow.model, quick.client, quick.model:
        stuff(slow.model, 1024 * MEBIBYTE)
        for _ in range(100):
            quick.client.sendall(b"ping")
            assert quick.model.recv(4) == b"ping"
            quick.model.sendall(b"pong")
            assert quick.client.recv(4) == b"pong"
