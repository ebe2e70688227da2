"""The outbox: frames that wait for the engine, bounded in bytes, never waited for.

Every byte that the engine has not taken is counted here against ``tap.buffer``. A frame either fits or is refused at once,
and the caller drops its exchange. Frames are sent together, 64 KiB or 5 ms of them, because a system call for each would cost
the traffic more than everything else that the tap does.

A connection that the engine knows must be closable even when the buffer is full, or the engine would keep its reader for
ever. So each known connection reserves room for its own few control frames when it is announced.
"""

import asyncio
import socket
from time import monotonic

from sidecar.frames import HEADER_SIZE, Kind, header, packed_frame
from sidecar.relay.ring import Ring

BATCH = 1 << 16
FLUSH_SECONDS = 0.005
PACKED = 1 << 12
"""Bytes of payload up to which frames are laid out in the ring itself: most frames, of a bounded number of sizes."""
RESERVE = 3 * HEADER_SIZE  # UP_END, DOWN_END, CLOSE or CUT


class Outbox:
    """A bounded queue of frames in front of a non-blocking socket.

    Parameters
    ----------
    limit
        Bytes that may wait, headers included.
    loop
        Where flushes are scheduled.
    """

    __slots__ = ("_limit", "_loop", "_ring", "_sock", "_timer", "_watching", "reserved")

    def __init__(self, limit: int, loop: asyncio.AbstractEventLoop) -> None:
        self._limit = limit
        self._loop = loop
        self._sock: socket.socket | None = None
        self._ring = Ring(limit + HEADER_SIZE)  # STOP belongs to no connection, and must always fit
        self._timer: asyncio.TimerHandle | None = None
        self._watching = False
        self.reserved = 0

    @property
    def connected(self) -> bool:
        """Whether an engine is there to take frames."""
        return self._sock is not None

    @property
    def pending(self) -> int:
        """Bytes that wait in this process."""
        return len(self._ring)

    @property
    def filled(self) -> float:
        """The part of the room that is taken, 0 to 1."""
        return (len(self._ring) + self.reserved) / self._limit

    def room_for(self, size: int) -> bool:
        """Return whether `size` more bytes stay within the limit."""
        return len(self._ring) + self.reserved + size <= self._limit

    def attach(self, sock: socket.socket) -> None:
        """Send to `sock` (non-blocking) from now on."""
        self._sock = sock

    def detach(self) -> None:
        """The engine is gone: forget what waited for it."""
        if self._sock is not None and self._watching:
            self._loop.remove_writer(self._sock)
        if self._timer is not None:
            self._timer.cancel()
        self._sock, self._timer, self._watching = None, None, False
        self._ring.clear()
        self.reserved = 0

    def put(self, kind: int, connection: int, data: bytes) -> bool:
        """Queue a frame of traffic; return False, and keep nothing, when it does not fit."""
        if self._sock is None or len(self._ring) + self.reserved + HEADER_SIZE + len(data) > self._limit:
            return False
        self._add(kind, connection, data)
        return True

    def control(self, kind: Kind, connection: int, data: bytes = b"") -> None:
        """Queue a control frame out of the room that its connection reserved."""
        if self._sock is not None:
            self._add(kind, connection, data)

    def _add(self, kind: int, connection: int, data: bytes) -> None:
        ring, size, at = self._ring, len(data), monotonic()
        if size > PACKED or not ring.pack(packed_frame(size), kind, connection, size, at, data):
            ring.write(header(kind, connection, size, at) + data)
        if self._watching:
            return
        if len(ring) >= BATCH:
            self._send()
        elif self._timer is None:
            self._timer = self._loop.call_later(FLUSH_SECONDS, self.flush)

    def flush(self) -> None:
        """Send what waits, as far as the socket takes it."""
        self._timer = None
        if not self._watching:
            self._send()

    def _send(self) -> None:
        sock, ring = self._sock, self._ring
        while ring and sock is not None:
            try:
                ring.drop(sock.send(ring.front()))
            except BlockingIOError:
                self._watch(sock)
                return
            except OSError:
                return  # the engine has gone; whoever reads from it sees that and detaches
        self._unwatch()

    def _watch(self, sock: socket.socket) -> None:
        if not self._watching:
            self._watching = True
            self._loop.add_writer(sock, self._send)

    def _unwatch(self) -> None:
        if self._watching and self._sock is not None:
            self._loop.remove_writer(self._sock)
        self._watching = False
