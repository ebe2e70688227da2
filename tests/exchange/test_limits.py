"""Nothing that a peer sends grows the reader beyond its bounds; just under and at a limit is read, just above is refused."""

import tracemalloc

import pytest

from sidecar.exchange import MAX_OUTSTANDING, ConnectionReader
from sidecar.exchange.body import MAX_CHUNK_LINE, MAX_TRAILERS
from sidecar.exchange.heads import MAX_HEAD, MAX_LINES
from sidecar.reasons import TapReason
from tests.exchange.wire import (
    Step,
    answer,
    chunked,
    exchanges,
    gist,
    new_reader,
    nothing,
    pieces,
    play,
    read,
    reasons,
    request,
)

CHUNKED = b"Transfer-Encoding: chunked"
LIMIT = 1000
MEBIBYTE = 1024 * 1024


def padded(size: int, line: bytes) -> bytes:
    """Return a head of exactly `size` bytes."""
    start, end = line + b"\r\nContent-Length: 0\r\nX: ", b"\r\n\r\n"
    return start + b"x" * (size - len(start) - len(end)) + end


REQUEST_LINE, STATUS_LINE = b"POST /predict HTTP/1.1", b"HTTP/1.1 200 OK"


@pytest.mark.parametrize("size", [MAX_HEAD - 1, MAX_HEAD])
@pytest.mark.parametrize("cut", [7001, 10**6])
def test_a_head_up_to_the_limit_is_read(size: int, cut: int) -> None:
    """Requests and answers alike, in pieces or whole."""
    steps = [("up", padded(size, REQUEST_LINE)), ("down", padded(size, STATUS_LINE))]
    assert len(exchanges(play(new_reader(), pieces(steps, cut)))) == 1


@pytest.mark.parametrize("cut", [7001, 10**6])
def test_a_larger_head_ends_the_reading(cut: int) -> None:
    """One byte more is too much."""
    for steps in ([("up", padded(MAX_HEAD + 1, REQUEST_LINE))], [request(), ("down", padded(MAX_HEAD + 1, STATUS_LINE))]):
        reader = new_reader()
        assert reasons(play(reader, pieces(steps, cut))) == [TapReason.HEADER_TOO_LARGE]
        assert reader.unread


@pytest.mark.parametrize(("lines", "read_"), [(MAX_LINES - 1, True), (MAX_LINES, True), (MAX_LINES + 1, False)])
def test_the_number_of_fields_is_limited(lines: int, read_: bool) -> None:
    """A flood of short fields fits into the bytes of a head, and is one all the same."""
    fields = b"".join(b"a%d: b\r\n" % number for number in range(lines))
    for steps in (
        [("up", REQUEST_LINE + b"\r\n" + fields + b"\r\n"), answer()],
        [request(), ("down", STATUS_LINE + b"\r\n" + fields + b"\r\n"), ("down_end", b"")],
    ):
        events = read(*steps)
        assert len(exchanges(events)) == read_
        assert reasons(events)[:1] == ([] if read_ else [TapReason.HEADER_TOO_LARGE])


def body_steps(size: int) -> list[list[Step]]:
    """Return conversations whose request has a body of `size` bytes, framed in each way."""
    body = b"x" * size
    return [[request(body), answer()], [request(chunked(body[:7], body[7:]), CHUNKED), answer()]]


@pytest.mark.parametrize("cut", [1, 64, 10**6])
@pytest.mark.parametrize("size", [LIMIT - 1, LIMIT])
def test_a_request_body_up_to_the_limit_is_kept(size: int, cut: int) -> None:
    """Framed by length or in chunks."""
    for steps in body_steps(size):
        (event,) = exchanges(play(new_reader(LIMIT), pieces(steps, cut)))
        assert event.request_body == b"x" * size


@pytest.mark.parametrize("cut", [1, 64, 10**6])
def test_a_larger_request_body_is_refused_and_the_next_request_is_read(cut: int) -> None:
    """The exchange still counts for the figures, and the connection stays in step."""
    for steps in body_steps(LIMIT + 1):
        events = play(new_reader(LIMIT), pieces([*steps, request(b"[2]"), answer()], cut))
        assert reasons(events) == [TapReason.BODY_TOO_LARGE]
        assert [(one.watched, one.request_body) for one in exchanges(events)] == [(False, b""), (True, b"[2]")]


@pytest.mark.parametrize("cut", [1, 64, 10**6])
@pytest.mark.parametrize(("size", "whole"), [(LIMIT - 1, True), (LIMIT, True), (LIMIT + 1, False)])
def test_an_answer_too_large_to_keep_does_not_cost_the_rows_of_its_request(size: int, whole: bool, cut: int) -> None:
    """It is left out, and marked as left out, whichever way it was framed."""
    body = b"y" * size
    for sent in (answer(body), answer(chunked(body[:7], body[7:]), CHUNKED)):
        steps = [request(b"[1]"), sent, request(b"[2]"), answer(body, b"Connection: close"), ("down_end", b"")]
        events = play(new_reader(LIMIT), pieces(steps, cut))
        assert [(one.request_body, one.response_whole, len(one.response_body)) for one in exchanges(events)] == [
            (b"[1]", whole, size * whole),
            (b"[2]", whole, size * whole),
        ]


def test_all_waiting_requests_share_one_limit() -> None:
    """Sixty-four pipelined requests may not each fill it."""
    half = b"x" * (LIMIT // 2)
    events = read(
        request(half), request(half), request(b"x"), answer(), answer(), answer(), request(half), answer(), max_body=LIMIT
    )
    assert [one.watched for one in exchanges(events)] == [True, True, False, True]
    assert reasons(events) == [TapReason.BODY_TOO_LARGE]


@pytest.mark.parametrize(
    ("waiting", "kept"), [(MAX_OUTSTANDING - 1, True), (MAX_OUTSTANDING, True), (MAX_OUTSTANDING + 1, False)]
)
def test_the_number_of_waiting_requests_is_limited(waiting: int, kept: bool) -> None:
    """One too many ends the reading, and all are refused."""
    reader = new_reader()
    events = play(reader, [request()] * waiting + [answer()] * waiting)
    assert reader.unread is not kept
    assert len(exchanges(events)) == waiting * kept
    assert reasons(events) == [TapReason.TOO_MANY_PIPELINED] * (0 if kept else waiting)


@pytest.mark.parametrize(("size", "kept"), [(MAX_CHUNK_LINE - 1, True), (MAX_CHUNK_LINE, True), (MAX_CHUNK_LINE + 1, False)])
@pytest.mark.parametrize("cut", [1, 1000, 10**6])
def test_the_line_before_a_chunk_is_limited(size: int, kept: bool, cut: int) -> None:
    """Extensions without end are no chunk."""
    line = b"1;" + b"x" * (size - 4) + b"\r\n"
    events = play(new_reader(), pieces([request(line + b"a\r\n0\r\n\r\n", CHUNKED), answer()], cut))
    assert reasons(events) == ([] if kept else [TapReason.BAD_HTTP])


@pytest.mark.parametrize(("size", "kept"), [(MAX_TRAILERS - 1, True), (MAX_TRAILERS, True), (MAX_TRAILERS + 1, False)])
def test_trailers_are_limited(size: int, kept: bool) -> None:
    """All of them together, with the empty line behind them."""
    lines, rest = divmod(size - 2, 1000)
    trailers = (b"X: " + b"x" * 995 + b"\r\n") * lines + (b"X: " + b"x" * (rest - 5) + b"\r\n")
    events = read(request(b"0\r\n" + trailers + b"\r\n", CHUNKED), answer())
    assert reasons(events) == ([] if kept else [TapReason.BAD_HTTP])


def peak(reader: ConnectionReader, steps: list[Step], repeat: int = 1) -> int:
    """Return the most memory, in bytes, that was allocated while the steps were read."""
    tracemalloc.start()
    for _ in range(repeat):
        for kind, data in steps:
            (reader.up if kind == "up" else reader.down)(data, 0.0)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def test_a_declared_length_reserves_nothing() -> None:
    """A body of 100 MB that comes in pieces is measured and not kept; one that never comes costs nothing."""
    head = b"POST /predict HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (100 * MEBIBYTE)
    reader = new_reader(8 * MEBIBYTE)
    assert peak(reader, [("up", head)]) < MEBIBYTE
    assert peak(reader, [("up", bytes(MEBIBYTE))], repeat=100) < 2 * MEBIBYTE
    (refusal, exchange) = reader.down(answer()[1], 0.0)
    assert (reasons([refusal]), [one.status for one in exchanges([exchange])]) == ([TapReason.BODY_TOO_LARGE], [200])


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + bytes(0x10000) + b"\r\n"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n" * 1000),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1", b"x" * 10_000),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"A: b\r\n" * 1000),
        (b"POST / HTTP/1.1\r\n", b"A: b\r\n" * 1000),
        (b"POST /", b"x" * 10_000),
        (b"", b"\r\n" * 1000),
        (b"", b"POST / HTTP/1.1\r\nHost: a\r\n\r\n" * 1000),
    ],
)
def test_an_endless_request_stays_within_the_bounds(start: bytes, piece: bytes) -> None:
    """Sixty pieces of each kind of flood: what is held is at most one body and one head."""
    assert peak(new_reader(MEBIBYTE), [("up", start), *[("up", piece)] * 60]) < 3 * MEBIBYTE


@pytest.mark.parametrize("length", [b"Transfer-Encoding: chunked\r\n", b"Content-Length: 99999999999\r\n", b""])
@pytest.mark.parametrize("watched", [True, False])
def test_an_endless_answer_stays_within_the_bounds(length: bytes, watched: bool) -> None:
    """A stream of answers that never ends is measured, not kept."""
    reader = new_reader(MEBIBYTE) if watched else ConnectionReader(watches=nothing, max_body=MEBIBYTE)
    reader.up(request()[1], 0.0)
    reader.down(b"HTTP/1.1 200 OK\r\n" + length + b"\r\n", 0.0)
    piece = b"10000\r\n" + bytes(0x10000) + b"\r\n" if length.startswith(b"T") else bytes(0x10000)
    assert peak(reader, [("down", piece)], repeat=100) < (3 if watched else 1) * MEBIBYTE


def test_a_head_that_dribbles_in_costs_no_more_time_than_its_length() -> None:
    """Sixty-four thousand pieces of one byte are looked at once each."""
    steps = [("up", padded(MAX_HEAD, REQUEST_LINE)), answer()]
    assert gist(play(new_reader(), pieces(steps, 1))) == gist(read(*steps))


def test_what_is_held_can_be_asked_for() -> None:
    """Whoever has many readers bounds them together: bodies, heads, and parts of both."""
    reader = new_reader(LIMIT)
    head = len(b"/predicthostmodelcontent-length600")
    reader.up(request(b"x" * 600)[1] + request(b"x" * 300)[1][:-200], 0.0)
    assert reader.held == 600 + 100 + 2 * head
    reader.down(answer(b"y" * 500)[1][:-100], 0.0)
    assert reader.held == 600 + 100 + 400 + 2 * head
    reader.up(b"x" * 200 + b"POST /", 0.0)
    assert reader.held == 600 + 300 + 400 + 6 + 2 * head
    reader.down(b"y" * 100 + b"HTTP", 0.0)
    assert reader.held == 300 + 6 + 4 + head
    reader.gap(TapReason.OVERFLOW)
    assert reader.held == 0


def test_what_was_read_is_not_kept() -> None:
    """Between exchanges a connection holds no body."""
    reader = new_reader()
    tracemalloc.start()
    for _ in range(3):
        reader.up(request(bytes(MEBIBYTE))[1], 0.0)
        reader.down(answer(bytes(MEBIBYTE))[1], 0.0)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < MEBIBYTE // 4
