"""Where the relay listens and where it connects to: IPv6, unix sockets, and addresses that it must not take."""

import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.relay.conftest import Start
from tests.relay.line import Model, finish, line, receive_all, reset
from tests.relay.running import ROOT


def test_a_model_behind_a_unix_socket(start: Start, tmp_path: Path) -> None:
    """Bytes and both ends pass as over TCP."""
    with closing(Model(tmp_path / "model.sock")) as model:
        client, end = line(start(model.address), model)
        with client, end:
            client.sendall(b"question" * 10_000)
            finish(client)
            assert receive_all(end) == b"question" * 10_000
            end.sendall(b"answer" * 10_000)
            end.close()
            assert receive_all(client) == b"answer" * 10_000


def test_a_reset_reaches_a_model_behind_a_unix_socket_as_an_end(start: Start, tmp_path: Path) -> None:
    """Unix sockets have no reset of their own; what matters is that the connection is not left open."""
    with closing(Model(tmp_path / "model.sock")) as model:
        client, end = line(start(model.address), model)
        with client, end:
            reset(client)
            assert receive_all(end) == b""


def test_clients_over_ipv6(start: Start, model: Model) -> None:
    """The log writes the address as the settings do."""
    sidecar = start(model.address, DRIFT_LISTEN="[::1]:0")
    assert sidecar.listening["traffic"].startswith("[::1]:")
    client, end = line(sidecar, model)
    with client, end:
        assert client.family == socket.AF_INET6
        client.sendall(b"question")
        assert end.recv(8) == b"question"


def test_a_model_by_name_is_reached_at_whichever_of_its_addresses_it_listens_on(start: Start) -> None:
    """Where the name has an address of each family, the one that nobody listens on is passed over."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        sidecar = start(f"localhost:{listening.getsockname()[1]}")
        listening.settimeout(10)
        with sidecar.connect() as client, listening.accept()[0] as end:
            client.sendall(b"question")
            assert end.recv(8) == b"question"


def test_a_model_over_ipv6(start: Start) -> None:
    """In brackets, as a URL has it."""
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as listening:
        sidecar = start(f"[::1]:{listening.getsockname()[1]}")
        listening.settimeout(10)
        with sidecar.connect() as client, listening.accept()[0] as end:
            client.sendall(b"question")
            assert end.recv(8) == b"question"


def test_every_interface_is_every_family(start: Start, model: Model) -> None:
    """What listens on ``[::]`` is reached over IPv4 too, as in a cluster of two families."""
    sidecar = start(model.address, DRIFT_LISTEN="[::]:0")
    for host in ("127.0.0.1", "::1"):
        with socket.create_connection((host, sidecar.traffic[1]), timeout=10) as client, model.accept() as end:
            client.sendall(b"question")
            assert end.recv(8) == b"question"


def test_clients_over_a_unix_socket(start: Start, model: Model, tmp_path: Path) -> None:
    """A socket that an earlier run left behind is replaced."""
    path = tmp_path / "traffic.sock"
    for _ in range(2):
        sidecar = start(model.address, DRIFT_LISTEN=f"unix:{path}")
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(10)
            client.connect(str(path))
            with model.accept() as end:
                client.sendall(b"question")
                finish(client)
                assert receive_all(end) == b"question"
        sidecar.reap()


def test_a_file_in_the_place_of_the_socket_is_not_deleted(tmp_path: Path) -> None:
    """A path that was mistyped costs an error message, not somebody's file."""
    path = tmp_path / "notes.txt"
    path.write_text("mine", encoding="ascii")
    code, text = fails(DRIFT_LISTEN=f"unix:{path}", DRIFT_UPSTREAM="127.0.0.1:1")
    assert code == 2
    assert str(path) in text
    assert path.read_text(encoding="ascii") == "mine"


@pytest.mark.parametrize("name", ["DRIFT_LISTEN", "DRIFT_MONITOR", "DRIFT_HEALTH"])
def test_a_port_that_is_taken_is_an_error_that_names_it(name: str) -> None:
    """The process ends with the code for bad input and one line, before it has started an engine."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        code, text = fails(**{"DRIFT_UPSTREAM": "127.0.0.1:1", name: address})
    assert code == 2
    assert text.splitlines() == [f"drift-sidecar: cannot listen on {address}: Address already in use"]


def fails(**environ: str) -> tuple[int, str]:
    """Run a sidecar that should not start; return its exit code and all that it printed."""
    free = {"DRIFT_LISTEN": "127.0.0.1:0", "DRIFT_MONITOR": "127.0.0.1:0", "DRIFT_HEALTH": "127.0.0.1:0"}
    done = subprocess.run(
        [sys.executable, "-m", "sidecar", "run"],
        cwd=ROOT,
        env=free | environ,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=30,
    )
    return done.returncode, done.stdout
