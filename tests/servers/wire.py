"""A wire between a client and where it connects to, which keeps the bytes that come back.

So answers are compared as they are, whatever library asked: for HTTP/1 all bytes but the date, and for HTTP/2, where the order
of frames and the table of header fields depend on time, the header fields, the body and the trailers of each stream.
"""

import re
import socket
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress

from hpack import Decoder
from hyperframe.frame import ContinuationFrame, DataFrame, Frame, HeadersFrame, PushPromiseFrame

SECONDS = 60.0
_HEADER = 9
_DATE = rb"(?im)^date: [^\r]*"


class Wire:
    """Carries bytes for any number of clients."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self._answers: list[bytearray] = []
        self._spawn(self._accept)

    @property
    def address(self) -> str:
        """Where clients connect to."""
        host, port = self._listener.getsockname()
        return f"{host}:{port}"

    def end(self) -> list[bytes]:
        """Stop, and return what came back on each connection."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(SECONDS)
        return [bytes(answer) for answer in self._answers]

    def _spawn(self, work: "object", *words: object) -> threading.Thread:
        assert callable(work)
        thread = threading.Thread(target=work, args=words, daemon=True)
        self._threads.append(thread)
        thread.start()
        return thread

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._spawn(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        answer = bytearray()
        self._answers.append(answer)
        with closing(client), closing(socket.create_connection(self._target, SECONDS)) as model:
            upward = self._spawn(carry, client, model, bytearray())
            carry(model, client, answer)
            upward.join(SECONDS)


def carry(source: socket.socket, target: socket.socket, kept: bytearray) -> None:
    """Move bytes until there are no more, and keep them."""
    source.settimeout(SECONDS)
    with suppress(OSError):
        while data := source.recv(1 << 16):
            kept += data
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextmanager
def wire(target: tuple[str, int]) -> Iterator[Wire]:
    """Lay a wire to `target`."""
    laid = Wire(target)
    try:
        yield laid
    finally:
        laid.end()


def answers(connections: Iterable[bytes], volatile: Sequence[str]) -> list[bytes]:
    """Return what came back, without what always differs, in an order that does not depend on time."""
    found: list[bytes] = []
    for data in connections:
        found += messages(data) if data.startswith(b"HTTP/1") else streams(data)
    for pattern in (_DATE, *(word.encode() for word in volatile)):
        found = [re.sub(pattern, b"<differs>", answer) for answer in found]
    return sorted(filter(None, found))


def messages(data: bytes) -> list[bytes]:
    """Return the answers of an HTTP/1 connection; no body that is compared here has a status line in it."""
    return re.split(rb"(?=HTTP/1\.1 \d\d\d )", data)


def statuses(found: Iterable[bytes]) -> list[str]:
    """Return the statuses in answers; where gRPC has one of its own, that one."""
    pattern = re.compile(rb"HTTP/1\.1 (\d+)|^grpc-status: (\d+)", re.MULTILINE)
    return [(one[1] or b"grpc " + one[2]).decode() for answer in found for one in pattern.finditer(answer)]


def streams(data: bytes) -> list[bytes]:
    """Return header fields, body and trailers of each stream of an HTTP/2 connection, as text."""
    fields: dict[int, list[Iterable[tuple[bytes, bytes]]]] = {}
    bodies: dict[int, bytes] = {}
    decoder = Decoder(max_header_list_size=1 << 20)
    decoder.max_allowed_table_size = 1 << 20
    block = b""
    for frame in frames(data):
        if isinstance(frame, DataFrame):
            bodies[frame.stream_id] = bodies.get(frame.stream_id, b"") + frame.data
        if isinstance(frame, HeadersFrame | ContinuationFrame) and not isinstance(frame, PushPromiseFrame):
            block += frame.data
            if "END_HEADERS" in frame.flags:
                fields.setdefault(frame.stream_id, []).append(decoder.decode(block, raw=True))
                block = b""
    return [b"\n".join([*map(_lines, blocks), bodies.get(stream, b"")]) for stream, blocks in fields.items()]


def _lines(block: Iterable[tuple[bytes, bytes]]) -> bytes:
    return b"".join(b"%s: %s\r\n" % (name, value) for name, value in block)


def frames(data: bytes) -> Iterator[Frame]:
    """Yield the whole frames of one side of a connection."""
    while len(data) >= _HEADER:
        frame, length = Frame.parse_frame_header(memoryview(data[:_HEADER]))
        if len(data) < _HEADER + length:
            return
        frame.parse_body(memoryview(data[_HEADER : _HEADER + length]))
        yield frame
        data = data[_HEADER + length :]
