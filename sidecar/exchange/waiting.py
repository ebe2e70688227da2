"""A request that waits: for the rest of its body, for its answer, or for the rest of that.

It ends in one of two ways. *Complete*, it becomes an exchange, with a refusal before it if its body had to be left out.
*Abandoned*, because bytes are missing or the connection is gone, it becomes a refusal; only if the answer was all there, and it
was the request that was cut short, the exchange is reported as well, for the figures of the model.
"""

from sidecar.exchange.heads import AnswerHead, RequestHead
from sidecar.exchange.model import Event, Exchange, Refusal
from sidecar.reasons import TapReason


class Waiting:
    """An exchange that is not complete.

    Attributes
    ----------
    sent, answered
        Whether the request is complete, and whether its answer is.
    refused
        Why its body was left out.
    """

    __slots__ = (
        "_answer",
        "_answer_body",
        "_answer_whole",
        "_ended",
        "answered",
        "began",
        "body",
        "head",
        "refused",
        "sent",
        "watched",
    )

    # Set when the answer is complete, and not before: this is made for every request.
    _answer: AnswerHead
    _answer_body: bytes
    _answer_whole: bool
    _ended: float

    def __init__(self, head: RequestHead, began: float, *, watched: bool) -> None:
        self.head = head
        self.began = began
        self.watched = watched
        self.body = b""
        self.sent = False
        self.answered = False
        self.refused: Refusal | None = None

    @property
    def held(self) -> int:
        """Bytes that wait with this request: its body, and what its head had to say."""
        head = self.head
        return len(self.body) + len(head.target) + sum(map(len, head.headers)) + sum(map(len, head.headers.values()))

    def answer(self, head: AnswerHead, body: bytes, ended: float, *, whole: bool) -> None:
        """Take the complete answer."""
        self._answer = head
        self._answer_body = body
        self._ended = ended
        self._answer_whole = whole
        self.answered = True

    def refuse(self, reason: TapReason) -> None:
        """Leave the bodies out when this completes, and say why; a request that nobody watches has none to leave out."""
        if self.watched:
            self.refused = Refusal(reason)
            self.watched = False
        self.body = b""

    def completed(self) -> list[Event]:
        """Return what this exchange has become, both of its sides being complete."""
        request, answer = self.head, self._answer
        exchange = Exchange(
            request.method,
            request.target,
            request.path,
            request.headers,
            self.body,
            answer.status,
            answer.headers,
            self._answer_body if self.watched else b"",
            self.began,
            self._ended,
            self.watched,
            self._answer_whole,
        )
        return [exchange] if self.refused is None else [self.refused, exchange]

    def abandoned(self, reason: TapReason) -> list[Event]:
        """Return what is left of this exchange if nothing more of it will be seen."""
        if not self.answered:
            return [Refusal(reason)]
        self.refuse(reason)
        return self.completed()
