"""The engine's end of the socket pair, in the test's hands: what the tap sent, read with the decoder that the engine uses."""

import asyncio
import socket
from collections import defaultdict
from contextlib import suppress

from sidecar.frames import Frame, FrameDecoder, Kind
from sidecar.relay.figures import Figures
from sidecar.relay.outbox import Outbox
from sidecar.relay.tee import Tap


class EngineEnd:
    """An outbox, a tap on it, and a socket pair; the loop turns only when a test says so.

    Parameters
    ----------
    limit
        Of the outbox, in bytes.
    max_body
        Of the tap.
    """

    def __init__(self, limit: int = 1 << 24, *, max_body: int = 1 << 23) -> None:
        self.loop = asyncio.new_event_loop()
        self.outbox = Outbox(limit, self.loop)
        self.figures = Figures()
        self.tap = Tap(self.outbox, self.figures, max_body=max_body)
        self.attach()

    def attach(self) -> None:
        """A new engine: nothing of what was sent to the one before reaches it."""
        self.near, self.far = socket.socketpair()
        self.near.setblocking(False)
        self.far.setblocking(False)
        self._decoder = FrameDecoder()
        self.outbox.attach(self.near)

    def lose(self) -> None:
        """The engine died."""
        self.tap.engine_lost()
        self.near.close()
        self.far.close()

    def close(self) -> None:
        """Give everything back."""
        self.lose()
        self.loop.close()

    def turn(self) -> None:
        """Let the loop turn once."""
        self.loop.call_soon(self.loop.stop)
        self.loop.run_forever()

    def received(self) -> bytes:
        """Take every byte that is there, as often as there is another one."""
        taken = []
        self.outbox.flush()
        with suppress(BlockingIOError):
            while True:
                taken.append(self.far.recv(1 << 16))
                self.turn()
        return b"".join(taken)

    def frames(self) -> list[Frame]:
        """Take every frame that is there."""
        return self._decoder.feed(self.received())

    def told(self) -> list[tuple[Kind, bytes]]:
        """Take every frame that is there; return kinds and payloads."""
        return [(Kind(frame.kind), frame.payload) for frame in self.frames()]

    @property
    def held(self) -> int:
        """Bytes that count against the limit: what waits, and what is set aside."""
        return self.outbox.pending + self.outbox.reserved


def by_connection(frames: list[Frame]) -> dict[int, list[Frame]]:
    """Return the frames of each connection, in order."""
    found: dict[int, list[Frame]] = defaultdict(list)
    for frame in frames:
        found[frame.connection].append(frame)
    return found
