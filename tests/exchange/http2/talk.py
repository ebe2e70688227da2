"""Conversations over HTTP/2, spoken by another implementation: a client and a server of the library h2, joined in memory."""

from collections.abc import Iterable, Sequence

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.settings import SettingCodes
from hyperframe.frame import Frame

from sidecar.exchange import Exchange
from sidecar.reasons import TapReason
from tests.exchange.wire import Step, exchanges, gist, new_reader, pieces, play, read, reasons

Fields = Sequence[tuple[str, str]]

GRPC = ("content-type", "application/grpc")
OK = ((":status", "200"), ("server", "model"))


def message(data: bytes, *, compressed: bool = False) -> bytes:
    """Return a gRPC message with its five bytes."""
    return bytes([compressed]) + len(data).to_bytes(4, "big") + data


def ask(path: str = "/predict", *fields: tuple[str, str], method: str = "POST") -> Fields:
    """Return the fields of a request."""
    return ((":method", method), (":scheme", "http"), (":path", path), (":authority", "model:80"), *fields)


class Talk:
    """A client and a server, and what went over the wire between them.

    Attributes
    ----------
    steps
        What a spectator sees, in order.
    """

    def __init__(self, *, table_size: int = 4096, server_first: bool = False, begin: bool = True) -> None:
        self.client = H2Connection(H2Configuration(client_side=True, header_encoding=None))
        self.server = H2Connection(H2Configuration(client_side=False, header_encoding=None))
        self.steps: list[Step] = []
        if not begin:
            return
        for side in (self.client, self.server):
            side.initiate_connection()
            side.update_settings({SettingCodes.HEADER_TABLE_SIZE: table_size})
            side.increment_flow_control_window(2**30)
        for up in (False, True, False, True) if server_first else (True, False, True):
            self.flush(up=up)

    def flush(self, *, up: bool) -> None:
        """Send what one side has to say to the other."""
        sender, receiver = (self.client, self.server) if up else (self.server, self.client)
        data = sender.data_to_send()
        if data:
            self.steps.append(("up" if up else "down", data))
            receiver.receive_data(data)

    def settle(self) -> None:
        """Send whatever both sides have to say."""
        for up in (True, False, True):
            self.flush(up=up)

    def raw(self, *frames: Frame, up: bool) -> None:
        """Show the spectator frames that neither side knows of."""
        self.steps.append(("up" if up else "down", b"".join(frame.serialize() for frame in frames)))

    def open(self, fields: Fields, body: bytes | None = None, *, ends: bool = True) -> int:
        """Send the head of a request, and a first part of its body; return its stream."""
        stream = self.client.get_next_available_stream_id()
        self.client.send_headers(stream, fields, end_stream=ends and body is None)
        self.flush(up=True)
        self.server.increment_flow_control_window(2**30, stream)
        self.settle()
        if body is not None:
            self.send(stream, body, ends=ends)
        return stream

    def send(self, stream: int, body: bytes, *, ends: bool, padding: int | None = None) -> None:
        """Send a part of a request's body."""
        self._send(self.client, stream, body, ends=ends, padding=padding)
        self.flush(up=True)

    def answer(
        self, stream: int, body: bytes = b"", head: Fields = OK, *, trailers: Fields = (), padding: int | None = None
    ) -> None:
        """Send a whole answer."""
        self.begin_answer(stream, head)
        self.more(stream, body, ends=not trailers, padding=padding)
        if trailers:
            self.end_answer(stream, trailers)

    def begin_answer(self, stream: int, head: Fields = OK) -> None:
        """Send the head of an answer."""
        self.client.increment_flow_control_window(2**30, stream)
        self.server.send_headers(stream, head)
        self.settle()

    def more(self, stream: int, body: bytes, *, ends: bool = False, padding: int | None = None) -> None:
        """Send a part of an answer's body."""
        self._send(self.server, stream, body, ends=ends, padding=padding)
        self.flush(up=False)

    def end_answer(self, stream: int, trailers: Fields) -> None:
        """Send trailers."""
        self.server.send_headers(stream, trailers, end_stream=True)
        self.flush(up=False)

    @staticmethod
    def _send(side: H2Connection, stream: int, body: bytes, *, ends: bool, padding: int | None) -> None:
        size = 16_000
        parts = [body[start : start + size] for start in range(0, len(body), size)] or [b""]
        for number, part in enumerate(parts, 1):
            side.send_data(stream, part, end_stream=ends and number == len(parts), pad_length=padding)


def of(steps: Iterable[Step], kind: str) -> bytes:
    """Return all bytes of one direction."""
    return b"".join(data for each, data in steps if each == kind)


def outcome(steps: list[Step]) -> tuple[list[Exchange], list[TapReason]]:
    """Return exchanges and reasons, having seen that any cut gives the same."""
    events = read(*steps)
    for size in (1, 2, 3, 7, 100):
        assert gist(play(new_reader(), pieces(steps, size))) == gist(events), f"pieces of {size} bytes"
    return exchanges(events), reasons(events)


def only(talk: Talk) -> Exchange:
    """Return the one exchange of a conversation in which nothing was refused."""
    (found,), why = outcome(talk.steps)
    assert why == []
    return found
