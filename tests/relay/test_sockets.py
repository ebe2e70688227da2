"""Whether nobody listens any more is read from the kernel, so that nobody who does listen notices the question."""

import socket
from contextlib import closing
from pathlib import Path

import pytest

from sidecar.address import Address
from sidecar.relay.sockets import nobody_listens


def listening(family: socket.AddressFamily, host: str) -> socket.socket:
    """Return a socket that listens on a port of its own."""
    sock = socket.socket(family)
    sock.bind((host, 0))
    sock.listen(1)
    return sock


@pytest.mark.parametrize("asked", ["127.0.0.1", "localhost", "0.0.0.0"])  # noqa: S104 - asked about, not bound
@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"), (socket.AF_INET6, "::")])
def test_a_port_is_nobodys_when_its_listener_has_gone(family: socket.AddressFamily, host: str, asked: str) -> None:
    """Whatever address of the pod it listened on, and even while a connection of it is still remembered by the kernel."""
    sock = listening(family, host)
    port = sock.getsockname()[1]
    with socket.create_connection(sock.getsockname()[:2]) as client, sock.accept()[0]:
        assert not nobody_listens(Address(asked, port))
        sock.close()
        assert nobody_listens(Address(asked, port))
    assert client.fileno() == -1
    assert nobody_listens(Address(asked, port))


def test_of_other_machines_nothing_is_certain() -> None:
    """Neither of one that goes by a number nor of one that goes by a name."""
    assert not nobody_listens(Address("192.0.2.1", 80))
    assert not nobody_listens(Address("model.example", 80))


def test_a_path_is_nobodys_when_it_is_gone(tmp_path: Path) -> None:
    """As long as it is there somebody may listen."""
    path = tmp_path / "model.sock"
    assert nobody_listens(Address(path=str(path)))
    with closing(socket.socket(socket.AF_UNIX)) as sock:
        sock.bind(str(path))
        assert not nobody_listens(Address(path=str(path)))
