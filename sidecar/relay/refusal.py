"""The refusal: what a client gets when the model cannot be reached.

An HTTP/1 client gets a ``502`` with a problem document, so that its error says what is wrong. Anything else gets a reset,
because there is no way to say it in a protocol that the relay does not speak. The relay reads on after the answer, until the
client ends or for some seconds: a close with unread bytes in the receive buffer sends a reset, which can overtake the answer
(RFC 9112, 9.6).
"""

import asyncio
import json
import re
from collections.abc import Callable
from typing import cast

from sidecar.relay.sockets import reset_on_close

PATIENCE_SECONDS = 10.0
LINGER_SECONDS = 5.0
MAX_HEAD = 1 << 16
_REQUEST_LINE = re.compile(rb"(?:\r?\n)?[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32} [^\r\n]+ HTTP/1\.[01]\r?\n")
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_MAYBE_REQUEST = re.compile(rb"\r?\n?|(?:\r?\n)?[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}( [^\r\n]*\r?)?")


def answer_502(upstream: str, *, head_only: bool) -> bytes:
    """Return the whole HTTP/1.1 answer that says that the model at `upstream` cannot be reached."""
    body = json.dumps(
        {
            "type": "about:blank",
            "title": "Bad Gateway",
            "status": 502,
            "detail": f"the model at {upstream} cannot be reached",
        }
    ).encode()
    head = (
        b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body)
    )
    return head if head_only else head + body


class Refusal(asyncio.Protocol):
    """Answers one client whose model cannot be reached, then lets it go."""

    __slots__ = ("_answered", "_closed", "_head", "_loop", "_timer", "_upstream", "still", "transport")
    transport: asyncio.Transport

    def __init__(self, upstream: str, closed: Callable[["Refusal"], None]) -> None:
        self._upstream = upstream
        self._closed = closed
        self._loop = asyncio.get_running_loop()
        self._head = b""
        self._answered = False
        self.still = 0
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Give the client a bounded time to say what protocol it speaks."""
        self.transport = cast("asyncio.Transport", transport)
        self._timer = self._loop.call_later(PATIENCE_SECONDS, self._reset)

    def data_received(self, data: bytes) -> None:
        """Collect the head of the request; what follows the answer is read and thrown away."""
        if self._answered:
            return
        self._head += data
        if _REQUEST_LINE.match(self._head):
            if _HEAD_END.search(self._head) or len(self._head) > MAX_HEAD:
                self._answer()
        elif not _MAYBE_REQUEST.fullmatch(self._head) or len(self._head) > MAX_HEAD:
            self._reset()

    def eof_received(self) -> bool:
        """Close, when the answer is sent if there was a question: there is nothing left that could overtake it."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Count the connection out."""
        if self._timer is not None:
            self._timer.cancel()
        self._closed(self)

    def look(self) -> None:
        """Whoever has been answered has nothing left that could move."""
        self.still = self.still + 1 if self._answered else 0

    def leave(self) -> None:
        """It is leaving in any case."""

    def _answer(self) -> None:
        self._answered = True
        self.transport.write(answer_502(self._upstream, head_only=self._head.lstrip().startswith(b"HEAD ")))
        self.transport.write_eof()
        self._head = b""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(LINGER_SECONDS, self.transport.close)

    def _reset(self) -> None:
        reset_on_close(self.transport)
        self.transport.abort()
