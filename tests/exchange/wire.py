"""Conversations as a list of steps, played to a reader in pieces of any size."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sidecar.exchange import ConnectionReader, Event, Exchange, Refusal
from sidecar.reasons import TapReason

MAX_BODY = 8 * 1024 * 1024

Step = tuple[str, bytes]
"""``("up", bytes)``, ``("down", bytes)``, ``("up_end", b"")``, ``("down_end", b"")`` or ``("gap", b"reason")``."""


def everything(_method: bytes, _path: str) -> bool:
    """Watch every exchange."""
    return True


def nothing(_method: bytes, _path: str) -> bool:
    """Watch no exchange."""
    return False


def new_reader(max_body: int = MAX_BODY) -> ConnectionReader:
    """Return a reader that watches everything."""
    return ConnectionReader(watches=everything, max_body=max_body)


def pieces(steps: Iterable[Step], size: int) -> Iterator[Step]:
    """Cut the bytes of each step into pieces of at most `size`."""
    for kind, data in steps:
        if kind in ("up", "down"):
            yield from ((kind, data[start : start + size]) for start in range(0, len(data), size))
        else:
            yield kind, data


def play(reader: ConnectionReader, steps: Iterable[Step]) -> list[Event]:
    """Show the steps to the reader, a second each, and the end of the connection; return all that it made of them."""
    events: list[Event] = []
    at = 0.0
    for at, (kind, data) in enumerate(steps):
        if kind == "up":
            events += reader.up(data, at)
        elif kind == "down":
            events += reader.down(data, at)
        elif kind == "gap":
            events += reader.gap(TapReason(data.decode()))
        else:
            events += reader.up_end(at) if kind == "up_end" else reader.down_end(at)
    return events + reader.close(at)


def read(*steps: Step, max_body: int = MAX_BODY) -> list[Event]:
    """Play steps to a new reader that watches everything."""
    return play(new_reader(max_body), steps)


def exchanges(events: Iterable[Event]) -> list[Exchange]:
    """Return the exchanges among events."""
    return [event for event in events if isinstance(event, Exchange)]


def reasons(events: Iterable[Event]) -> list[TapReason]:
    """Return the reasons of the refusals among events."""
    return [event.reason for event in events if isinstance(event, Refusal)]


def gist(events: Iterable[Event]) -> Counter[tuple[object, ...]]:
    """Return what must not depend on how the bytes were cut: everything but times and details."""
    return Counter(
        (event.reason,)
        if isinstance(event, Refusal)
        else (
            event.method,
            event.target,
            event.path,
            frozenset(event.request_headers.items()),
            event.request_body,
            event.status,
            frozenset(event.response_headers.items()),
            event.response_body,
            event.watched,
            event.response_whole,
        )
        for event in events
    )


def request(body: bytes = b"", *fields: bytes, line: bytes = b"POST /predict HTTP/1.1") -> Step:
    """Return a request, with a Content-Length unless a field says otherwise."""
    return "up", _message(line, b"Host: model", fields, body)


def answer(body: bytes = b"", *fields: bytes, line: bytes = b"HTTP/1.1 200 OK") -> Step:
    """Return an answer, with a Content-Length unless a field says otherwise."""
    return "down", _message(line, b"Server: model", fields, body)


def chunked(*chunks: bytes, trailers: bytes = b"") -> bytes:
    """Return chunks framed as such, and the last one."""
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n" + trailers + b"\r\n"


def _message(line: bytes, first: bytes, fields: tuple[bytes, ...], body: bytes) -> bytes:
    framed = any(
        field.lower().startswith((b"content-length:", b"transfer-encoding:", b"connection: close")) for field in fields
    )
    lines = [line, first, *fields] + ([] if framed else [b"Content-Length: %d" % len(body)])
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


@dataclass(frozen=True)
class Capture:
    """One connection of a recorded conversation, and what its recorder knew about it."""

    name: str
    steps: tuple[Step, ...]
    requests: int
    targets: tuple[tuple[str, str, int], ...]
    status: int | None
    http2: bool

    @property
    def size(self) -> int:
        """Bytes in both directions."""
        return sum(len(data) for _, data in self.steps)
