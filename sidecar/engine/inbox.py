"""The inbox: reads the relay's frames in short slices, and pauses when the budget is spent.

A slice is one read of at most 64 KiB, some milliseconds of work, because the container's CPU quota is shared with the relay:
an engine that used its allowance in one piece could have the relay throttled for the rest of the period.
"""

import asyncio
import socket
import struct
from collections.abc import Callable
from time import monotonic, thread_time
from typing import Any

import orjson

from sidecar.engine.budget import PERIOD_SECONDS, Budget
from sidecar.engine.pipeline import Pipeline
from sidecar.frames import Frame, FrameDecoder, Kind, encode

SLICE_BYTES = 1 << 16
_SHARE = struct.Struct("<d")


class Inbox:
    """The engine's end of the socket pair.

    Parameters
    ----------
    hear_relay
        Takes the relay's own figures.
    stopped
        Is called once, when the relay asks for the end or has itself ended.
    """

    def __init__(
        self,
        sock: socket.socket,
        budget: Budget,
        *,
        hear_relay: Callable[[dict[str, Any]], None],
        stopped: Callable[[], None],
    ) -> None:
        self._sock = sock
        self._budget = budget
        self._hear_relay = hear_relay
        self._stopped = stopped
        self._decoder = FrameDecoder()
        self._offered = 0
        self._loop = asyncio.get_running_loop()
        self._pipeline: Pipeline

    def start(self, pipeline: Pipeline) -> None:
        """Read frames into `pipeline` from now on."""
        self._pipeline = pipeline
        self._loop.add_reader(self._sock, self._slice)
        self.beat()

    def beat(self) -> None:
        """Say that the loop runs, and what share of the exchanges fits the budget."""
        self.tell(Kind.BEAT)
        self.tell(Kind.SHARE, payload=_SHARE.pack(self._budget.judge(self._offered, monotonic())))
        self._loop.call_later(PERIOD_SECONDS, self.beat)

    def tell(self, kind: Kind, connection: int = 0, payload: bytes = b"") -> None:
        """Send a small frame to the relay; one that does not fit is given up, for the next beat says the same."""
        try:
            self._sock.send(encode(kind, connection, payload))
        except OSError:
            return

    def unread(self, connection: int) -> None:
        """Ask the relay to copy no more of `connection`."""
        self.tell(Kind.UNREAD, connection)

    def _slice(self) -> None:
        try:
            data = self._sock.recv(SLICE_BYTES)
        except BlockingIOError:
            return
        except ConnectionError:
            data = b""
        if not data:
            self._end()
            return
        self._work(data)

    def _work(self, data: bytes) -> None:
        began, read = thread_time(), self._pipeline.exchanges
        take = self._pipeline.frame
        for frame in self._decoder.feed(data):
            if frame.kind < Kind.RELAY:
                take(frame)
            else:
                self._about_the_relay(frame)
        self._pipeline.flush()
        pause = self._budget.spend(thread_time() - began, self._pipeline.exchanges - read, monotonic())
        if pause > 0:
            self._loop.remove_reader(self._sock)
            self._loop.call_later(pause, self._loop.add_reader, self._sock, self._slice)

    def _about_the_relay(self, frame: Frame) -> None:
        if frame.kind == Kind.STOP:
            self._end()
            return
        figures = orjson.loads(frame.payload)
        self._offered = figures["exchanges"]
        self._hear_relay(figures)

    def _end(self) -> None:
        self._loop.remove_reader(self._sock)
        self._stopped()
