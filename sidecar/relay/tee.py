"""The tee: which exchanges are copied, decided before their first byte.

The relay does not parse HTTP, so it goes by turns: bytes towards the model that follow bytes from the model may begin an
exchange. The decision whether to copy is made there and holds until the next such place, so a large body is not lost more
often than a small one, and what is copied is whole. Where the guess is wrong (pipelining, early answers, duplex streams)
the engine's parser notices: after a `GAP` it reads on only from a boundary that it confirms.

Two places are known to look like the beginning of an exchange and not to be one. An interim answer (``100 Continue``) is
no answer, so it does not end the turn. And a connection that opens with the HTTP/2 preface carries many exchanges at once,
so it is copied whole or not at all; its server may speak before the client does, so what a model says first is kept until
the client has shown which protocol this is. The preface also comes behind ``101 Switching Protocols``, where HTTP/2 takes over.
"""

from random import random

from sidecar.frames import HEADER_SIZE, Kind
from sidecar.reasons import TapReason
from sidecar.relay.figures import Figures
from sidecar.relay.outbox import RESERVE, Outbox

_UP, _DOWN = int(Kind.UP), int(Kind.DOWN)
_HTTP2_PREFACE = b"PRI * HTTP/2.0\r\n"
_HTTP2_METHOD = b"PRI"
_INTERIM = b"HTTP/1.1 1"
_SWITCH = b"HTTP/1.1 101"
_HEAD_ALLOWANCE = 1 << 17
LONGEST_GREETING = 1 << 12
# Room for OPEN or GAP with its reason, for the greeting's and the first bytes' headers, and for the ends to come.
_ANNOUNCEMENT = 3 * HEADER_SIZE + max(map(len, TapReason)) + RESERVE


class Tap:
    """What all tees share: the outbox, the figures, the sampling share, and who they are.

    Parameters
    ----------
    max_body
        Bytes of one direction of one exchange that are copied at most (heads have an allowance of their own).
    """

    __slots__ = ("figures", "max_turn", "outbox", "share", "tees")

    def __init__(self, outbox: Outbox, figures: Figures, *, max_body: int) -> None:
        self.outbox = outbox
        self.figures = figures
        self.max_turn = max_body + _HEAD_ALLOWANCE
        self.share = 1.0
        self.tees: dict[int, Tee] = {}

    def open(self, connection: int) -> "Tee":
        """Return the tee of a new client connection."""
        tee = self.tees[connection] = Tee(self, connection)
        return tee

    def engine_lost(self) -> None:
        """Stop every copy: a new engine knows none of the connections, and has not yet judged what it can afford."""
        self.outbox.detach()
        self.figures.tap_connections = 0
        self.share = self.figures.sampled_share = 1.0
        for tee in self.tees.values():
            tee.engine_lost()


class Tee:
    """The copy of one connection.

    Attributes
    ----------
    _turn_over
        The model has answered since the client last spoke: the next bytes from the client may begin an exchange.
    _copying
        The exchange under way is being copied.
    _left_out
        Why bytes before this point were not copied, or None.
    _greeting
        What the model said before the client said anything.
    _known
        The engine has been told of this connection.
    _reserved
        Bytes of the outbox that are set aside for the control frames that are still to come.
    """

    __slots__ = (
        "_connection",
        "_copied_down",
        "_copied_up",
        "_copying",
        "_greeting",
        "_known",
        "_left_out",
        "_reserved",
        "_tap",
        "_turn_over",
        "_unread",
        "_whole",
    )

    def __init__(self, tap: Tap, connection: int) -> None:
        self._tap = tap
        self._connection = connection
        self._turn_over = True
        self._copying = False
        self._known = False
        self._unread = False
        self._whole = False
        self._left_out: TapReason | None = None
        self._copied_up = self._copied_down = 0
        self._reserved = 0
        self._greeting = b""

    def up(self, data: bytes) -> None:
        """Bytes went towards the model."""
        if self._turn_over:
            self._turn_over = False
            if not self._whole:
                self._begin(data)
        if self._copying:
            self._copied_up += len(data)
            if self._copied_up > self._tap.max_turn and not self._whole:
                self._drop(TapReason.BODY_TOO_LARGE)
            elif not self._tap.outbox.put(_UP, self._connection, data):
                self._drop(TapReason.OVERFLOW)

    def down(self, data: bytes) -> None:
        """Bytes went towards the client."""
        if not self._turn_over:
            self._turn_over = not _is_interim(data)
        if self._copying:
            self._copied_down += len(data)
            if self._copied_down > self._tap.max_turn and not self._whole:
                self._drop(TapReason.BODY_TOO_LARGE)
            elif not self._tap.outbox.put(_DOWN, self._connection, data):
                self._drop(TapReason.OVERFLOW)
        elif self._fresh:
            self._greet(data)

    def up_end(self) -> None:
        """The client will send no more."""
        if self._copying:
            self._control(Kind.UP_END)

    def down_end(self) -> None:
        """The model will send no more."""
        if self._copying:
            self._control(Kind.DOWN_END)

    def close(self) -> None:
        """The connection is gone."""
        self._tap.tees.pop(self._connection, None)
        self._copying = False
        self._forget()

    def unread(self) -> None:
        """The engine can read nothing on this connection: copy no more of it."""
        self._unread = True
        self._copying = False
        self._forget()

    def engine_lost(self) -> None:
        """The engine died: whatever was under way is lost, and the next one has not heard of this connection."""
        self._known, self._reserved = False, 0
        if self._copying:
            self._drop(TapReason.ENGINE_DOWN)

    @property
    def _fresh(self) -> bool:
        """Whether nothing of this connection was copied or left out so far."""
        return not (self._known or self._unread or self._left_out is not None)

    @property
    def _last_was_counted(self) -> bool:
        """Whether the last exchange was dropped here; one connection of HTTP/2 may carry many, which the engine counts."""
        return self._left_out not in (None, TapReason.SAMPLED_OUT) and not self._whole

    def _greet(self, data: bytes) -> None:
        """Keep what the model says first; a protocol in which it says much is none that the engine reads."""
        self._greeting += data
        if len(self._greeting) > LONGEST_GREETING:
            self._greeting = b""
            self.unread()

    def _begin(self, data: bytes) -> None:
        tap = self._tap
        tap.figures.exchanges += 1
        self._copied_up = self._copied_down = 0
        if self._unread:
            return
        first = self._fresh
        if tap.share < 1.0 and random() >= tap.share:  # noqa: S311 - a sample, not a secret
            self._skip(TapReason.SAMPLED_OUT)
            tap.figures.sampled_out += 1
        elif first or self._left_out is not None:
            self._resume(data)
        if _opens_http2(data):
            self._stay_whole()

    def _stay_whole(self) -> None:
        """An HTTP/2 connection has no turns: copy all of it, or none."""
        if self._copying:
            self._whole = True
        else:
            self.unread()

    def _resume(self, data: bytes) -> None:
        """Begin to copy, or begin again: announce the connection, or the gap, together with the first bytes."""
        outbox = self._tap.outbox
        if not outbox.connected:
            self._drop(TapReason.ENGINE_DOWN)
        elif not outbox.room_for(_ANNOUNCEMENT + len(self._greeting) + len(data)):
            self._drop(TapReason.OVERFLOW)
        else:
            self._announce()

    def _announce(self) -> None:
        outbox = self._tap.outbox
        if not self._known:
            self._reserved = RESERVE
            outbox.reserved += RESERVE
            self._tap.figures.tap_connections += 1
        if self._left_out is None:
            outbox.put(Kind.OPEN, self._connection, b"")
            if self._greeting:
                outbox.put(_DOWN, self._connection, self._greeting)
        else:
            outbox.put(Kind.GAP, self._connection, self._left_out.encode())
        self._known, self._copying, self._left_out, self._greeting = True, True, None, b""

    def _drop(self, reason: TapReason) -> None:
        self._skip(reason)
        self._tap.figures.dropped[reason] += 1
        if self._whole:
            self.unread()

    def _skip(self, reason: TapReason) -> None:
        self._copying = False
        self._left_out = self._left_out or reason  # the first one tells the engine what became of the exchange it was reading
        self._greeting = b""

    def _forget(self) -> None:
        """Tell the engine that the connection is over and give back the room that it did not need."""
        if self._known:
            self._known = False
            self._control(Kind.CUT if self._last_was_counted else Kind.CLOSE)
            self._tap.outbox.reserved -= self._reserved
            self._reserved = 0
            self._tap.figures.tap_connections -= 1

    def _control(self, kind: Kind) -> None:
        """Send a control frame out of the reserved room."""
        self._reserved -= HEADER_SIZE
        self._tap.outbox.reserved -= HEADER_SIZE
        self._tap.outbox.control(kind, self._connection)


def _is_interim(data: bytes) -> bool:
    """Return whether `data` is one interim answer and nothing behind it; behind 101 something else begins."""
    if not data.startswith(_INTERIM) or data.startswith(_SWITCH):
        return False
    return data.endswith(b"\r\n\r\n") and data.count(b"\r\n\r\n") == 1


def _opens_http2(data: bytes) -> bool:
    """Return whether `data` begins with as much of the preface as it has room for (``PRI`` at least: no other method is)."""
    return data.startswith(_HTTP2_METHOD) and _HTTP2_PREFACE.startswith(data[: len(_HTTP2_PREFACE)])
