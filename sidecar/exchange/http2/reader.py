"""One HTTP/2 connection, read from a copy of its bytes: what went up and what came down become exchanges.

Libraries that speak HTTP/2 are one end of a connection and decide what may happen on it. This reader is a spectator: it has to
follow both ends, whatever they agreed on, and never says a word. So libraries do the parts that are the same for both, frames
(hyperframe) and header blocks (hpack), and the state of the streams is kept here, as much of it as exchanges need. Windows and
priorities are not among that; a reset, a goodbye and a size of a table are.

Nothing can be left out of an HTTP/2 connection: a header block that was missed makes every later one unreadable. After a gap,
and after anything that is not understood, the connection is unread. A single stream that cannot be understood, or is one too
many, is passed over, and the others go on.

Memory is bounded for all streams together: bodies by twice ``max_body``, heads by `MAX_HEADS`, streams by `MAX_STREAMS`. A body
that does not fit any more is let go, the exchange remains for the figures.
"""

from base64 import urlsafe_b64decode
from collections.abc import Callable
from types import MappingProxyType
from typing import Final

from hyperframe.exceptions import HyperframeError
from hyperframe.frame import GoAwayFrame, RstStreamFrame, SettingsFrame

from sidecar.exchange.http1 import PREFACE, Handover
from sidecar.exchange.http2.fields import BlockDecoder, Fields, answer_of, request_of, trailers_of
from sidecar.exchange.http2.frames import REST_OF_PREFACE, Block, Data, FrameReader, Part
from sidecar.exchange.http2.stream import Stream
from sidecar.exchange.model import Event, Headers, Refusal
from sidecar.exchange.waiting import Waiting
from sidecar.reasons import TapReason

MAX_STREAMS: Final = 1024
"""Streams of one connection that are followed at the same time."""
MAX_HEADS: Final = 1024 * 1024
"""Bytes of the heads of these."""

_NONE: Headers = MappingProxyType({})


class Http2Reader:
    """Reads one connection, without I/O and without a clock.

    Parameters
    ----------
    watches
        Says of a method and a path whether such an exchange is to be decoded, so that its bodies are kept.
    max_body
        Bytes of a body that are kept.
    upgraded
        The HTTP/1 request that the first answer is for; None if the connection began with the preface of HTTP/2.

    Attributes
    ----------
    unread
        True once nothing on this connection can be read any more, so that no more of it need be copied.
    """

    __slots__ = (
        "_at",
        "_blocks",
        "_bodies",
        "_events",
        "_frames",
        "_heads",
        "_last",
        "_max_body",
        "_over",
        "_streams",
        "_watches",
        "unread",
    )

    handover: Handover | None = None

    def __init__(self, *, watches: Callable[[bytes, str], bool], max_body: int, upgraded: Waiting | None) -> None:
        self._watches = watches
        self._max_body = max_body
        self.unread = self._over = False
        self._at = 0.0
        self._events: list[Event] = []
        self._streams: dict[int, Stream] = {}
        self._last = 0
        self._bodies = self._heads = 0
        self._frames = {
            True: FrameReader(REST_OF_PREFACE if upgraded is None else PREFACE + REST_OF_PREFACE),
            False: FrameReader(),
        }
        self._blocks = {True: BlockDecoder(), False: BlockDecoder()}
        if upgraded is not None:
            self._upgrade(upgraded)

    @property
    def held(self) -> int:
        """Bytes that this reader keeps: heads and bodies, parts of frames, and tables of header fields."""
        parts = sum(frames.held for frames in self._frames.values())
        return self._bodies + self._heads + parts + sum(blocks.held for blocks in self._blocks.values())

    def up(self, data: bytes, at: float) -> list[Event]:
        """Read bytes that went from the client to the model."""
        return self._read(data, at, up=True)

    def down(self, data: bytes, at: float) -> list[Event]:
        """Read bytes that went from the model to the client."""
        return self._read(data, at, up=False)

    def up_end(self, at: float) -> list[Event]:
        """Note that the client will send no more; answers may still come."""
        self._at = at
        for number, stream in list(self._streams.items()):
            if not stream.waiting.sent:
                stream.end_request()
                stream.waiting.refuse(TapReason.INCOMPLETE)
                self._settle(number, stream)
        return self._take_events()

    def down_end(self, at: float) -> list[Event]:
        """Note that the model will send no more."""
        return self.close(at)

    def close(self, at: float) -> list[Event]:
        """Note that the connection is gone."""
        self._abandon(TapReason.INCOMPLETE)
        self._over = True
        return self._take_events()

    def gap(self, reason: TapReason) -> list[Event]:
        """Note that bytes were left out here, behind which nothing can be read."""
        if not self._over:
            self._lose(Refusal(reason))
        return self._take_events()

    def _read(self, data: bytes, at: float, *, up: bool) -> list[Event]:
        self._at = at
        if not self._over:
            for part in self._frames[up].feed(data):
                self._take(part, up=up)
                if self._over:
                    break
        return self._take_events()

    def _take_events(self) -> list[Event]:
        events = self._events
        if not events:
            return []
        self._events = []
        return events

    def _take(self, part: Part, *, up: bool) -> None:
        """Take one part of a direction; bodies first, for they are the most."""
        if isinstance(part, Data):
            self._body(part, up=up)
        elif isinstance(part, Block):
            self._block(part, up=up)
        elif isinstance(part, SettingsFrame):
            self._blocks[not up].allow(part.settings.get(SettingsFrame.HEADER_TABLE_SIZE, 0))
        elif isinstance(part, RstStreamFrame):
            self._drop(part.stream_id, TapReason.INCOMPLETE)
        elif isinstance(part, GoAwayFrame):
            self._say_goodbye(part, up=up)
        else:
            self._lose(part)

    def _block(self, block: Block, *, up: bool) -> None:
        """Take a header block: it must be decoded whatever it is for, or the next one cannot be."""
        fields = self._blocks[up].decode(block.fields)
        if isinstance(fields, Refusal):
            self._lose(fields)
        elif block.promise or (not up and block.stream % 2 == 0):
            return
        elif block.stream in self._streams:
            stream = self._streams[block.stream]
            if up:
                self._ended(block, stream, _NONE, up=True)
            elif stream.answer is None:
                self._begin_answer(block, stream, fields)
            else:
                self._ended(block, stream, trailers_of(fields), up=False)
        elif block.stream > self._last:
            self._begin(block, fields, up=up)

    def _begin(self, block: Block, fields: Fields, *, up: bool) -> None:
        """Take the head of a new stream, which only clients open."""
        if not up or block.stream % 2 == 0:
            self._lose(Refusal(TapReason.DESYNCHRONISED, "HTTP/2: an answer without a request"))
            return
        self._last = block.stream
        head = request_of(fields)
        if isinstance(head, Refusal):
            self._events.append(head)
            return
        watched = self._watches(head.method, head.path) and head.method != b"CONNECT"
        stream = self._follow(block.stream, Waiting(head, self._at, watched=watched))
        if stream is not None and block.ends:
            stream.end_request()

    def _follow(self, number: int, waiting: Waiting) -> Stream | None:
        """Follow a stream, if there is room for it."""
        size = waiting.held
        if len(self._streams) >= MAX_STREAMS or self._heads + size > MAX_HEADS:
            self._events.append(Refusal(TapReason.TOO_MANY_PIPELINED))
            return None
        self._heads += size
        stream = self._streams[number] = Stream(waiting, self._max_body)
        return stream

    def _begin_answer(self, block: Block, stream: Stream, fields: Fields) -> None:
        """Take the head of an answer, or an interim answer, which belongs to nobody."""
        head = answer_of(fields)
        if isinstance(head, Refusal):
            self._events.append(head)
            self._forget(block.stream, stream)
        elif head.status >= 200 or block.ends:
            stream.answer = head
            self._ended(block, stream, _NONE, up=False)

    def _body(self, data: Data, *, up: bool) -> None:
        """Take a piece of a body; what does not fit any more is let go."""
        stream = self._streams.get(data.stream)
        if stream is None:
            return
        if data.piece and not (stream.waiting.sent if up else stream.waiting.answered):
            before = stream.held
            self._events += stream.add(data, self._at, 2 * self._max_body - self._bodies, up=up)
            self._bodies += stream.held - before
        self._ended(data, stream, _NONE, up=up)

    def _ended(self, part: Block | Data, stream: Stream, trailers: Headers, *, up: bool) -> None:
        """Note that a side of a stream is complete, if this part says so."""
        if not part.ends:
            return
        if up and not stream.waiting.sent:
            stream.end_request()
        elif not up and stream.answer is not None and not stream.waiting.answered:
            stream.end_answer(stream.answer, self._at, trailers)
        self._settle(part.stream, stream)

    def _settle(self, number: int, stream: Stream) -> None:
        if stream.over:
            self._forget(number, stream)
            self._events += stream.completed()

    def _drop(self, number: int, reason: TapReason) -> None:
        """Let go of a stream that will not be complete."""
        stream = self._streams.get(number)
        if stream is not None:
            self._forget(number, stream)
            self._events += stream.abandoned(reason)

    def _forget(self, number: int, stream: Stream) -> None:
        del self._streams[number]
        self._bodies -= stream.held
        self._heads -= stream.size

    def _say_goodbye(self, frame: GoAwayFrame, *, up: bool) -> None:
        """Let go of the requests that the model says it will not look at."""
        if not up:
            for number in [number for number in self._streams if number > frame.last_stream_id]:
                self._drop(number, TapReason.INCOMPLETE)

    def _upgrade(self, waiting: Waiting) -> None:
        """Begin with the request that HTTP/1 brought; its settings came in a field."""
        self._last = 1
        stream = self._follow(1, waiting)
        if stream is not None:
            stream.add(Data(1, waiting.body, ends=True), self._at, self._max_body, up=True)
            self._bodies += stream.held
        frame = SettingsFrame()
        try:
            text = waiting.head.headers.get(b"http2-settings", b"")
            frame.parse_body(memoryview(urlsafe_b64decode(text + b"=" * (-len(text) % 4))))
        except (HyperframeError, ValueError):
            return
        self._take(frame, up=True)

    def _lose(self, refusal: Refusal) -> None:
        """Give up on this connection: everything under way is refused, and at least one refusal says why."""
        before = len(self._events)
        self._abandon(refusal.reason)
        if len(self._events) == before:
            self._events.append(refusal)
        self.unread = self._over = True

    def _abandon(self, reason: TapReason) -> None:
        for number in list(self._streams):
            self._drop(number, reason)
        self._frames = {True: FrameReader(), False: FrameReader()}
