"""What another implementation of HTTP/2 says is read as the exchanges that it meant."""

import pytest
from h2.errors import ErrorCodes
from hyperframe.frame import (
    AltSvcFrame,
    ContinuationFrame,
    DataFrame,
    ExtensionFrame,
    Frame,
    GoAwayFrame,
    HeadersFrame,
    PingFrame,
    PriorityFrame,
    RstStreamFrame,
    WindowUpdateFrame,
)

from sidecar.exchange import ConnectionReader, Exchange
from sidecar.reasons import TapReason
from tests.exchange.http2.talk import OK, Talk, ask, only, outcome
from tests.exchange.wire import exchanges, new_reader, nothing, pieces, play, reasons

JSON = ("content-type", "application/json")
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def test_an_exchange_has_what_it_would_have_over_http_1() -> None:
    """Method, target, path, headers with a Host, bodies, status and times."""
    talk = Talk()
    stream = talk.open(ask("/pre%64ict?v=1", JSON, ("content-length", "3")), b"[1]")
    talk.answer(stream, b"[2]")
    found = only(talk)
    assert found._replace(began=0, ended=0) == Exchange(
        b"POST",
        b"/pre%64ict?v=1",
        "/predict",
        {b"host": b"model:80", b"content-type": b"application/json", b"content-length": b"3"},
        b"[1]",
        200,
        {b"server": b"model"},
        b"[2]",
        began=0,
        ended=0,
        watched=True,
    )
    assert 0 < found.began < found.ended < len(talk.steps)


def test_a_server_may_speak_before_its_client() -> None:
    """The relay hands its first bytes over first."""
    talk = Talk(server_first=True)
    talk.answer(talk.open(ask(), b"[1]"), b"ok")
    assert talk.steps[0][0] == "down"
    assert only(talk).response_body == b"ok"


def test_streams_that_are_mixed_are_told_apart() -> None:
    """Parts of three requests, then parts of their answers in another order."""
    talk = Talk()
    streams = [talk.open(ask(f"/{number}"), b"a%d" % number, ends=False) for number in range(3)]
    for part in (b"b", b"c"):
        for stream in streams:
            talk.send(stream, part, ends=part == b"c")
    for stream in reversed(streams):
        talk.begin_answer(stream)
    for part in (b"x", b"y"):
        for number, stream in enumerate(streams):
            talk.more(stream, part + b"%d" % number, ends=part == b"y")
    found, why = outcome(talk.steps)
    assert why == []
    assert [(one.path, one.request_body, one.response_body) for one in found] == [
        (f"/{number}", b"a%dbc" % number, b"x%dy%d" % (number, number)) for number in range(3)
    ]


def test_padding_is_no_part_of_a_body() -> None:
    """In both directions, also around nothing."""
    talk = Talk()
    stream = talk.open(ask(), ends=False)
    talk.send(stream, b"[1]", ends=False, padding=200)
    talk.send(stream, b"", ends=True, padding=5)
    talk.answer(stream, b"ok", padding=0)
    found = only(talk)
    assert (found.request_body, found.response_body) == (b"[1]", b"ok")


def test_a_header_block_may_come_in_many_frames() -> None:
    """HEADERS, with padding and a priority, and any number of CONTINUATIONs, some of them empty."""
    talk = Talk()
    talk.client.send_headers(1, ask("/x", ("x-long", "abc" * 50)), end_stream=True, priority_weight=7)
    data = talk.client.data_to_send()
    frame, length = Frame.parse_frame_header(memoryview(data[:9]))
    frame.parse_body(memoryview(data[9 : 9 + length]))
    assert isinstance(frame, HeadersFrame)
    block = frame.data
    head = HeadersFrame(1, block[:3], flags=["END_STREAM", "PRIORITY", "PADDED"], pad_length=9, stream_weight=7)
    rest = [ContinuationFrame(1, block[start : start + 20]) for start in range(3, len(block), 20)]
    talk.raw(head, ContinuationFrame(1, b""), *rest, ContinuationFrame(1, b"", flags=["END_HEADERS"]), up=True)
    talk.server.receive_data(data)
    talk.answer(1, b"ok")
    assert only(talk).request_headers[b"x-long"] == b"abc" * 50


def test_what_a_spectator_has_no_use_for_is_passed_over() -> None:
    """Pings, windows, priorities, unknown frames, between everything else."""
    talk = Talk()
    unknown = ExtensionFrame(type=0xFA, stream_id=3, body=b"x" * 300)
    unknown.body_len = 300
    noise = (
        PingFrame(0, b"12345678"),
        WindowUpdateFrame(0, 5),
        PriorityFrame(9, depends_on=1),
        unknown,
        AltSvcFrame(0, b"a", b"b"),
    )
    stream = talk.open(ask(), b"[", ends=False)
    talk.raw(*noise, up=True)
    talk.send(stream, b"1]", ends=True)
    talk.begin_answer(stream)
    talk.raw(*noise, up=False)
    talk.more(stream, b"ok", ends=True)
    found = only(talk)
    assert (found.request_body, found.response_body) == (b"[1]", b"ok")


def test_interim_answers_belong_to_nobody_and_trailers_are_headers() -> None:
    """100 and 103 before the answer, and fields behind both bodies."""
    talk = Talk()
    stream = talk.open(ask(), b"[1]", ends=False)
    talk.server.send_headers(stream, [(":status", "100")])
    talk.server.send_headers(stream, [(":status", "103"), ("link", "</a>")])
    talk.flush(up=False)
    talk.client.send_headers(stream, [("x-sum", "1")], end_stream=True)
    talk.flush(up=True)
    talk.answer(stream, b"ok", trailers=[("x-late", "2")])
    found = only(talk)
    assert found.response_headers == {b"server": b"model", b"x-late": b"2"}
    assert b"x-sum" not in found.request_headers


def test_an_answer_may_come_before_its_request_is_complete() -> None:
    """And end before it."""
    talk = Talk()
    stream = talk.open(ask(), b"[1", ends=False)
    talk.answer(stream, b"no", [(":status", "413")])
    talk.send(stream, b"]", ends=True)
    found = only(talk)
    assert (found.request_body, found.status) == (b"[1]", 413)


def test_a_promise_of_the_server_changes_its_table_and_nothing_else() -> None:
    """Its fields are named by later answers."""
    talk = Talk()
    stream = talk.open(ask())
    talk.server.push_stream(stream, 2, ask("/style.css", ("x-kept", "in the table"), method="GET"))
    talk.server.send_headers(2, [(":status", "200"), ("x-kept", "in the table")])
    talk.server.send_data(2, b"pushed", end_stream=True)
    talk.flush(up=False)
    talk.answer(stream, b"ok", [(":status", "200"), ("x-kept", "in the table")])
    found = only(talk)
    assert (found.path, found.response_body, found.response_headers[b"x-kept"]) == ("/predict", b"ok", b"in the table")


@pytest.mark.parametrize("up", [True, False])
def test_a_stream_that_is_reset_is_incomplete_and_the_others_go_on(up: bool) -> None:
    """By either side; parts of it that are still on the way are passed over."""
    talk = Talk()
    first, second = talk.open(ask("/a"), b"[1]", ends=False), talk.open(ask("/b"), b"[2]")
    (talk.client if up else talk.server).reset_stream(first, ErrorCodes.CANCEL)
    talk.flush(up=up)
    talk.raw(DataFrame(first, b"late", flags=["END_STREAM"]), up=not up)
    talk.answer(second, b"ok")
    found, why = outcome(talk.steps)
    assert [one.path for one in found] == ["/b"]
    assert why == [TapReason.INCOMPLETE]


def test_a_reset_behind_the_answer_leaves_the_figures() -> None:
    """The server wants no more of the request; status and latency are known."""
    talk = Talk()
    stream = talk.open(ask(), b"[1]", ends=False)
    talk.answer(stream, b"no", [(":status", "413")])
    talk.raw(RstStreamFrame(stream, error_code=0), up=False)
    found, why = outcome(talk.steps)
    assert [(one.status, one.watched, one.request_body) for one in found] == [(413, False, b"")]
    assert why == [TapReason.INCOMPLETE]


def test_a_goodbye_ends_the_streams_that_the_server_will_not_look_at() -> None:
    """The others are still answered."""
    talk = Talk()
    first = talk.open(ask("/a"), b"[1]")
    talk.open(ask("/b"), b"[2]")
    talk.raw(GoAwayFrame(last_stream_id=first, additional_data=b"bye"), up=False)
    talk.answer(first, b"ok")
    found, why = outcome(talk.steps)
    assert [one.path for one in found] == ["/a"]
    assert why == [TapReason.INCOMPLETE]
    reader = new_reader()
    for kind, data in talk.steps:
        (reader.up if kind == "up" else reader.down)(data, 0.0)
    assert reader.held <= 2 * 4096


def test_a_table_grows_to_what_was_announced_and_shrinks_again() -> None:
    """Fields that only a larger table can hold are named by later blocks; so are they after it became small."""
    talk = Talk(table_size=20_000)
    fields = [(f"x-{number}", str(number) * 50) for number in range(100)]
    for _ in range(3):
        talk.answer(talk.open(ask("/large", *fields)), b"ok", [*OK, *fields])
    for side in (talk.client, talk.server):
        side.update_settings({1: 100})
    talk.settle()
    for _ in range(2):
        talk.answer(talk.open(ask("/small", *fields)), b"ok", [*OK, *fields])
    found, why = outcome(talk.steps)
    assert why == []
    assert [one.path for one in found] == ["/large"] * 3 + ["/small"] * 2
    assert all(one.request_headers[b"x-99"] == one.response_headers[b"x-99"] == b"99" * 50 for one in found)


def test_blocks_that_look_the_same_may_mean_something_else_later() -> None:
    """What a byte names depends on the table, and that changes in between."""
    talk = Talk()
    seen = ["/a", "/a", "/a", "/b", "/a", "/b", "/b", "/c", "/a"]
    for path in seen:
        talk.answer(talk.open(ask(path), b"[1]"), b"ok", [(":status", "200"), ("x-path", path)])
    found, _ = outcome(talk.steps)
    assert [one.path for one in found] == seen
    assert [one.response_headers[b"x-path"].decode() for one in found] == seen


def test_what_is_under_way_at_the_end_is_incomplete() -> None:
    """Once for each stream."""
    talk = Talk()
    talk.open(ask(), b"[1", ends=False)
    talk.begin_answer(talk.open(ask(), b"[1]"))
    for end in ([], [("up_end", b""), ("down_end", b"")], [("down_end", b"")]):
        assert outcome([*talk.steps, *end]) == ([], [TapReason.INCOMPLETE] * 2)


def test_a_client_that_half_closes_still_gets_its_answers() -> None:
    """Except for the request that it cut off, which only counts for the figures."""
    talk = Talk()
    half, whole = talk.open(ask("/half"), b"[1", ends=False), talk.open(ask("/whole"), b"[1]")
    talk.steps.append(("up_end", b""))
    talk.server.send_headers(half, [(":status", "400")], end_stream=True)
    talk.flush(up=False)
    talk.server.send_headers(whole, OK, end_stream=True)
    talk.flush(up=False)
    found, why = outcome(talk.steps)
    assert [(one.path, one.status, one.watched) for one in found] == [("/half", 400, False), ("/whole", 200, True)]
    assert why == [TapReason.INCOMPLETE]


@pytest.mark.parametrize("place", ["beginning", "middle", "end"])
def test_nothing_is_read_behind_a_gap(place: str) -> None:
    """A header block that was missed makes all later ones unreadable; the relay need copy no more."""
    talk = Talk()
    talk.open(ask(), b"[1]")
    at = {"beginning": 1, "middle": 3, "end": len(talk.steps)}[place]
    reader = new_reader()
    events = play(reader, [*talk.steps[:at], ("gap", b"overflow"), *talk.steps[at:]])
    assert reasons(events) == [TapReason.OVERFLOW]
    assert reader.unread


def test_a_path_that_nobody_watches_gives_figures_but_no_bodies() -> None:
    """Status and times are there, bodies are not."""
    talk = Talk()
    talk.answer(talk.open(ask(), b"x" * 100), b"y" * 100)
    for size in (10**6, 10):
        (found,) = exchanges(play(ConnectionReader(watches=nothing, max_body=50), pieces(talk.steps, size)))
        assert (found.watched, found.request_body, found.response_body, found.response_whole) == (False, b"", b"", True)


def test_a_tunnel_is_an_exchange_without_bodies() -> None:
    """Extended CONNECT is how a WebSocket begins over HTTP/2."""
    talk = Talk()
    stream = talk.open(((":method", "CONNECT"), (":authority", "other:443")), b"\x16\x03", ends=True)
    talk.answer(stream, b"\x16\x03")
    found = only(talk)
    assert (found.method, found.target, found.watched, found.request_body) == (b"CONNECT", b"other:443", False, b"")
