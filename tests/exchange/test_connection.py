"""Requests and answers find each other, whatever HTTP/1 allows their senders to do."""

import pytest

from sidecar.exchange import ConnectionReader, Exchange
from sidecar.reasons import TapReason
from tests.exchange.wire import (
    MAX_BODY,
    Step,
    answer,
    chunked,
    everything,
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

CONTINUE = ("down", b"HTTP/1.1 100 Continue\r\n\r\n")
CHUNKED = b"Transfer-Encoding: chunked"


def only(*steps: Step) -> Exchange:
    """Return the one exchange of a conversation, having seen that any cut gives the same."""
    events = read(*steps)
    for size in (1, 2, 3, 7):
        assert gist(play(new_reader(), pieces(steps, size))) == gist(events), f"pieces of {size} bytes"
    (event,) = events
    assert isinstance(event, Exchange)
    return event


def refused(*steps: Step) -> list[TapReason]:
    """Return why a conversation without exchanges was refused, having seen that any cut gives the same."""
    events = read(*steps)
    for size in (1, 2, 3, 7):
        assert gist(play(new_reader(), pieces(steps, size))) == gist(events), f"pieces of {size} bytes"
    assert exchanges(events) == []
    return reasons(events)


def test_an_exchange_has_both_sides_and_both_times() -> None:
    """Everything that a decoder or a figure needs is in it; it began with the first byte and ended with the last."""
    reader = new_reader()
    head, body = request(b"[1]", b"Content-Type: application/json", line=b"POST /pre%64ict?v=1 HTTP/1.1")[1], b"[2]"
    assert reader.up(head[:5], 1.0) == []
    assert reader.up(head[5:], 2.0) == []
    sent = answer(body)[1]
    assert reader.down(sent[:-1], 3.0) == []
    (exchange,) = reader.down(sent[-1:], 4.5)
    assert exchange == Exchange(
        b"POST",
        b"/pre%64ict?v=1",
        "/predict",
        {b"host": b"model", b"content-type": b"application/json", b"content-length": b"3"},
        b"[1]",
        200,
        {b"server": b"model", b"content-length": b"3"},
        b"[2]",
        began=1.0,
        ended=4.5,
        watched=True,
    )


def test_a_chunked_request_with_extensions_and_trailers_has_the_body_alone() -> None:
    """Sizes in either case, extensions, padding and trailers leave no trace."""
    body = b"1C;ext=1\r\n{" + b" " * 26 + b'}\r\nA ;a="b"\r\n0123456789\r\n000\r\nX-Sum: abc\r\nX-B:\r\n\r\n'
    assert only(request(body, CHUNKED), answer()).request_body == b"{" + b" " * 26 + b"}0123456789"


def test_a_chunked_answer_is_put_together() -> None:
    """The answer's chunks become its body."""
    assert only(request(), answer(chunked(b"ab", b"c"), CHUNKED)).response_body == b"abc"


def test_an_answer_may_end_with_its_connection() -> None:
    """Without a length an answer ends when the model closes."""
    steps = request(), answer(b"abc", b"Connection: close", line=b"HTTP/1.0 200 OK")
    assert only(*steps, ("down_end", b"")).response_body == b"abc"


def test_an_answer_without_a_length_that_is_cut_off_is_incomplete() -> None:
    """A connection that vanishes (a reset) ends no answer."""
    assert refused(request(), answer(b"abc", b"Connection: close")) == [TapReason.INCOMPLETE]


@pytest.mark.parametrize("line", [b"HTTP/1.1 204 No Content", b"HTTP/1.1 304 Not Modified"])
def test_some_answers_have_no_body_whatever_they_announce(line: bytes) -> None:
    """After 204 and 304 the next answer follows at once."""
    steps = [request(), request(), ("down", line + b"\r\nContent-Length: 5\r\n\r\n"), answer(b"ok")]
    first, second = exchanges(read(*steps))
    assert (first.response_body, second.response_body) == (b"", b"ok")


def test_an_answer_to_head_has_no_body() -> None:
    """Its length is the length of the body it would have had."""
    head = ("down", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
    first, second = exchanges(read(request(line=b"HEAD /predict HTTP/1.1"), head, request(), answer(b"ok")))
    assert (first.method, first.response_body, second.response_body) == (b"HEAD", b"", b"ok")


def test_three_pipelined_requests_in_one_piece_get_their_answers_later() -> None:
    """Answers are paired by order."""
    together = b"".join(request(b"[%d]" % number)[1] for number in range(3))
    answers = [answer(b"{%d}" % number) for number in range(3)]
    found = exchanges(read(("up", together), *answers))
    assert [(one.request_body, one.response_body) for one in found] == [(b"[0]", b"{0}"), (b"[1]", b"{1}"), (b"[2]", b"{2}")]


def test_three_answers_may_come_in_one_piece_too() -> None:
    """The end of one answer is the beginning of the next."""
    up = ("up", b"".join(request(b"[%d]" % number)[1] for number in range(3)))
    down = ("down", b"".join(answer(b"{%d}" % number)[1] for number in range(3)))
    assert [one.response_body for one in exchanges(read(up, down))] == [b"{0}", b"{1}", b"{2}"]


def test_expect_100_continue_is_answered_before_the_body() -> None:
    """An interim answer belongs to nobody."""
    head, body = request(b"[1]", b"Expect: 100-continue")[1].split(b"\r\n\r\n")
    found = only(("up", head + b"\r\n\r\n"), CONTINUE, ("up", body), answer(b"ok"))
    assert (found.request_body, found.status) == (b"[1]", 200)


def test_several_interim_answers_may_come_before_the_final_one() -> None:
    """100, 102 and 103 with fields of its own are passed over."""
    early = ("down", b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
    assert only(request(), CONTINUE, early, answer(line=b"HTTP/1.1 201 Created")).status == 201


def test_an_answer_may_come_before_its_request_is_complete() -> None:
    """The exchange is complete when both are, and it ended with its answer."""
    reader = new_reader()
    data = request(b"0123456789")[1]
    assert reader.up(data[:-5], 1.0) == []
    assert reader.down(answer(b"no", line=b"HTTP/1.1 413 Content Too Large")[1], 2.0) == []
    (found,) = exchanges(reader.up(data[-5:], 9.0))
    assert (found.request_body, found.status, found.ended) == (b"0123456789", 413, 2.0)


def test_answer_and_request_may_stream_at_the_same_time() -> None:
    """A duplex exchange alternates between directions, in chunks."""
    up = [("up", request(b"", CHUNKED)[1]), *[("up", b"2\r\n%d\n\r\n" % number) for number in range(3)], ("up", b"0\r\n\r\n")]
    down = [
        ("down", answer(b"", CHUNKED)[1]),
        *[("down", b"2\r\n%d;\r\n" % number) for number in range(3)],
        ("down", b"0\r\n\r\n"),
    ]
    steps = [step for pair in zip(up, down, strict=True) for step in pair]
    found = only(*steps)
    assert (found.request_body, found.response_body) == (b"0\n1\n2\n", b"0;1;2;")


def test_a_refused_request_that_is_never_finished_counts_for_the_figures_only() -> None:
    """After an early answer the client may hang up: the status is known, the rows are not."""
    data = request(b"0123456789")[1]
    events = read(("up", data[:-5]), answer(line=b"HTTP/1.1 413 Content Too Large"), ("up_end", b""))
    assert reasons(events) == [TapReason.INCOMPLETE]
    assert [(one.status, one.watched, one.request_body) for one in exchanges(events)] == [(413, False, b"")]


def test_an_answer_to_a_request_that_was_cut_short_counts_for_the_figures_only() -> None:
    """The client shut its side down in the middle of a body; the model says what it thinks of that."""
    data = request(b"0123456789")[1]
    events = read(("up", data[:-5]), ("up_end", b""), answer(line=b"HTTP/1.1 400 Bad Request"), ("down_end", b""))
    assert reasons(events) == [TapReason.INCOMPLETE]
    assert [(one.status, one.watched) for one in exchanges(events)] == [(400, False)]


def test_a_client_that_half_closes_still_gets_its_answer() -> None:
    """The end of the requests is not the end of the answers."""
    assert only(request(b"[1]"), ("up_end", b""), answer(b"ok"), ("down_end", b"")).response_body == b"ok"


def test_an_old_client_without_keep_alive_is_read() -> None:
    """HTTP/1.0 has no Host, and no chunks."""
    found = only(("up", b"POST /predict HTTP/1.0\r\ncontent-LENGTH:3  \r\n\r\n[1]"), answer(b"ok", line=b"HTTP/1.0 200 OK"))
    assert (found.request_body, found.request_headers) == (b"[1]", {b"content-length": b"3"})


def test_empty_lines_before_a_request_are_forgiven() -> None:
    """Some clients send one behind a body."""
    second = ("up", b"\r\n\r\n" + request(b"[2]")[1])
    assert [one.request_body for one in exchanges(read(request(b"[1]"), answer(), second, answer()))] == [b"[1]", b"[2]"]


def test_an_upgrade_offer_that_the_server_ignores_is_an_exchange_with_its_body() -> None:
    """OpenJDK's client offers h2c with every request; the body belongs to the request all the same."""
    offer = b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAEAAEAAAAIAAAAA"
    steps = request(b"[1]", *offer), answer(b"ok"), request(b"[2]", *offer), answer(b"ok")
    assert [one.request_body for one in exchanges(read(*steps))] == [b"[1]", b"[2]"]
    assert only(*steps[:2]).request_body == b"[1]"


@pytest.mark.parametrize("fields", [b"Upgrade: websocket\r\nConnection: Upgrade\r\n", b""])
def test_an_upgrade_ends_the_reading_of_a_connection(fields: bytes) -> None:
    """Behind 101 the bytes are another protocol, also if the answer does not say which."""
    switch = ("down", b"HTTP/1.1 101 Switching Protocols\r\n" + fields + b"\r\n\x81\x05hello")
    offer = request(b"", b"Upgrade: websocket", b"Connection: Upgrade", line=b"GET /ws HTTP/1.1")
    assert refused(offer, switch, ("up", b"\x81\x85aaaabbbbb")) == [TapReason.UPGRADED]


def test_a_tunnel_ends_the_reading_of_a_connection() -> None:
    """A CONNECT that is accepted is not HTTP from there on; one that is refused is an exchange."""
    ask = ("up", b"CONNECT other:443 HTTP/1.1\r\nHost: other:443\r\nContent-Length: 5\r\n\r\n")
    assert refused(ask, ("down", b"HTTP/1.1 200 OK\r\n\r\n\x16\x03\x01")) == [TapReason.UPGRADED]
    assert only(ask, answer(line=b"HTTP/1.1 405 Method Not Allowed")).status == 405


@pytest.mark.parametrize(
    ("opening", "reason"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", TapReason.NOT_HTTP1),
        (b"\x00\x00\x00\x04\x00", TapReason.NOT_HTTP1),
        (b"*1\r\n$4\r\nPING\r\n", TapReason.NOT_HTTP1),
        (b"hello there\r\n\r\n", TapReason.NOT_HTTP1),
        (b"AAAAAAAAAAAAAAAAAAAAAAAA", TapReason.NOT_HTTP1),
        (b"BREW /pot HTCPCP/1.0\r\n\r\n", TapReason.BAD_HTTP),
        (b"DESCRIBE rtsp://a/b RTSP/1.0\r\n\r\n", TapReason.BAD_HTTP),
        (b"GET /\r\n\r\n", TapReason.BAD_HTTP),
        (b"GET / HTTP/2.0\r\n\r\n", TapReason.BAD_HTTP),
        (b"GET / HTTP/1.1\nHost: a\n\n", TapReason.BAD_HTTP),
        (b"POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n", TapReason.BAD_HTTP),
        (b"POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", TapReason.BAD_HTTP),
        (b"POST / HTTP/1.1\r\nContent-Length: 1_0\r\n\r\n", TapReason.BAD_HTTP),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", TapReason.BAD_HTTP),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", TapReason.BAD_HTTP),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", TapReason.BAD_HTTP),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding:\r\n\r\n", TapReason.BAD_HTTP),
        (b"GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", TapReason.BAD_HTTP),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", TapReason.BAD_HTTP),
    ],
)
def test_what_is_not_http_1_for_certain_is_not_read(opening: bytes, reason: TapReason) -> None:
    """Other protocols and heads that two readers could understand differently are refused once, with a reason."""
    assert refused(("up", opening)) == [reason]
    reader = new_reader()
    reader.up(opening, 0.0)
    assert reader.unread
    assert reader.up(request()[1], 1.0) == reader.down(answer()[1], 2.0) == reader.gap(TapReason.OVERFLOW) == []


@pytest.mark.parametrize(
    "body", [b"zz\r\n", b"-1\r\n", b"1\r\nab", b"1\r\na\rb\n", b"0x1\r\na\r\n", b"1\na\r\n", b"\r\n", b"0\r\nno colon\r\n"]
)
def test_chunks_that_break_end_the_reading(body: bytes) -> None:
    """In either direction; the exchange under way is refused."""
    ends = ("up", b"\n" * 5), ("down", b"\n" * 5)
    assert refused(request(body, CHUNKED), ends[0]) == [TapReason.BAD_HTTP]
    assert refused(request(), answer(body, CHUNKED), ends[1]) == [TapReason.BAD_HTTP]


def test_an_answer_that_nobody_asked_for_ends_the_reading() -> None:
    """Nothing that follows could be paired for certain."""
    events = read(request(), answer(), answer(line=b"HTTP/1.1 408 Request Timeout"), request(), answer())
    assert len(exchanges(events)) == 1
    assert reasons(events) == [TapReason.DESYNCHRONISED]
    assert refused(answer()) == [TapReason.DESYNCHRONISED]


def test_a_server_that_speaks_first_is_judged_by_what_the_client_says() -> None:
    """HTTP/2 servers do so, before a byte of the client is seen; nobody else has a reason to."""
    settings = ("down", b"\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x04\x00\x10\x00\x00")
    assert refused(settings, ("up", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), settings) == []
    assert refused(("down", b"220 mail"), ("up", b"PRI * HTTP/2.0\r\n\r\n"), ("down", b" ready\r\n")) == [TapReason.BAD_HTTP]
    assert refused(("down", b"J\x00\x00\x00\n8.0"), ("up", b"\x20\x00\x00\x01")) == [TapReason.NOT_HTTP1]
    assert refused(("down", b"220 mail ready\r\n"), request()) == [TapReason.DESYNCHRONISED]
    assert refused(("down", b"220 mail ready\r\n")) == []


def test_garbage_in_the_place_of_an_answer_ends_the_reading() -> None:
    """The request that waits is refused."""
    assert refused(request(), ("down", b"220 mail ready\r\n")) == [TapReason.BAD_HTTP]
    assert refused(request(), ("down", b"HTTP/1.1 20 OK\r\n\r\n")) == [TapReason.BAD_HTTP]
    assert refused(request(), request(), ("down", b"HTTP/2 200\r\n\r\n")) == [TapReason.BAD_HTTP] * 2


def test_garbage_after_a_request_refuses_the_waiting_one_too() -> None:
    """One refusal for what waits, one for what should have been a request."""
    assert refused(request(), ("up", b"\x00\x01")) == [TapReason.BAD_HTTP] * 2


def test_a_quiet_end_says_nothing() -> None:
    """A connection that ends between exchanges, or without any, has lost nothing."""
    assert read() == []
    assert reasons(read(request(), answer(), ("up_end", b""), ("down_end", b""))) == []
    assert reasons(read(("up", b"\r\n"), ("up_end", b""))) == []


@pytest.mark.parametrize("end", ["up_end", "down_end", "close"])
def test_what_is_under_way_at_the_end_is_incomplete(end: str) -> None:
    """Once for each request that will never be answered, be it sent in part or in full."""
    steps = [] if end == "close" else [(end, b"")]
    assert refused(("up", b"POST /pre"), *steps) == [TapReason.INCOMPLETE]
    assert refused(request(), request(), ("up", b"POST /pre"), *steps) == [TapReason.INCOMPLETE] * 3
    assert refused(request(), ("down", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"), *steps) == [TapReason.INCOMPLETE]


def test_a_path_that_nobody_watches_gives_figures_but_no_bodies() -> None:
    """Status and times are there, bodies are not, however they are framed."""
    steps = [request(b"x" * 100), answer(b"y" * 100), request(chunked(b"x"), CHUNKED), answer(chunked(b"y"), CHUNKED)]
    for size in (10**6, 10):
        found = play(ConnectionReader(watches=nothing, max_body=50), pieces(steps, size))
        assert [(one.watched, one.request_body, one.response_body, one.response_whole) for one in exchanges(found)] == [
            (False, b"", b"", True),
            (False, b"", b"", True),
        ]
        assert reasons(found) == []


def test_whether_a_request_is_watched_is_asked_with_its_method_and_path() -> None:
    """The path is decoded and has no query."""
    asked: list[tuple[bytes, str]] = []

    def watches(method: bytes, path: str) -> bool:
        asked.append((method, path))
        return everything(method, path)

    play(ConnectionReader(watches=watches, max_body=MAX_BODY), [request(line=b"PUT /a%2Fb?c=/d HTTP/1.1"), answer()])
    assert asked == [(b"PUT", "/a/b")]
