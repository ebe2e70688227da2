"""What breaks HTTP/2 is refused: the connection where it must be, and a stream alone where that is enough."""

import pytest
from hyperframe.frame import (
    ContinuationFrame,
    Frame,
    HeadersFrame,
    PingFrame,
    SettingsFrame,
)

from sidecar.reasons import TapReason
from tests.exchange.http2.talk import Talk, ask, only, outcome
from tests.exchange.wire import Step, new_reader, play

JSON = ("content-type", "application/json")
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


HEADERS = HeadersFrame(1, b"\x82\x84", flags=["END_HEADERS", "END_STREAM"])


@pytest.mark.parametrize(
    ("frames", "reason"),
    [
        ([HEADERS], TapReason.BAD_HTTP),
        ([PingFrame(0, b"12345678"), SettingsFrame()], TapReason.BAD_HTTP),
        ([SettingsFrame(), ContinuationFrame(1, b"")], TapReason.BAD_HTTP),
        ([SettingsFrame(), HeadersFrame(1, b"\x82"), PingFrame(0, b"12345678")], TapReason.BAD_HTTP),
        ([SettingsFrame(), HeadersFrame(1, b"\x82"), ContinuationFrame(3, b"\x84")], TapReason.BAD_HTTP),
        ([SettingsFrame(), HeadersFrame(1, b"\xfe", flags=["END_HEADERS"])], TapReason.BAD_HTTP),
        ([SettingsFrame(), HeadersFrame(1, b"\x3f\xe2\xff\x7f", flags=["END_HEADERS"])], TapReason.HEADER_TOO_LARGE),
        ([SettingsFrame(), HeadersFrame(2, b"\x82\x84", flags=["END_HEADERS"])], TapReason.DESYNCHRONISED),
    ],
)
def test_what_breaks_the_protocol_ends_the_reading(frames: list[Frame], reason: TapReason) -> None:
    """With one reason, and silence from there on."""
    data = b"".join(frame.serialize() for frame in frames)
    steps: list[Step] = [("up", PREFACE + data)]
    assert outcome(steps) == ([], [reason])
    reader = new_reader()
    play(reader, steps)
    assert reader.unread
    assert reader.up(PREFACE, 0.0) == reader.down(data, 0.0) == reader.gap(TapReason.OVERFLOW) == []


@pytest.mark.parametrize(
    "data",
    [
        b"\x00\x00\x05\x03\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00",  # a reset of five bytes
        b"\x00\x00\x04\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00",  # of no stream
        b"\x00\x00\x05\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",  # settings of five bytes
        b"\x00\x00\x00\x00\x08\x00\x00\x00\x01",  # padding without its length
        b"\x00\x00\x02\x00\x08\x00\x00\x00\x01\x02a",  # more padding than frame
        b"\x00\x00\x02\x01\x0c\x00\x00\x00\x01\x02a",
        b"\x00\x00\x03\x07\x00\x00\x00\x00\x00abc",  # a goodbye of three bytes
    ],
)
def test_frames_that_cannot_be_end_the_reading(data: bytes) -> None:
    """Whoever sends them does not speak HTTP/2."""
    settings = SettingsFrame().serialize()
    assert outcome([("up", PREFACE + settings + data)]) == ([], [TapReason.BAD_HTTP])
    assert outcome([("up", PREFACE + settings), ("down", settings + data)]) == ([], [TapReason.BAD_HTTP])


def test_a_server_that_does_not_speak_http_2_ends_the_reading() -> None:
    """It answers the preface with what it speaks."""
    down = ("down", b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
    assert outcome([("up", PREFACE + SettingsFrame().serialize()), down]) == ([], [TapReason.BAD_HTTP])


def test_what_a_server_said_first_is_judged_first() -> None:
    """The client's bytes behind its preface may have come in one piece with it, and later ones are not read."""
    first = ("down", PingFrame(0, b"12345678").serialize())
    broken = SettingsFrame().serialize() + HeadersFrame(1, b"\x82", flags=["END_HEADERS"]).serialize()
    assert outcome([first, ("up", PREFACE + broken)]) == ([], [TapReason.BAD_HTTP])


def test_a_preface_that_is_broken_off_is_none() -> None:
    """Its second half must follow."""
    assert outcome([("up", PREFACE[:-6] + b"XX\r\n\r\n")]) == ([], [TapReason.BAD_HTTP])


@pytest.mark.parametrize(
    "fields",
    [
        ((":method", "POST"), (":scheme", "http")),
        ((":scheme", "http"), (":path", "/")),
        ((":method", "POST"), (":path", "/"), (":status", "200")),
    ],
)
def test_a_request_that_is_none_is_refused_and_the_next_is_read(fields: tuple[tuple[str, str], ...]) -> None:
    """Its header block was whole, so the table is."""
    talk = Talk()
    talk.client.config.validate_outbound_headers = False
    talk.client.send_headers(1, fields, end_stream=True)
    talk.steps.append(("up", talk.client.data_to_send()))
    talk.client.send_headers(3, ask("/next"), end_stream=True)
    talk.steps.append(("up", talk.client.data_to_send()))
    ok = HeadersFrame(3, b"\x88", flags=["END_HEADERS", "END_STREAM"])
    talk.raw(HeadersFrame(1, b"\x88", flags=["END_HEADERS", "END_STREAM"]), ok, up=False)
    found, why = outcome(talk.steps)
    assert [(one.path, one.status) for one in found] == [("/next", 200)]
    assert why == [TapReason.BAD_HTTP]


def test_an_answer_that_is_none_is_refused_and_the_next_is_read() -> None:
    """An answer has a status."""
    talk = Talk()
    first, second = talk.open(ask("/a")), talk.open(ask("/b"))
    talk.raw(HeadersFrame(first, b"\x82", flags=["END_HEADERS", "END_STREAM"]), up=False)
    talk.answer(second, b"ok")
    found, why = outcome(talk.steps)
    assert [one.path for one in found] == ["/b"]
    assert why == [TapReason.BAD_HTTP]


def test_an_answer_that_nobody_asked_for_ends_the_reading() -> None:
    """One to a stream that is over is late, one to a stream that never was is a sign of lost bytes."""
    talk = Talk()
    stream = talk.open(ask())
    talk.answer(stream, b"ok")
    talk.raw(HeadersFrame(stream, b"\x88", flags=["END_HEADERS"]), up=False)
    assert len(only(talk).response_body) == 2
    talk.raw(HeadersFrame(9, b"\x88", flags=["END_HEADERS"]), up=False)
    assert outcome(talk.steps)[1] == [TapReason.DESYNCHRONISED]
