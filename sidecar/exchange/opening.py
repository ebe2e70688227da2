r"""The beginning of a message: bytes are collected until its head is whole, or until it cannot become one.

Nearly always a head comes in one piece, and is a slice of it. The rest of this module is for the other times. A head that
dribbles in is looked at while it is incomplete, so that 64 KiB of something else (TLS, HTTP/2, the middle of a body after a
gap) are not collected in hope: a request must begin with a method in capitals, an answer with ``HTTP/1.``, and lines end in
``\r\n``.
"""

import re
from re import Pattern
from typing import Final

from sidecar.exchange.heads import MAX_HEAD
from sidecar.reasons import TapReason

REQUEST: Final = re.compile(rb"[A-Z][A-Z-]{0,15}(?: |\Z)")
"""How a request begins, as far as there is anything of it yet."""
ANSWER: Final = re.compile(rb"H(?:\Z|T(?:\Z|T(?:\Z|P(?:\Z|/(?:\Z|1(?:\Z|\.))))))")
"""How an answer begins."""

_END = b"\r\n\r\n"
_BARE_LINE_FEED = re.compile(rb"(?<!\r)\n")
_DECIDED = 32
"""So many bytes decide whether something looks like a message."""


class Opening:
    """Collects one head after the other out of a stream.

    Attributes
    ----------
    began
        When the first byte came of the head that `take` returned last, or is collecting.
    fault
        Why what was collected so far is no head and never will be.
    """

    __slots__ = ("_held", "_looks_like", "began", "fault")

    def __init__(self, looks_like: Pattern[bytes]) -> None:
        self._looks_like = looks_like
        self._held = bytearray()
        self.began = 0.0
        self.fault: TapReason | None = None

    @property
    def held(self) -> int:
        """Bytes of a head that waits for its rest."""
        return len(self._held)

    def forget(self) -> None:
        """Drop a part of a head."""
        self._held = bytearray()
        self.fault = None

    def take(self, data: bytes, position: int, at: float) -> tuple[bytes, int]:
        """Return the head that ends in `data`, or nothing yet, and the position behind it."""
        if not self._held and data[position] > 0x20:
            end = data.find(_END, position) + 4
            if end >= 4:
                self.began = at
                return data[position:end], end
        return self._collect(data, position, at)

    def judge(self, head: bytes) -> TapReason | None:
        """Say what is wrong with a head in its first bytes and its line ends, the same whether it came whole or in pieces."""
        return self._fault(memoryview(head)[:MAX_HEAD], 0)

    def _collect(self, data: bytes, position: int, at: float) -> tuple[bytes, int]:
        held = self._held
        if not held:
            position = _behind_empty_lines(data, position)
            self.began = at
        before = len(held)
        held += data[position : position + MAX_HEAD]
        end = held.find(_END, max(0, before - 3)) + 4
        if end >= 4:
            head = bytes(held[:end])
            self._held = bytearray()
            return head, position + end - before
        if held:
            with memoryview(held) as seen:
                self.fault = self._fault(seen[:MAX_HEAD], before)
            if self.fault is None and len(held) >= MAX_HEAD:
                self.fault = TapReason.HEADER_TOO_LARGE
        return b"", len(data)

    def _fault(self, head: memoryview, before: int) -> TapReason | None:
        with head:
            if before < _DECIDED and self._looks_like.match(head) is None:
                return TapReason.NOT_HTTP1
            return TapReason.BAD_HTTP if _BARE_LINE_FEED.search(head, before) else None


def _behind_empty_lines(data: bytes, position: int) -> int:
    """Skip the empty lines that RFC 9112, section 2.2, asks a reader to forgive before a message."""
    while position < len(data) and data[position] in b"\r\n":
        position += 1
    return position
