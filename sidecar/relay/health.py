"""The health port: the probes ``live``, ``ready`` and ``started`` below ``/healthz``, and ``drain``, which a hook waits for.

The probes say that the relay's loop runs and that it listens, and wait for nothing else. A probe that waited for the engine
would have a hung engine restart the whole pod; one that waited for the model would keep a native sidecar from ever letting the
model start.

The one request that has an effect is a ``GET`` of exactly the drain's path. It is answered when the drain is over
(:mod:`sidecar.relay.drain`), whoever else asks, and goes on when its client has hung up: kubelet's patience may end before it.
"""

import asyncio
from typing import cast

from sidecar.relay.drain import Drain

MAX_HEAD = 1 << 13
MAX_WAITING = 256
PATIENCE_SECONDS = 5.0
DRAIN = b"/healthz/drain"
_REASONS = {200: b"OK", 404: b"Not Found", 405: b"Method Not Allowed", 503: b"Service Unavailable"}


class Probe(asyncio.Protocol):
    """One connection: one request, one answer, closed.

    Parameters
    ----------
    drain
        Whether the relay wants new traffic, and what may be asked for.
    """

    __slots__ = ("_drain", "_head", "_timer", "_waits", "transport")
    transport: asyncio.Transport

    def __init__(self, drain: Drain) -> None:
        self._drain = drain
        self._head = b""
        self._waits = False
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Bound the time that a probe may take to ask."""
        self.transport = cast("asyncio.Transport", transport)
        self._timer = asyncio.get_running_loop().call_later(PATIENCE_SECONDS, self.transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timer, and wait no longer."""
        self._stop_timer()
        self._drain.waiting -= self._waits

    def data_received(self, data: bytes) -> None:
        """Answer when the head is there; hang up on one that is too long."""
        if self._waits:
            return
        self._head += data
        if b"\r\n\r\n" in self._head or b"\n\n" in self._head:
            self._take(*request_line(self._head))
        elif len(self._head) > MAX_HEAD:
            self.transport.close()

    def eof_received(self) -> bool:
        """Keep the connection of one who waits for the drain, and may have ended no more than its own direction."""
        return self._waits

    def _take(self, method: bytes, path: bytes) -> None:
        if (method, path) != (b"GET", DRAIN):
            self._answer(respond(method, path, ready=not self._drain.ending))
        elif self._drain.waiting >= MAX_WAITING:
            self._answer(answer(503))
        else:
            self._waits = True
            self._drain.waiting += 1
            self._stop_timer()
            self._drain.ask().add_done_callback(lambda _: self._answer(answer(200)))

    def _answer(self, whole: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(whole)
            self.transport.close()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()


def request_line(head: bytes) -> tuple[bytes, bytes]:
    r"""Return the method and the path that a request's head begins with.

    Slashes at its beginning are one: kubelet before 1.25 puts one of its own before the path of a hook, and takes the answer
    that there is no such path for one that the hook has come back with.

    >>> request_line(b"GET //healthz/live?verbose HTTP/1.1\r\n\r\n")
    (b'GET', b'/healthz/live')
    """
    method, _, rest = head.partition(b" ")
    path = rest.split(b" ", 1)[0].split(b"?", 1)[0].strip()
    return method, b"/" + path.lstrip(b"/") if path.startswith(b"/") else path


def respond(method: bytes, path: bytes, *, ready: bool) -> bytes:
    """Return the answer to whatever is answered at once.

    >>> respond(b"GET", b"/healthz/live", ready=False).splitlines()[0]
    b'HTTP/1.1 200 OK'
    """
    if path == DRAIN:
        return answer(405, head_only=method == b"HEAD", allow=b"GET")
    if path not in (b"/healthz/live", b"/healthz/ready", b"/healthz/started"):
        return answer(404, head_only=method == b"HEAD")
    if method not in (b"GET", b"HEAD"):
        return answer(405, allow=b"GET, HEAD")
    return answer(200 if ready or path != b"/healthz/ready" else 503, head_only=method == b"HEAD")


def answer(status: int, *, head_only: bool = False, allow: bytes = b"") -> bytes:
    """Return a whole answer."""
    body = b"ok\n" if status == 200 else _REASONS[status] + b"\n"
    allowed = b"Allow: %s\r\n" % allow if allow else b""
    lines = b"HTTP/1.1 %d %s\r\nContent-Type: text/plain; charset=utf-8\r\n%sContent-Length: %d\r\nConnection: close\r\n\r\n"
    return lines % (status, _REASONS[status], allowed, len(body)) + (b"" if head_only else body)
