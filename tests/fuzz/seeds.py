"""The recorded conversations, as what the fuzzer begins with."""

from collections.abc import Iterator

from sidecar.exchange import Headers
from tests.exchange.captures import captures
from tests.exchange.wire import exchanges, read
from tests.fuzz.targets import CHOICES, CODINGS, MARK, PATHS, TYPES

LARGEST = 20_000
_KINDS = {"up": b"U", "down": b"D", "up_end": b"u", "down_end": b"d"}


def seeds(target: str) -> list[bytes]:
    """Return what a target begins with."""
    return list(bodies()) if target == "decoders" else list(conversations(http2=target == "http2"))


def conversations(*, http2: bool) -> Iterator[bytes]:
    """Yield the recorded connections, with marks between their steps."""
    for one in captures():
        if one.http2 is http2 and one.size < LARGEST:
            yield b"".join(MARK + _KINDS[kind] + data for kind, data in one.steps)


def bodies() -> Iterator[bytes]:
    """Yield the bodies of recorded requests and answers, each behind the choices that make it be read as it was."""
    for one in captures():
        if one.size < LARGEST:
            for exchange in exchanges(read(*one.steps)):
                sides = ((exchange.request_headers, exchange.request_body), (exchange.response_headers, exchange.response_body))
                yield from (choices(headers, exchange.path) + body for headers, body in sides if body)


def choices(headers: Headers, path: str) -> bytes:
    """Return the bytes that choose types, codings and paths as a recorded message has them."""
    length = int(headers.get(b"inference-header-content-length", b"-1"))
    kind, coding = headers.get(b"content-type", b"").partition(b";")[0], headers.get(b"content-encoding")
    chosen = (
        0,
        TYPES.index(kind) if kind in TYPES else 1,
        CODINGS.index(coding) if coding in CODINGS else 0,
        (length << 1 | 1) & 255 if length >= 0 else 0,
        PATHS.index(path) if path in PATHS else 0,
        4,
        length >> 7 & 255 if length >= 0 else 0,
    )
    assert len(chosen) == CHOICES
    return bytes(chosen)
