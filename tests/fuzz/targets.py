"""What the fuzzer calls: the ways by which bytes of strangers come in.

An input can be cut anywhere and still says something. For conversations it is steps with a mark before each, so that what is
inserted shifts nothing; for decoders it is a few bytes that choose, and a body.

A target raises for a fault of ours: an exception, a `TapReason.DECODER_ERROR`, rows that do not agree with one another, or more
bytes held than the bounds allow. Time and memory are watched by the fuzzer.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeVar

from sidecar.columns import columns_of
from sidecar.decode import Decoded, Mapping, decode, formats, predictions
from sidecar.exchange import ConnectionReader, Exchange, Refusal
from sidecar.exchange.http2.reader import MAX_HEADS
from sidecar.exchange.model import Headers
from sidecar.reasons import TapReason

Choice = TypeVar("Choice")

MARK: Final = b"\xfe\xed"
KINDS: Final = (b"U", b"D", b"u", b"d", b"G")
"""Bytes up, bytes down, the end of either, and a gap."""

MAX_BODY: Final = 16_384
HTTP1_BOUND: Final = 2 * MAX_BODY + (1 << 20)
HTTP2_BOUND: Final = 2 * MAX_BODY + MAX_HEADS + 2 * 65_536 + 100_000

FORMATS: Final = ("auto", *formats())
TYPES: Final = (
    b"application/json",
    b"",
    b"text/csv",
    b"text/csv; header=present",
    b"text/csv; charset=utf-16",
    b"application/x-ndjson",
    b"text/event-stream",
    b"multipart/form-data; boundary=x",
    b"application/x-www-form-urlencoded",
    b"application/cloudevents+json",
    b"application/octet-stream",
    b"application/grpc",
    b"application/json; charset=latin-1",
)
PATHS: Final = (
    "/predict",
    "/v1/models/m/versions/7:predict",
    "/v2/models/m/infer",
    "/api/v1.0/predictions",
    "/inference.GRPCInferenceService/ModelInfer",
    "/tensorflow.serving.PredictionService/Predict",
    "/tensorflow.serving.PredictionService/Classify",
    "/seldon.protos.Model/Predict",
)
ORDERS: Final = ((), ("age",), ("age", "income", "tenure", "plan"), ("inputs", "data", "prediction"))
CODINGS: Final = (None, b"gzip", b"deflate", b"gzip, deflate")
CHOICES: Final = 7
MAPPING: Final = Mapping(rows="*[] | [0]", names="keys(@)", prediction="max_by(@, &x)")


class FaultError(Exception):
    """A promise that an input broke."""


def http1(data: bytes) -> None:
    """Read a conversation, and whatever exchanges are in it."""
    converse(data, HTTP1_BOUND)


def http2(data: bytes) -> None:
    """Read a conversation of HTTP/2, and whatever calls are in it."""
    converse(data, HTTP2_BOUND)


def converse(data: bytes, bound: int) -> None:
    """Play a conversation to a reader, and decode what it makes of it."""
    reader = ConnectionReader(watches=lambda _method, _path: True, max_body=MAX_BODY)
    for at, (kind, piece) in enumerate(steps(data)):
        for event in played(reader, kind, piece, float(at)):
            if isinstance(event, Exchange):
                judge(event)
        if reader.held > bound:
            raise FaultError(f"{reader.held} bytes are held")
    reader.close(1e6)


def steps(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the steps of a conversation; what no step begins with is sent upward."""
    first, *others = data.split(MARK)
    if first:
        yield b"U", first
    for piece in others:
        yield (piece[:1], piece[1:]) if piece[:1] in KINDS else (b"U", piece)


def played(reader: ConnectionReader, kind: bytes, piece: bytes, at: float) -> list[Exchange | Refusal]:
    """Take one step."""
    if kind == b"U":
        return reader.up(piece, at)
    if kind == b"D":
        return reader.down(piece, at)
    if kind == b"G":
        return reader.gap(TapReason.OVERFLOW)
    return reader.up_end(at) if kind == b"u" else reader.down_end(at)


def judge(exchange: Exchange) -> None:
    """Decode an exchange, with its answer."""
    agree(decode(exchange, order=ORDERS[2], max_body=MAX_BODY))
    predictions(exchange, max_body=MAX_BODY)


def decoders(data: bytes) -> None:
    """Read a body, in any format, under any name, as a request and as an answer."""
    choice, body = data[:CHOICES].ljust(CHOICES, b"\0"), data[CHOICES:]
    headers: dict[bytes, bytes] = {}
    if kind := picked(TYPES, choice[1]):
        headers[b"content-type"] = kind
    if coding := picked(CODINGS, choice[2]):
        headers[b"content-encoding"] = coding
    if choice[3] & 1:
        headers[b"inference-header-content-length"] = b"%d" % (choice[3] >> 1 | choice[6] << 7)
    one = exchange(picked(PATHS, choice[4]), headers, body)
    mapping = MAPPING if choice[5] & 1 else None
    agree(
        decode(one, order=picked(ORDERS, choice[5] >> 1), format=picked(FORMATS, choice[0]), max_body=MAX_BODY, mapping=mapping)
    )
    predictions(one, max_body=MAX_BODY, mapping=mapping)


def picked(choices: Sequence[Choice], number: int) -> Choice:
    """Return one of `choices`, whatever the number is."""
    return choices[number % len(choices)]


def exchange(path: str, headers: Headers, body: bytes) -> Exchange:
    """Return an exchange in which both sides say the same."""
    return Exchange(
        method=b"POST",
        target=path.encode(),
        path=path,
        request_headers=headers,
        request_body=body,
        status=200,
        response_headers=headers,
        response_body=body,
        began=0.0,
        ended=1.0,
        watched=True,
    )


def agree(result: Decoded | Refusal) -> None:
    """Check that a result is rows that agree with one another, or a reason that is no fault of ours."""
    if isinstance(result, Refusal):
        if result.reason is TapReason.DECODER_ERROR:
            raise FaultError(f"a decoder failed: {result.detail}")
        return
    table = result.columns or columns_of(result.records or [])
    if table.rows < 1 or any(len(column) != table.rows for column in table.values.values()):
        raise FaultError(f"{result.format} has columns of unlike lengths")


TARGETS: Final[dict[str, Callable[[bytes], None]]] = {"http1": http1, "decoders": decoders, "http2": http2}
