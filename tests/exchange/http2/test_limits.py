"""Nothing that a peer sends grows the reader beyond its bounds; just at a limit is read, just above is refused."""

import tracemalloc

import pytest
from hpack import Encoder
from hyperframe.frame import ContinuationFrame, DataFrame, Frame, HeadersFrame, SettingsFrame

from sidecar.exchange.heads import MAX_HEAD, MAX_LINES
from sidecar.exchange.http2 import MAX_STREAMS
from sidecar.exchange.http2.fields import MAX_TABLE
from sidecar.exchange.http2.reader import MAX_HEADS
from sidecar.reasons import TapReason
from tests.exchange.http2.talk import Talk, ask
from tests.exchange.wire import Step, exchanges, new_reader, pieces, play, read, reasons

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
LIMIT = 1000
TABLES = 2 * 4096
ENDS = ["END_HEADERS", "END_STREAM"]


def beginning(*settings: tuple[int, int]) -> list[Step]:
    """Return how a connection begins; the settings are the server's."""
    return [("up", PREFACE + SettingsFrame().serialize()), ("down", SettingsFrame(settings=dict(settings)).serialize())]


def up(*frames: Frame) -> Step:
    """Return frames of the client."""
    return "up", b"".join(frame.serialize() for frame in frames)


def down(*frames: Frame) -> Step:
    """Return frames of the server."""
    return "down", b"".join(frame.serialize() for frame in frames)


def block(*more: tuple[str, str]) -> bytes:
    """Return the header block of a request, which does without a table."""
    encoder = Encoder()
    encoder.header_table_size = 0
    return encoder.encode([*ask("/predict"), *more], huffman=False)


def in_frames(stream: int, data: bytes, size: int = 16_000) -> list[Frame]:
    """Return a header block in as many frames as it needs."""
    parts = [data[start : start + size] for start in range(0, len(data), size)]
    frames: list[Frame] = [HeadersFrame(stream, parts[0], flags=["END_STREAM"])]
    frames += [ContinuationFrame(stream, part) for part in parts[1:]]
    frames[-1].flags.add("END_HEADERS")
    return frames


@pytest.mark.parametrize(("size", "whole"), [(LIMIT - 1, True), (LIMIT, True), (LIMIT + 1, False)])
def test_a_body_up_to_the_limit_is_kept(size: int, whole: bool) -> None:
    """A larger one is left out, the exchange stays for the figures, and the connection goes on."""
    talk = Talk()
    talk.answer(talk.open(ask(), bytes(size)), bytes(size))
    talk.answer(talk.open(ask(), b"next"), b"ok")
    for cut in (7, 10**6):
        events = play(new_reader(LIMIT), pieces(talk.steps, cut))
        first, second = exchanges(events)
        assert (len(first.request_body), first.watched) == ((size, True) if whole else (0, False))
        assert first.response_whole == whole
        assert (second.request_body, second.response_body) == (b"next", b"ok")
        assert reasons(events) == ([] if whole else [TapReason.BODY_TOO_LARGE])


def test_bodies_of_all_streams_share_a_bound() -> None:
    """Which is twice that of one; who comes too late is left out, and room that is free again is used again."""
    talk = Talk()
    streams = [talk.open(ask(f"/{number}"), bytes(LIMIT), ends=False) for number in range(3)]
    for stream in streams:
        talk.send(stream, b"", ends=True)
    for stream in streams:
        talk.answer(stream, b"")
    talk.answer(talk.open(ask("/3"), bytes(LIMIT)), bytes(LIMIT))
    reader = new_reader(LIMIT)
    events, most = [], 0
    for kind, data in talk.steps:
        events += (reader.up if kind == "up" else reader.down)(data, 0.0)
        most = max(most, reader.held)
    assert [(one.path, len(one.request_body)) for one in exchanges(events)] == [
        ("/0", LIMIT),
        ("/1", LIMIT),
        ("/2", 0),
        ("/3", LIMIT),
    ]
    assert reasons(events) == [TapReason.BODY_TOO_LARGE]
    assert most < 2 * LIMIT + TABLES + 4 * 100
    assert reader.held == TABLES


@pytest.mark.parametrize(("lines", "whole"), [(MAX_LINES - 4, True), (MAX_LINES - 3, False)])
def test_the_number_of_fields_is_limited(lines: int, whole: bool) -> None:
    """A head with more is refused, and the next one is read."""
    fields = [(f"x-{number}", "1") for number in range(lines)]
    steps = [*beginning(), up(*in_frames(1, block(*fields)), *in_frames(3, block()))]
    answers = [HeadersFrame(stream, b"\x88", flags=ENDS) for stream in (1, 3)]
    events = read(*steps, down(*answers))
    assert len(exchanges(events)) == (2 if whole else 1)
    assert reasons(events) == ([] if whole else [TapReason.HEADER_TOO_LARGE])


def test_a_header_block_beyond_the_bound_ends_the_reading() -> None:
    """It is not collected first."""
    steps = [*beginning(), up(*in_frames(1, block(("x-long", "x" * (MAX_HEAD + 10)))))]
    for cut in (7001, 10**6):
        reader = new_reader()
        assert reasons(play(reader, pieces(steps, cut))) == [TapReason.HEADER_TOO_LARGE]
        assert reader.unread
    one = HeadersFrame(1, bytes(MAX_HEAD + 1000)).serialize()[:9]
    assert reasons(read(*beginning(), ("up", one))) == [TapReason.HEADER_TOO_LARGE]


def test_a_header_block_within_the_bound_is_read() -> None:
    """It may nearly have the size of a head."""
    steps = [
        *beginning(),
        up(*in_frames(1, block(("x-long", "x" * (MAX_HEAD - 200))))),
        down(HeadersFrame(1, b"\x88", flags=ENDS)),
    ]
    assert len(exchanges(read(*steps))) == 1


def test_a_few_bytes_that_stand_for_many_are_refused() -> None:
    """A block of single bytes, each of which names a field of four kilobytes."""
    large = b"\x83" + b"\x40\x01x\x7f\xa1\x1e" + b"y" * 4000
    bomb = large + b"\xbe" * 10_000
    tracemalloc.start()
    try:
        events = read(*beginning(), up(*in_frames(1, bomb)))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert reasons(events) == [TapReason.HEADER_TOO_LARGE]
    assert peak < 2_000_000


@pytest.mark.parametrize(("size", "whole"), [(4096, True), (4097, False)])
def test_a_table_that_nobody_allowed_ends_the_reading(size: int, whole: bool) -> None:
    """The writer takes no more than the reader announced."""
    update = Encoder()
    update.header_table_size = size
    data = (update.encode(ask("/predict")) if size != 4096 else b"\x3f\xe1\x1f") + b"\x82\x84"
    events = read(*beginning(), up(HeadersFrame(1, data, flags=ENDS)), down(HeadersFrame(1, b"\x88", flags=ENDS)))
    assert reasons(events) == ([] if whole else [TapReason.HEADER_TOO_LARGE])


@pytest.mark.parametrize(("size", "whole"), [(MAX_TABLE, True), (MAX_TABLE + 1, False)])
def test_a_table_has_a_bound_whatever_was_announced(size: int, whole: bool) -> None:
    """An endpoint may announce gigabytes; most writers take 4096 bytes all the same, and are read."""
    update = Encoder()
    update.header_table_size = size
    first = HeadersFrame(1, block(), flags=ENDS)
    second = HeadersFrame(3, update.encode(ask("/predict")), flags=ENDS)
    answers = down(*[HeadersFrame(stream, b"\x88", flags=ENDS) for stream in (1, 3)])
    events = read(*beginning((1, 2**32 - 1)), up(first, second), answers)
    assert reasons(events) == ([] if whole else [TapReason.HEADER_TOO_LARGE])


def test_the_number_of_streams_is_limited() -> None:
    """One more than the limit is passed over, and nothing else."""
    steps = beginning()
    for number in range(MAX_STREAMS + 1):
        steps.append(up(HeadersFrame(2 * number + 1, block(), flags=ENDS)))
    for number in range(MAX_STREAMS + 1):
        steps.append(down(HeadersFrame(2 * number + 1, b"\x88", flags=ENDS)))
    events = read(*steps)
    assert len(exchanges(events)) == MAX_STREAMS
    assert reasons(events) == [TapReason.TOO_MANY_PIPELINED]


def test_heads_of_all_streams_share_a_bound() -> None:
    """Many long heads are fewer streams."""
    reader = new_reader()
    events = []
    long = block(("x-long", "x" * 60_000))
    for kind, data in [*beginning(), *[up(*in_frames(2 * number + 1, long)) for number in range(40)]]:
        events += (reader.up if kind == "up" else reader.down)(data, 0.0)
        assert reader.held <= MAX_HEADS + TABLES
    assert set(reasons(events)) == {TapReason.TOO_MANY_PIPELINED}
    assert 20 < len(reasons(events)) < 25


def test_what_the_model_says_first_is_bounded() -> None:
    """Who says that much before being asked does not speak HTTP."""
    reader = new_reader()
    events = []
    for _ in range(100):
        events += reader.down(SettingsFrame().serialize() * 100, 0.0)
        assert reader.held < 20_000
    assert reasons(events) == [TapReason.DESYNCHRONISED]
    assert reader.unread


def test_a_large_frame_is_never_collected() -> None:
    """Its content is passed on as it comes, and a body that nobody keeps is not kept."""
    reader = new_reader(LIMIT)
    for kind, data in [*beginning(), up(HeadersFrame(1, block(), flags=["END_HEADERS"]))]:
        (reader.up if kind == "up" else reader.down)(data, 0.0)
    reader.up(DataFrame(1, bytes(2**24 - 1)).serialize()[:9], 0.0)
    for _ in range(100):
        reader.up(bytes(60_000), 0.0)
        assert reader.held < LIMIT + TABLES + 200
