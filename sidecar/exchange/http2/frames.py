"""One direction of a connection, cut into what its frames mean.

The library hyperframe reads frames, but wants each of them whole. Two things are therefore done here. The content of a DATA
frame is passed on as it comes, because a frame may have 16 MiB and bodies are bounded elsewhere. And HEADERS and PUSH_PROMISE
are put together with the CONTINUATION frames that have to follow them at once, so that a header block is one thing.

What a spectator has no use for (priorities, pings, windows, frames of unknown types) is passed over without being kept.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from hyperframe.exceptions import HyperframeError
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    Frame,
    GoAwayFrame,
    HeadersFrame,
    PushPromiseFrame,
    RstStreamFrame,
    SettingsFrame,
)

from sidecar.exchange.heads import MAX_HEAD
from sidecar.exchange.model import Refusal
from sidecar.reasons import TapReason

REST_OF_PREFACE: Final = b"SM\r\n\r\n"

_HEADER_SIZE: Final = 9
_MAX_PADDING: Final = 1 + 5 + 255
_TYPE: Final = 3
_KEPT = (HeadersFrame, PushPromiseFrame, ContinuationFrame, SettingsFrame, RstStreamFrame, GoAwayFrame)
_READ = frozenset(frame.type for frame in (DataFrame, *_KEPT))


class Data(NamedTuple):
    """A piece of a body; `ends` if the stream ends behind it."""

    stream: int
    piece: bytes
    ends: bool


class Block(NamedTuple):
    """A whole header block; a promise of the server is for nobody."""

    stream: int
    fields: bytes
    ends: bool
    promise: bool


Part = Data | Block | SettingsFrame | RstStreamFrame | GoAwayFrame | Refusal


def _broken(detail: str) -> Refusal:
    return Refusal(TapReason.BAD_HTTP, f"HTTP/2: {detail}")


class FrameReader:
    """Reads the frames of one direction.

    Parameters
    ----------
    preface
        Bytes that have to come before the first frame.
    """

    __slots__ = ("_block", "_content", "_frame", "_held", "_preface", "_settled", "_skipped", "_wanted")

    def __init__(self, preface: bytes = b"") -> None:
        self._preface = preface
        self._settled = False
        self._held = bytearray()
        self._wanted = len(preface) or _HEADER_SIZE
        self._frame: Frame | None = None
        self._content = self._skipped = 0
        self._block: Block | None = None

    @property
    def held(self) -> int:
        """Bytes of frames and header blocks that wait for their rest."""
        return len(self._held) + (len(self._block.fields) if self._block is not None else 0)

    def feed(self, data: bytes) -> Iterator[Part]:
        """Return what these bytes mean; nothing is to be asked for after a refusal."""
        position, size = 0, len(data)
        while position < size:
            start = position
            if self._content:
                position = min(start + self._content, size)
                self._content -= position - start
                yield self._data(data[start:position])
            elif self._skipped:
                position = min(start + self._skipped, size)
                self._skipped -= position - start
            elif not self._held and size - start >= self._wanted:
                position = start + self._wanted
                yield from self._complete(data[start:position])
            else:
                position = min(start + self._wanted - len(self._held), size)
                self._held += data[start:position]
                if len(self._held) == self._wanted:
                    held, self._held = bytes(self._held), bytearray()
                    yield from self._complete(held)

    def _data(self, piece: bytes) -> Data:
        """Return a piece of the content of the frame under way."""
        frame = self._frame
        assert frame is not None  # noqa: S101 -- there is content only inside of a frame
        ends = not self._content and "END_STREAM" in frame.flags
        if not self._content:
            self._frame = None
        return Data(frame.stream_id, piece, ends)

    def _complete(self, held: bytes) -> Iterator[Part]:
        """Take what was waited for: the preface, the header of a frame, or the rest of it."""
        self._wanted = _HEADER_SIZE
        if self._preface:
            if held != self._preface:
                yield _broken("no preface")
            self._preface = b""
        elif self._frame is not None:
            yield from self._end(self._frame, held)
        elif held[_TYPE] not in _READ and self._settled and self._block is None:
            self._skipped = int.from_bytes(held[:_TYPE], "big")
        else:
            yield from self._begin(held)

    def _begin(self, header: bytes) -> Iterator[Part]:
        """Take the header of a frame."""
        try:
            frame, length = Frame.parse_frame_header(memoryview(header))
        except HyperframeError as error:
            yield _broken(str(error))
            return
        fault = self._fault(frame, length)
        if fault is not None:
            yield fault
        elif isinstance(frame, DataFrame):
            yield from self._begin_data(frame, length)
        elif not isinstance(frame, _KEPT):
            self._skipped = length
        elif length:
            self._frame, self._wanted = frame, length
        else:
            yield from self._end(frame, b"")

    def _fault(self, frame: Frame, length: int) -> Refusal | None:
        """Say why this frame cannot come here."""
        if not self._settled:
            if not isinstance(frame, SettingsFrame):
                return _broken("no settings at the beginning")
            self._settled = True
        block = self._block
        continues = isinstance(frame, ContinuationFrame)
        if (block is not None) != continues or (block is not None and block.stream != frame.stream_id):
            return _broken("a header block is torn apart")
        if isinstance(frame, _KEPT) and length > MAX_HEAD + _MAX_PADDING:
            return Refusal(TapReason.HEADER_TOO_LARGE, f"HTTP/2: a frame of {length} bytes")
        return None

    def _begin_data(self, frame: DataFrame, length: int) -> Iterator[Part]:
        if "PADDED" in frame.flags:
            if not length:
                yield _broken("padding without its length")
            self._frame, self._wanted, frame.body_len = frame, 1, length
        elif length:
            self._frame, self._content = frame, length
        elif "END_STREAM" in frame.flags:
            yield Data(frame.stream_id, b"", ends=True)

    def _end(self, frame: Frame, body: bytes) -> Iterator[Part]:
        """Take the rest of a frame, or the length of a padding."""
        if isinstance(frame, DataFrame):
            yield from self._padded(frame, body[0])
            return
        self._frame = None
        try:
            frame.parse_body(memoryview(body))
        except HyperframeError as error:
            yield _broken(str(error))
            return
        if isinstance(frame, SettingsFrame | RstStreamFrame | GoAwayFrame):
            yield frame
        else:
            yield from self._collect(frame)

    def _padded(self, frame: DataFrame, padding: int) -> Iterator[Part]:
        content = frame.body_len - 1 - padding
        if content < 0:
            yield _broken("more padding than frame")
            return
        self._content, self._skipped = content, padding
        if not content:
            yield self._data(b"")

    def _collect(self, frame: Frame) -> Iterator[Part]:
        """Put a header block together."""
        before = self._block
        if isinstance(frame, HeadersFrame):
            block = Block(frame.stream_id, frame.data, "END_STREAM" in frame.flags, promise=False)
        elif isinstance(frame, PushPromiseFrame):
            block = Block(frame.stream_id, frame.data, ends=False, promise=True)
        elif isinstance(frame, ContinuationFrame) and before is not None:
            block = before._replace(fields=before.fields + frame.data)
        else:
            return
        self._block = block
        if len(block.fields) > MAX_HEAD:
            yield Refusal(TapReason.HEADER_TOO_LARGE, "HTTP/2: a header block beyond the bound")
        elif "END_HEADERS" in frame.flags:
            self._block = None
            yield block
