"""The splice: one client connection joined with its one upstream connection.

Whatever one side receives, the other side sends; nothing is looked at, kept or added. The rest of this module is about how
connections end and how they wait, because that is where a relay usually shows:

* *Backpressure.* As long as the peer's kernel has not taken everything, nothing more is read on this side, and the kernels'
  own flow control does the rest. There is no high-water mark to fill up first: what was read is kept whole until its last
  byte is sent, so a mark would not bound memory, and cost a second read. A reader that never reads costs one read of at
  most `READ_SIZE`. (A buffered protocol would make that read smaller, and every exchange a tenth dearer.)
* *Half-close.* "I am done sending" passes as just that; the other direction goes on (RFC 9293, 3.6: the side that closes
  may go on to receive until the other one has closed too).
* *Reset.* A connection that ends with an error ends its peer with a reset, after what was already received is delivered.
"""

import asyncio
from collections.abc import Callable
from typing import cast

from sidecar.relay.farewell import Farewell
from sidecar.relay.figures import Figures
from sidecar.relay.sockets import end_with_next_bytes, reset_on_close
from sidecar.relay.tee import Tee

READ_SIZE = 256_000
"""What uvloop reads at most at once."""


class Side(asyncio.Protocol):
    """One end of a splice; `peer` is the other one, once `join` has introduced them.

    What arrives before that (a model that speaks first) is held, and reading stops, so at most one read is held.
    """

    __slots__ = ("_count", "_held", "ended", "failure", "gone", "peer", "send", "tee", "transport")
    transport: asyncio.Transport

    def __init__(self, figures: Figures, tee: Tee | None) -> None:
        self._count = figures
        self._held: list[bytes] = []
        self.tee = tee
        self.peer: Side | None = None
        self.send: Callable[[bytes], None] = self._hold
        self.ended = False
        self.gone = False
        self.failure: Exception | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the transport, and want to know of every byte that it could not send at once."""
        self.transport = cast("asyncio.Transport", transport)
        self.transport.set_write_buffer_limits(high=0)

    def pause_writing(self) -> None:
        """This side's reader is slow: stop reading from the peer."""
        if self.peer is not None and not self.peer.transport.is_closing():
            self.peer.transport.pause_reading()

    def resume_writing(self) -> None:
        """This side took what it had to: read from the peer again."""
        if self.peer is not None and not self.peer.transport.is_closing():
            self.peer.transport.resume_reading()

    def eof_received(self) -> bool:
        """Pass the half-close on; when both directions have ended, the splice is over."""
        self.ended = True
        self._copy_end()
        return self.peer is None or self.pass_end_on()

    def pass_end_on(self) -> bool:
        """End the peer's direction; return whether this side must stay open for what still comes back."""
        peer = self.peer
        if peer is None or peer.transport.is_closing():
            return False
        peer.transport.write_eof()
        if not peer.ended:
            return True
        peer.transport.close()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """End the peer as this side ended: a reset by a reset, an end by an end."""
        self.gone, self.failure, self.send = True, exc, _nowhere
        if exc is not None:
            self._count.resets_total += 1
        peer, self.peer = self.peer, None
        if peer is not None:
            peer.end_like(self)

    def end_like(self, other: "Side") -> None:
        """Close this side as `other` was closed, after what it still has to send."""
        if other.failure is not None:
            reset_on_close(self.transport)
        self.transport.close()

    def joined(self, peer: "Side") -> None:
        """Send to `peer` from now on."""
        self.peer = peer
        self.send = peer.transport.write

    def catch_up(self) -> None:
        """Pass on what was held, and the end if it came; reading resumes first, for the peer may want it paused again."""
        held, self._held = self._held, []
        if held:
            self.transport.resume_reading()
        for data in held:
            self.send(data)
        if self.ended and not self.pass_end_on():
            self.transport.close()

    def _hold(self, data: bytes) -> None:
        self._held.append(data)
        self.transport.pause_reading()

    def _copy_end(self) -> None:
        """Tell the tee that this side sends no more."""


class ClientSide(Side):
    """Receives what the client sends.

    Attributes
    ----------
    waiting
        The client spoke last: an answer is due.
    moved
        Bytes have passed since the last look.
    still
        Looks in a row that found nothing moved, nothing on its way and no answer due.
    farewell
        Once the relay has to go: finds the end of an answer, behind which the connection is closed.
    """

    __slots__ = ("_closed", "farewell", "moved", "still", "waiting")

    def __init__(self, figures: Figures, tee: Tee | None, closed: Callable[["ClientSide"], None]) -> None:
        super().__init__(figures, tee)
        self._closed = closed
        self.waiting = self.moved = False
        self.still = 0
        self.farewell: Farewell | None = None

    def data_received(self, data: bytes) -> None:
        """Pass bytes to the model, then offer a copy."""
        self.send(data)
        self.waiting = self.moved = True
        self._count.bytes_up_total += len(data)
        if self.tee is not None:
            self.tee.up(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Count the connection out, whichever side ended it."""
        super().connection_lost(exc)
        if self.tee is not None:
            self.tee.close()
        self._closed(self)

    def look(self) -> None:
        """See whether anything has moved since the last look."""
        busy = self.moved or self.waiting or self.transport.get_write_buffer_size() or (self.farewell and self.farewell.due)
        self.still = 0 if busy else self.still + 1
        self.moved = False

    def leave(self) -> None:
        """Close behind the next answer that is whole."""
        self.farewell = self.farewell or Farewell()

    def _copy_end(self) -> None:
        if self.tee is not None:
            self.tee.up_end()


class ModelSide(Side):
    """Receives what the model answers to `client`."""

    __slots__ = ("client",)

    def __init__(self, figures: Figures, tee: Tee | None, client: ClientSide) -> None:
        super().__init__(figures, tee)
        self.client = client

    def data_received(self, data: bytes) -> None:
        """Pass bytes to the client, then offer a copy."""
        client = self.client
        leaves = client.farewell is not None and client.farewell.ends(data)
        if leaves:
            end_with_next_bytes(client.transport)
        self.send(data)
        if leaves:
            client.transport.close()
        client.waiting, client.moved = False, True
        self._count.bytes_down_total += len(data)
        if self.tee is not None:
            self.tee.down(data)

    def _copy_end(self) -> None:
        if self.tee is not None:
            self.tee.down_end()


def join(client: ClientSide, model: ModelSide) -> None:
    """Let the two sides of a splice send to each other, or end both when one is gone already."""
    if model.gone:
        client.end_like(model)
    elif client.gone:
        model.end_like(client)
    else:
        client.joined(model)
        model.joined(client)
        client.catch_up()
        model.catch_up()


def _nowhere(data: bytes) -> None:
    """Take bytes that arrive while the connection is being torn down."""
