"""Out of file descriptors: clients wait, nobody is turned away, nothing spins, and it passes."""

import os
import resource
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from time import monotonic, sleep
from urllib.request import urlopen

import pytest

from tests.relay.conftest import Start
from tests.relay.line import Model, receive
from tests.relay.running import Sidecar, cpu_seconds, until

FEW = 64
CLIENTS = 200
WATCHED_SECONDS = 1.0
IDLE_SHARE = 0.2


def serve(connection: socket.socket) -> None:
    """Answer every question of one client, which may leave in the middle."""
    with connection, suppress(ConnectionError):
        while question := connection.recv(4):
            connection.sendall(question.upper())


def accept_all(model: Model) -> None:
    """Serve everyone, until the model listens no more."""
    while True:
        try:
            connection = model.accept()
        except OSError:
            return
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


@pytest.fixture
def serving() -> Iterator[Model]:
    """A model that answers."""
    model = Model()
    thread = threading.Thread(target=accept_all, args=(model,), daemon=True)
    thread.start()
    yield model
    model.sock.shutdown(socket.SHUT_RDWR)
    model.close()
    thread.join(10)


def share_of_a_core(sidecar: Sidecar) -> float:
    """Watch the relay for a while; return how much of the time it used a CPU."""
    began, before = monotonic(), cpu_seconds(sidecar.pid)
    sleep(WATCHED_SECONDS)
    return (cpu_seconds(sidecar.pid) - before) / (monotonic() - began)


def allow(sidecar: Sidecar, descriptors: int) -> None:
    """Change how many files the running relay may open."""
    _, hard = resource.prlimit(sidecar.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(sidecar.pid, resource.RLIMIT_NOFILE, (descriptors, hard))


def in_use(sidecar: Sidecar) -> set[int]:
    """Return the descriptors that the relay has open."""
    return {int(file.name) for file in Path(f"/proc/{sidecar.pid}/fd").iterdir()}


def ask_all(clients: list[socket.socket]) -> None:
    """Let every client ask; the relay need not have accepted it for that."""
    for client in clients:
        client.sendall(b"ping")


def test_more_clients_than_descriptors_are_all_served(start: Start, serving: Model) -> None:
    """Two hundred clients at a limit of 64 files wait for their turn, the relay sleeps meanwhile, and each gets its answer."""
    sidecar = start(serving.address, descriptors=FEW)
    with ExitStack() as opened:
        clients = [opened.enter_context(sidecar.connect()) for _ in range(CLIENTS)]
        ask_all(clients)
        until(lambda: len(in_use(sidecar)) > FEW // 2, "the relay is full")
        assert share_of_a_core(sidecar) < IDLE_SHARE
        assert probe(sidecar) == 200
        for client in clients:
            assert receive(client, 4) == b"PING"
            client.close()
    with sidecar.connect() as client:
        client.sendall(b"more")
        assert receive(client, 4) == b"MORE"


def probe(sidecar: Sidecar) -> int:
    """Ask whether the relay is alive; return the status."""
    host, port = sidecar.health
    with urlopen(f"http://{host}:{port}/healthz/live", timeout=10) as answer:
        return int(answer.status)


def test_a_full_relay_can_still_restart_its_engine(start: Start, serving: Model) -> None:
    """The descriptors for that are kept back."""
    sidecar = start(serving.address, descriptors=FEW)
    with ExitStack() as opened:
        clients = [opened.enter_context(sidecar.connect()) for _ in range(CLIENTS)]
        ask_all(clients)
        until(lambda: len(in_use(sidecar)) > FEW // 2, "the relay is full")
        engines = len(sidecar.engines)
        os.kill(sidecar.engines[-1], signal.SIGKILL)
        sidecar.event("engine_started", engines + 1)
        assert receive(clients[0], 4) == b"PING"


@pytest.mark.parametrize("spare", [0, 1], ids=["an even number", "an odd number"])
def test_running_out_at_any_moment_is_waited_out(start: Start, serving: Model, spare: int) -> None:
    """With an even or an odd number left the client or only its model is without; both are waited for without spinning."""
    sidecar = start(serving.address)
    allow(sidecar, max(in_use(sidecar)) + 1 + spare)
    with ExitStack() as opened:
        clients = [opened.enter_context(sidecar.connect()) for _ in range(10)]
        ask_all(clients)
        assert share_of_a_core(sidecar) < IDLE_SHARE
        allow(sidecar, 1024)
        for client in clients:
            assert receive(client, 4) == b"PING"
