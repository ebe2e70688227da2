"""The probes: ``/healthz/live``, ``/healthz/ready`` and ``/healthz/started``, answered by the relay itself.

They say that the relay's loop runs and that it listens, and wait for nothing else. A probe that waited for the engine would
have a hung engine restart the whole pod; one that waited for the model would keep a native sidecar from ever letting the
model start.
"""

import asyncio
from collections.abc import Callable
from typing import cast

MAX_HEAD = 1 << 13
PATIENCE_SECONDS = 5.0
_REASONS = {200: b"OK", 404: b"Not Found", 405: b"Method Not Allowed", 503: b"Service Unavailable"}


class Probe(asyncio.Protocol):
    """One probe's connection: one request, one answer, closed.

    Parameters
    ----------
    ready
        Whether the relay wants new traffic; it does not while it drains.
    """

    __slots__ = ("_head", "_ready", "_timer", "transport")
    transport: asyncio.Transport

    def __init__(self, ready: Callable[[], bool]) -> None:
        self._ready = ready
        self._head = b""
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Bound the time that a probe may take to ask."""
        self.transport = cast("asyncio.Transport", transport)
        self._timer = asyncio.get_running_loop().call_later(PATIENCE_SECONDS, self.transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timer."""
        if self._timer is not None:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        """Answer when the head is there; hang up on one that is too long."""
        self._head += data
        if b"\r\n\r\n" in self._head or b"\n\n" in self._head:
            self.transport.write(respond(self._head, ready=self._ready()))
            self.transport.close()
        elif len(self._head) > MAX_HEAD:
            self.transport.close()


def respond(head: bytes, *, ready: bool) -> bytes:
    r"""Return the answer to the request that `head` begins with.

    >>> respond(b"GET /healthz/live HTTP/1.1\r\n\r\n", ready=False).splitlines()[0]
    b'HTTP/1.1 200 OK'
    """
    method, _, rest = head.partition(b" ")
    path = rest.split(b" ", 1)[0].split(b"?", 1)[0].strip()
    status = _status(method, path, ready=ready)
    body = b"ok\n" if status == 200 else _REASONS[status] + b"\n"
    allow = b"Allow: GET, HEAD\r\n" if status == 405 else b""
    lines = b"HTTP/1.1 %d %s\r\nContent-Type: text/plain; charset=utf-8\r\n%sContent-Length: %d\r\nConnection: close\r\n\r\n"
    return lines % (status, _REASONS[status], allow, len(body)) + (b"" if method == b"HEAD" else body)


def _status(method: bytes, path: bytes, *, ready: bool) -> int:
    if path not in (b"/healthz/live", b"/healthz/ready", b"/healthz/started"):
        return 404
    if method not in (b"GET", b"HEAD"):
        return 405
    return 200 if ready or path != b"/healthz/ready" else 503
