"""Sockets: bind where clients arrive, connect to where the model is, and reset as TCP would."""

import asyncio
import resource
import socket
import struct
from contextlib import suppress
from pathlib import Path

from sidecar.address import Address

BACKLOG = 1024
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_RESERVED_DESCRIPTORS = 16
_TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_LISTENING = "0A"


def bind(address: Address) -> socket.socket:
    """Return a non-blocking listening socket at `address`.

    Raises
    ------
    OSError
        The address is in use, not permitted or not ours; the message names it.
    """
    try:
        return _bind_unix(address.path) if address.path is not None else _bind_tcp(address.host, address.port)
    except OSError as error:
        raise OSError(error.errno, f"cannot listen on {address}: {error.strerror or error}") from None


def _bind_unix(path: str) -> socket.socket:
    if Path(path).is_socket():  # of a run before; any other file is somebody's, and binding will say that it is there
        Path(path).unlink()
    return _listening(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM), path)


def _bind_tcp(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, target = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    sock = socket.socket(family, kind, protocol)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return _listening(sock, target)


def _listening(sock: socket.socket, target: object) -> socket.socket:
    try:
        sock.bind(target)  # type: ignore[arg-type]  # what getaddrinfo returned, or a path
        sock.listen(BACKLOG)
    except OSError:
        sock.close()
        raise
    sock.setblocking(False)
    return sock


def bound_to(sock: socket.socket) -> str:
    """Return the address that `sock` is bound to, as `Address` writes it."""
    name = sock.getsockname()
    return f"unix:{name}" if isinstance(name, str) else str(Address(name[0], name[1]))


def no_delay(sock: socket.socket) -> None:
    """Send small segments at once: a relay that waits for more bytes adds 40 ms to an answer."""
    if sock.family != socket.AF_UNIX:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def end_with_next_bytes(transport: asyncio.Transport) -> None:
    """Hold back the bytes that `transport` sends next until it closes, which must follow at once: both arrive as one.

    A client for whom the end came a moment after the answer might have used the connection again in between.
    """
    sock = transport.get_extra_info("socket")
    if sock is not None and sock.family != socket.AF_UNIX:
        with suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)


def reset_on_close(transport: asyncio.Transport) -> None:
    """Let `transport` send a reset, rather than an end, when it closes."""
    sock = transport.get_extra_info("socket")
    if sock is not None and sock.family != socket.AF_UNIX:
        with suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)


async def connect(address: Address, protocol: asyncio.BaseProtocol) -> asyncio.Transport:
    """Open the upstream connection of `protocol`; raise `OSError` when the model cannot be reached."""
    loop = asyncio.get_running_loop()
    if address.path is not None:
        transport, _ = await loop.create_unix_connection(lambda: protocol, address.path)
    else:
        transport, _ = await loop.create_connection(lambda: protocol, address.host, address.port)
    return transport


def nobody_listens(address: Address) -> bool:
    """Return whether it is certain that nobody listens at `address`, without a connection that its owner would notice.

    The kernel lists who listens in this pod. Of other machines nothing is certain.
    """
    if address.path is not None:
        return not Path(address.path).exists()
    with suppress(OSError):
        return address.is_local and address.port not in _ports_listened_on()
    return False


def _ports_listened_on() -> set[int]:
    """Return the ports, of every address."""
    ports: set[int] = set()
    for table in filter(Path.exists, _TABLES):
        with table.open(encoding="ascii") as rows:
            next(rows)
            for row in rows:
                _, local, _, state, *_ = row.split()
                if state == _LISTENING:
                    ports.add(int(local.rpartition(":")[2], 16))
    return ports


def connections_allowed() -> int:
    """Raise the limit of open files as far as allowed; return how many client connections then fit.

    Each takes two descriptors; some are kept back for probes and for the restart of the engine.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    used = sum(1 for _ in Path("/proc/self/fd").iterdir())
    return max(1, (soft - used - _RESERVED_DESCRIPTORS) // 2)
