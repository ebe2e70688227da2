"""One HTTP/1 connection, read from a copy of its bytes: what went up and what came down become exchanges.

The reader is a spectator. It does not answer, cannot ask for anything again, and may have missed things, so it follows two
rules. *Answers belong to requests by order alone*: each answer goes to the oldest request without one, interim answers (1xx) to
nobody, and an answer may overtake the body of its request. *What cannot be read for certain is not read*: a head that does not
parse, a chunk that breaks, an answer nobody asked for end the reading of this connection; a wrong guess would go on inventing
rows.

After a `gap` the reader forgets what was under way and starts over: what follows has to be a request, and the first answer an
answer, else the connection stays unread. A gap between exchanges (that is how sampling looks) costs nothing.

Where HTTP/2 takes over, by its preface or by ``101`` and ``Upgrade: h2c``, the reading ends here with a `Handover`: what is
needed to read on.

Memory is bounded by ``max_body`` for the bodies of all requests that wait for an answer, the same for the answer under way, and
``MAX_HEAD`` for a head, whatever the peers send.
"""

from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple

from sidecar.exchange.body import Body, Keep, State, UntilCloseBody, body_of
from sidecar.exchange.heads import TUNNEL, AnswerHead, RequestHead, answer_head, length_of_answer, request_head
from sidecar.exchange.model import Event, Refusal
from sidecar.exchange.opening import ANSWER, REQUEST, Opening
from sidecar.exchange.waiting import Waiting
from sidecar.reasons import TapReason

MAX_OUTSTANDING: Final = 64
"""Requests of one connection that wait for their answers."""

PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\n"
"""What HTTP/2 begins with where both sides know that it will be; made to look like a head (RFC 9113, section 3.4)."""
MAX_GREETING: Final = 16 * 1024
"""Bytes of what a model says before its client said anything."""

_FIRST_OF_ANSWER = b"H"[0]
_SPOKE_FIRST = Refusal(TapReason.DESYNCHRONISED, "the model spoke first")


class Handover(NamedTuple):
    """What an HTTP/2 reader goes on from.

    Attributes
    ----------
    up, down
        Bytes that are HTTP/2 already.
    upgraded
        The request that offered the upgrade, whose answer will come as HTTP/2; None where there was a preface.
    """

    up: bytes
    down: bytes
    upgraded: Waiting | None


class Http1Reader:
    """Reads one tapped connection, without I/O and without a clock.

    Parameters
    ----------
    watches
        Says of a method and a path whether such an exchange is to be decoded, so that its bodies are kept.
    max_body
        Bytes of a body that are kept.

    Attributes
    ----------
    unread
        True once nothing on this connection can be read any more, so that no more of it need be copied.
    handover
        Set once the connection goes on as HTTP/2.
    """

    __slots__ = (
        "_answer",
        "_answer_head",
        "_at",
        "_confirming",
        "_download",
        "_events",
        "_fresh",
        "_greeting",
        "_held",
        "_max_body",
        "_outstanding",
        "_over",
        "_request",
        "_spoken_to",
        "_upload",
        "_watches",
        "handover",
        "unread",
    )

    def __init__(self, *, watches: Callable[[bytes, str], bool], max_body: int) -> None:
        self._watches = watches
        self._max_body = max_body
        self.unread = False
        self.handover: Handover | None = None
        self._over = False
        self._greeting = b""
        self._fresh = True
        self._spoken_to = False
        self._confirming = False
        self._events: list[Event] = []
        self._at = 0.0
        self._request, self._answer = Opening(REQUEST), Opening(ANSWER)
        self._answer_head = AnswerHead(0, {}, 0)
        self._upload: Body | None = None
        self._download: Body | None = None
        self._outstanding: deque[Waiting] = deque()
        self._held = 0

    @property
    def held(self) -> int:
        """Bytes that this reader keeps: of heads and bodies under way, and of requests that wait for their answers."""
        bodies = sum(body.keep.held for body in (self._upload, self._download) if body is not None)
        heads = self._request.held + self._answer.held + len(self._greeting)
        return bodies + heads + sum(waiting.held for waiting in self._outstanding)

    def up(self, data: bytes, at: float) -> list[Event]:
        """Read bytes that went from the client to the model."""
        self._at = at
        position, size = 0, len(data)
        while position < size and not self._over:
            if self._upload is None:
                position = self._read_request(data, position)
            else:
                position = self._upload.feed(data, position)
                self._check_upload(self._upload)
        return self._take_events()

    def down(self, data: bytes, at: float) -> list[Event]:
        """Read bytes that went from the model to the client."""
        self._at = at
        position, size = 0, len(data)
        while position < size and not self._over:
            if self._download is None:
                position = self._read_answer(data, position)
            else:
                position = self._download.feed(data, position)
                self._check_download(self._download)
        return self._take_events()

    def up_end(self, at: float) -> list[Event]:
        """Note that the client will send no more; answers may still come."""
        self._at = at
        if self._request.held:
            self._request.forget()
            self._events.append(Refusal(TapReason.INCOMPLETE, "the request ended in its head"))
        elif self._upload is not None:
            self._upload = None
            self._outstanding[-1].refuse(TapReason.INCOMPLETE)
            self._sent(self._outstanding[-1])
        return self._take_events()

    def down_end(self, at: float) -> list[Event]:
        """Note that the model will send no more, which is how some answers end, and that no exchange can begin any more."""
        self._at = at
        if isinstance(self._download, UntilCloseBody):
            self._answered(self._download.keep.value(), whole=not self._download.keep.overflowed)
        return self.close(at)

    def close(self, at: float) -> list[Event]:
        """Note that the connection is gone."""
        self._at = at
        self._abandon(TapReason.INCOMPLETE)
        self._over = True
        return self._take_events()

    def gap(self, reason: TapReason) -> list[Event]:
        """Note that bytes were left out here; what follows may begin a request."""
        self._abandon(reason)
        self._confirming = True
        self._spoken_to = False
        return self._take_events()

    def _take_events(self) -> list[Event]:
        events = self._events
        if not events:
            return []
        self._events = []
        return events

    def _read_request(self, data: bytes, position: int) -> int:
        raw, position = self._request.take(data, position, self._at)
        if raw:
            if raw == PREFACE and self._fresh and not self._confirming:
                return self._hand_over(Handover(data[position:], self._greeting, None), data)
            head = request_head(raw)
            if isinstance(head, RequestHead) and not self._spoken_to:
                self._fresh = False
                return self._begin(head, data, position)
            fault = head if isinstance(head, Refusal) else _SPOKE_FIRST
            self._lose_request(self._request.judge(raw) or fault.reason, fault.detail)
        elif self._request.fault is not None:
            self._lose_request(self._request.fault)
        return position

    def _begin(self, head: RequestHead, data: bytes, position: int) -> int:
        """Let a request wait for its answer, and take its body if all of it is here already."""
        waiting = Waiting(head, self._request.began, watched=self._watches(head.method, head.path))
        self._outstanding.append(waiting)
        if len(self._outstanding) > MAX_OUTSTANDING:
            self._lose(TapReason.TOO_MANY_PIPELINED)
            return position
        end = position + head.length
        if position <= end <= len(data) and (head.length <= self._max_body - self._held or not waiting.watched):
            waiting.sent = True
            if waiting.watched:
                waiting.body = data[position:end]
                self._held += head.length
            return end
        self._upload = body_of(head.length, Keep(self._max_body - self._held if waiting.watched else -1))
        return position

    def _check_upload(self, body: Body) -> None:
        if body.state is State.DONE:
            self._upload = None
            waiting = self._outstanding[-1]
            waiting.body = body.keep.value()
            self._held += len(waiting.body)
            if body.keep.overflowed:
                waiting.refuse(TapReason.BODY_TOO_LARGE)
            self._sent(waiting)
        elif body.state is State.BROKEN:
            self._lose(TapReason.BAD_HTTP, "a chunk of the request is broken")

    def _sent(self, waiting: Waiting) -> None:
        waiting.sent = True
        if waiting.answered:
            self._complete(waiting)

    def _read_answer(self, data: bytes, position: int) -> int:
        if not self._outstanding or self._outstanding[0].answered:
            return self._unasked(data, position)
        raw, position = self._answer.take(data, position, self._at)
        if raw:
            head = answer_head(raw)
            if isinstance(head, AnswerHead):
                self._confirming = False
                return self._begin_answer(self._outstanding[0], head, data, position)
            self._lose(self._answer.judge(raw) or head.reason, head.detail)
        elif self._answer.fault is not None:
            self._lose(self._answer.fault)
        return position

    def _unasked(self, data: bytes, position: int) -> int:
        """Take bytes that nobody asked for.

        An HTTP/2 server may speak first, so on a new connection it is left to the client's first bytes to say what this is.
        """
        known = len(self._greeting) + len(data) - position
        if self._fresh and known <= MAX_GREETING and (self._spoken_to or data[position] != _FIRST_OF_ANSWER):
            self._spoken_to = True
            self._greeting += data[position:]
            return len(data)
        self._lose(TapReason.DESYNCHRONISED, "an answer without a request")
        return position

    def _begin_answer(self, waiting: Waiting, head: AnswerHead, data: bytes, position: int) -> int:
        """Give an answer to the request it belongs to, and take its body if all of it is here already."""
        if head.status < 200:
            return self._upgrade(waiting, head, data, position) if head.status == 101 else position
        length = length_of_answer(head, waiting.head.method)
        if length == TUNNEL:
            self._lose(TapReason.UPGRADED)
            return position
        self._answer_head = head
        end = position + length
        if position <= end <= len(data) and length <= self._max_body:
            self._answered(data[position:end] if waiting.watched else b"")
            return end
        self._download = body_of(length, Keep(self._max_body if waiting.watched else -1))
        return position

    def _upgrade(self, waiting: Waiting, head: AnswerHead, data: bytes, position: int) -> int:
        """Go on as HTTP/2 if that is what both sides agreed on, and if nothing else is under way."""
        agreed = all(b"h2c" in one.headers.get(b"upgrade", b"").lower() for one in (waiting.head, head))
        if not agreed or not waiting.sent or len(self._outstanding) > 1 or self._request.held:
            self._lose(TapReason.UPGRADED)
            return position
        self._outstanding.clear()
        return self._hand_over(Handover(b"", data[position:], waiting), data)

    def _hand_over(self, handover: Handover, data: bytes) -> int:
        self.handover = handover
        self._over = True
        self._greeting = b""
        return len(data)

    def _check_download(self, body: Body) -> None:
        if body.state is State.DONE:
            self._answered(body.keep.value(), whole=not body.keep.overflowed)
        elif body.state is State.BROKEN:
            self._lose(TapReason.BAD_HTTP, "a chunk of the answer is broken")

    def _answered(self, body: bytes, *, whole: bool = True) -> None:
        self._download = None
        waiting = self._outstanding[0]
        waiting.answer(self._answer_head, body, self._at, whole=whole)
        if waiting.sent:
            self._complete(waiting)

    def _complete(self, waiting: Waiting) -> None:
        self._outstanding.popleft()
        self._held -= len(waiting.body)
        self._events += waiting.completed()

    def _lose_request(self, reason: TapReason, detail: str = "") -> None:
        """Give up because of something that should have been a request: it counts as one."""
        self._request.forget()
        reason = self._as_seen(reason)
        self._events.append(Refusal(reason, detail))
        self._abandon(reason)
        self.unread = self._over = True

    def _lose(self, reason: TapReason, detail: str = "") -> None:
        """Give up on this connection: everything under way is refused, and at least one refusal says why."""
        reason = self._as_seen(reason)
        before = len(self._events)
        self._abandon(reason)
        if len(self._events) == before:
            self._events.append(Refusal(reason, detail))
        self.unread = self._over = True

    def _as_seen(self, reason: TapReason) -> TapReason:
        """Name a fault by what it means here: another protocol, bad HTTP, or a boundary that was none."""
        if reason not in (TapReason.NOT_HTTP1, TapReason.BAD_HTTP):
            return reason
        if self._confirming:
            return TapReason.DESYNCHRONISED
        return reason if self._fresh else TapReason.BAD_HTTP

    def _abandon(self, reason: TapReason) -> None:
        for waiting in self._outstanding:
            self._events += waiting.abandoned(reason)
        if self._request.held:
            self._events.append(Refusal(reason))
        self._request.forget()
        self._answer.forget()
        self._upload = self._download = None
        self._outstanding.clear()
        self._held = 0
