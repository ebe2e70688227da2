"""One connection, whichever version of HTTP is on it.

A connection begins as HTTP/1, because the preface of HTTP/2 and the offer to upgrade to it were both made to be read as such.
When either takes effect, the reader of HTTP/2 goes on, from the byte where the other one stopped. It is imported then, and not
before: most models never see HTTP/2, and its libraries are not free.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from sidecar.exchange.http1 import Handover, Http1Reader
from sidecar.exchange.model import Event
from sidecar.reasons import TapReason

if TYPE_CHECKING:
    from sidecar.exchange.http2 import Http2Reader


class ConnectionReader:
    """Reads one tapped connection, without I/O and without a clock.

    Parameters
    ----------
    watches
        Says of a method and a path whether such an exchange is to be decoded, so that its bodies are kept.
    max_body
        Bytes of a body that are kept.
    """

    __slots__ = ("_max_body", "_reader", "_watches")

    def __init__(self, *, watches: Callable[[bytes, str], bool], max_body: int) -> None:
        self._watches = watches
        self._max_body = max_body
        self._reader: Http1Reader | Http2Reader = Http1Reader(watches=watches, max_body=max_body)

    @property
    def unread(self) -> bool:
        """True once nothing on this connection can be read any more, so that no more of it need be copied."""
        return self._reader.unread

    @property
    def held(self) -> int:
        """Bytes that are kept of this connection."""
        return self._reader.held

    def up(self, data: bytes, at: float) -> list[Event]:
        """Read bytes that went from the client to the model."""
        reader = self._reader
        events = reader.up(data, at)
        return events if reader.handover is None else events + self._go_on(reader.handover, at)

    def down(self, data: bytes, at: float) -> list[Event]:
        """Read bytes that went from the model to the client."""
        reader = self._reader
        events = reader.down(data, at)
        return events if reader.handover is None else events + self._go_on(reader.handover, at)

    def up_end(self, at: float) -> list[Event]:
        """Note that the client will send no more; answers may still come."""
        return self._reader.up_end(at)

    def down_end(self, at: float) -> list[Event]:
        """Note that the model will send no more, which is how some answers end, and that no exchange can begin any more."""
        return self._reader.down_end(at)

    def close(self, at: float) -> list[Event]:
        """Note that the connection is gone."""
        return self._reader.close(at)

    def gap(self, reason: TapReason) -> list[Event]:
        """Note that bytes were left out here; what follows may begin a request."""
        return self._reader.gap(reason)

    def _go_on(self, handover: Handover, at: float) -> list[Event]:
        from sidecar.exchange.http2 import Http2Reader

        reader = self._reader = Http2Reader(watches=self._watches, max_body=self._max_body, upgraded=handover.upgraded)
        # What the model said before its client is older.
        return reader.down(handover.down, at) + reader.up(handover.up, at)
