"""A line: one connection through the relay, with both of its ends in the test's hands.

The upstream connection is opened when the client was accepted, before any byte, so the next connection that the model
accepts belongs to the client that connected last. All sockets block, with a deadline, so a test reads from top to bottom.
"""

import socket
import struct
from pathlib import Path
from typing import NamedTuple

from tests.relay.running import SECONDS, Sidecar

RESET = struct.pack("ii", 1, 0)


class Model:
    """A listening socket in the model's place.

    Parameters
    ----------
    path
        Listen on a unix socket there; None: on a TCP port.
    receive_buffer
        Bytes that the kernel may hold for a model that does not read; None: as many as it likes.
    backlog
        Connections that may wait to be accepted.
    """

    def __init__(self, path: Path | None = None, *, receive_buffer: int | None = None, backlog: int = 1024) -> None:
        self.sock = socket.socket(socket.AF_INET if path is None else socket.AF_UNIX)
        if receive_buffer is not None:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.sock.bind(("127.0.0.1", 0) if path is None else str(path))
        self.sock.listen(backlog)
        self.sock.settimeout(SECONDS)

    @property
    def address(self) -> str:
        """Where it listens, as the settings write it."""
        name = self.sock.getsockname()
        return f"unix:{name}" if isinstance(name, str) else f"{name[0]}:{name[1]}"

    def accept(self) -> socket.socket:
        """Return the next connection."""
        connection, _ = self.sock.accept()
        connection.settimeout(SECONDS)
        return connection

    def close(self) -> None:
        """Listen no more."""
        self.sock.close()


class Line(NamedTuple):
    """Both ends of one relayed connection."""

    client: socket.socket
    model: socket.socket

    def close(self) -> None:
        """Close both ends."""
        self.client.close()
        self.model.close()


def line(sidecar: Sidecar, model: Model) -> Line:
    """Connect a client, and accept what the relay opens for it."""
    client = sidecar.connect()
    try:
        accepted = model.accept()
    except BaseException:
        client.close()
        raise
    for sock in (client, accepted):
        if sock.family != socket.AF_UNIX:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return Line(client, accepted)


def receive(sock: socket.socket, size: int) -> bytes:
    """Return exactly `size` bytes; fewer when the stream ends before."""
    parts = []
    while size and (part := sock.recv(min(size, 1 << 16))):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def receive_all(sock: socket.socket) -> bytes:
    """Return everything until the stream ends; raise `ConnectionResetError` when it ends with a reset."""
    parts = []
    while part := sock.recv(1 << 16):
        parts.append(part)
    return b"".join(parts)


def reset(sock: socket.socket) -> None:
    """Close with a reset."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    sock.close()


def finish(sock: socket.socket) -> None:
    """Say that nothing more will be sent, and go on receiving."""
    sock.shutdown(socket.SHUT_WR)
