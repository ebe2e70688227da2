"""One stream: a request and its answer, or the turns of a conversation.

Nearly every stream is one exchange, complete when both sides have ended. A gRPC stream may stay open for days, with a message
here and a message there. Such a stream is cut into *portions*: when a message of the answer is complete while the client goes
on, whatever was asked and answered since the last cut is an exchange. Its status is 200, for nothing else was said by then.
"""

from types import MappingProxyType
from typing import Final

from sidecar.exchange.body import Keep
from sidecar.exchange.heads import AnswerHead
from sidecar.exchange.http2.frames import Data
from sidecar.exchange.http2.grpc import Boundaries, is_grpc, judged
from sidecar.exchange.model import Event, Headers
from sidecar.exchange.waiting import Waiting
from sidecar.reasons import TapReason

_NOTHING: Final = -1
_FAILED: Final = 400


class Side:
    """The body of one direction.

    Attributes
    ----------
    keep
        What is kept of it.
    cut
        In gRPC, bytes in `keep` up to the end of the last message that is complete.
    """

    __slots__ = ("_boundaries", "_room", "cut", "keep")

    def __init__(self, room: int, *, messages: bool) -> None:
        self._room = room
        self._boundaries = Boundaries() if messages else None
        self.keep = Keep(room)
        self.cut = 0

    @property
    def pending(self) -> bool:
        """Whether there is a message that no portion had."""
        return self.cut > 0 or self.keep.overflowed

    @property
    def between(self) -> bool:
        """Whether a message has ended and no other begun."""
        return self._boundaries is not None and not self._boundaries.inside

    def add(self, piece: bytes, position: int, room: int) -> int:
        """Take a piece of the body from a position on, as far as the next end of a message; return where that is."""
        end = len(piece) if self._boundaries is None else self._boundaries.next(piece, position)
        if end - position > room and self._room >= 0:
            self.keep.overflow()
        self.keep.add(piece, position, end)
        if self.between:
            self.cut = self.keep.held
        return end

    def take(self) -> tuple[bytes, bool]:
        """Return the messages that are complete, and whether they could be kept; go on with what is behind them."""
        keep, cut = self.keep, self.cut
        self.keep, self.cut = Keep(self._room), 0
        if keep.overflowed:
            if not self.between:
                self.keep.overflow()
            return b"", False
        value = keep.value()
        self.keep.add(value, cut, len(value))
        return value[:cut], True


class Stream:
    """A stream that is under way.

    Attributes
    ----------
    waiting
        The request, or what is left of it behind the portions, until both sides are complete.
    up, down
        Both bodies.
    answer
        The head of the answer, once it has come.
    size
        Bytes of the head of the request.
    """

    __slots__ = ("_portions", "answer", "down", "grpc", "size", "up", "waiting")

    def __init__(self, waiting: Waiting, room: int) -> None:
        self.waiting = waiting
        self.size = waiting.held
        self.grpc = is_grpc(waiting.head.headers)
        room = room if waiting.watched else _NOTHING
        self.up = Side(room, messages=self.grpc and waiting.watched)
        self.down = Side(room, messages=self.grpc and waiting.watched)
        self.answer: AnswerHead | None = None
        self._portions = 0

    @property
    def held(self) -> int:
        """Bytes that are kept of both bodies."""
        return self.up.keep.held + self.down.keep.held

    @property
    def over(self) -> bool:
        """Whether both sides are complete."""
        return self.waiting.sent and self.waiting.answered

    def end_request(self) -> None:
        """Note that the request is complete."""
        self.waiting.sent = True
        self.waiting.body = self.up.keep.value()
        if self.up.keep.overflowed:
            self.waiting.refuse(TapReason.BODY_TOO_LARGE)

    def end_answer(self, head: AnswerHead, at: float, trailers: Headers) -> None:
        """Note that the answer is complete."""
        if trailers:
            head = head._replace(headers=MappingProxyType({**head.headers, **trailers}))
        self.answer = judged(head) if self.grpc else head
        keep = self.down.keep
        self.waiting.answer(self.answer, keep.value(), at, whole=not keep.overflowed)

    def completed(self) -> list[Event]:
        """Return what the stream has become; what its portions said is not said again."""
        if self._portions and not self.up.pending:
            if self.answer is None or self.answer.status < _FAILED:
                return []
            self.waiting.watched = False
        return self.waiting.completed()

    def abandoned(self, reason: TapReason) -> list[Event]:
        """Return what is left of the stream if nothing more of it will be seen."""
        if self._portions and not self.up.pending:
            return self.completed() if self.waiting.answered else []
        return self.waiting.abandoned(reason)

    def add(self, data: Data, at: float, room: int, *, up: bool) -> list[Event]:
        """Take a piece of a body, and cut off the portions that it completes; the end of the stream is no portion.

        What there is no `room` for any more is let go, message by message, so that it does not matter how the bytes were cut.
        """
        side, position, piece, room = self.up if up else self.down, 0, data.piece, room + self.held
        events: list[Event] = []
        while position < len(piece):
            position = side.add(piece, position, room - self.held)
            if not up and side.between and not (data.ends and position == len(piece)):
                events += self._portion(at)
        return events

    def _portion(self, at: float) -> list[Event]:
        """Return what was asked and answered in a gRPC stream that goes on; nothing if that is not how it is."""
        if self.answer is None or self.waiting.sent or not self.up.pending:
            return []
        turn = Waiting(self.waiting.head, self.waiting.began, watched=True)
        turn.body, whole = self.up.take()
        if not whole:
            turn.refuse(TapReason.BODY_TOO_LARGE)
        answer, whole = self.down.take()
        turn.answer(self.answer, answer, at, whole=whole)
        self._portions += 1
        self.waiting.began = at
        return turn.completed()
