"""Laws of the reader: no bytes make it fail, and where a stream was cut can never be seen."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sidecar.exchange import MAX_OUTSTANDING, ConnectionReader, Event, Refusal
from sidecar.exchange.heads import MAX_HEAD
from sidecar.reasons import TapReason
from tests.exchange.captures import captures
from tests.exchange.wire import Step, answer, chunked, exchanges, gist, new_reader, pieces, play, read, reasons, request

SMALL = [capture.steps for capture in captures() if capture.size < 5000]
MAX_BODY = 2000

slow = settings(suppress_health_check=[HealthCheck.too_slow])

words = st.sampled_from(
    [
        b"POST /predict HTTP/1.1\r\n",
        b"HEAD / HTTP/1.1\r\n\r\n",
        b"CONNECT a:1 HTTP/1.1\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 101 x\r\n\r\n",
        b"HTTP/1.1 204 x\r\n",
        b"Content-Length: 5\r\n",
        b"Content-Length: 99999\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Connection: close\r\n",
        b"\r\n",
        b"\n",
        b"5\r\nhello\r\n",
        b"0\r\n\r\n",
        b"hello",
        b"\x16\x03\x01",
    ]
)
garbage = st.one_of(st.binary(max_size=30), st.lists(words, max_size=8).map(b"".join))
steps = st.one_of(
    st.tuples(st.sampled_from(["up", "down"]), garbage),
    st.sampled_from([("gap", b"overflow"), ("up_end", b""), ("down_end", b"")]),
)


@st.composite
def damaged_captures(draw: st.DrawFn) -> list[Step]:
    """Draw a recorded conversation with some of its bytes replaced, removed or repeated, and now and then a gap."""
    conversation = list(draw(st.sampled_from(SMALL)))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(conversation) - 1))
        kind, data = conversation[place]
        start = draw(st.integers(0, len(data)))
        end = start + draw(st.integers(0, 5))
        conversation[place] = (kind, data[:start] + draw(st.one_of(st.binary(max_size=5), words)) + data[end:])
    if draw(st.booleans()):
        conversation.insert(draw(st.integers(0, len(conversation))), ("gap", b"overflow"))
    return conversation


@given(st.lists(steps, max_size=12))
def test_no_bytes_make_it_fail_or_hold_more_than_it_may(conversation: list[Step]) -> None:
    """Whatever comes, in whatever order, becomes exchanges and refusals."""
    reader = new_reader(MAX_BODY)
    for at, step in enumerate(conversation):
        watched_alone(play_one(reader, step, float(at)))
        assert reader.held <= 2 * MAX_BODY + (2 + MAX_OUTSTANDING) * MAX_HEAD


def play_one(reader: ConnectionReader, step: Step, at: float) -> list[Event]:
    """Show one step to the reader."""
    kind, data = step
    if kind == "gap":
        return reader.gap(TapReason.OVERFLOW)
    if kind in ("up", "down"):
        return (reader.up if kind == "up" else reader.down)(data, at)
    return (reader.up_end if kind == "up_end" else reader.down_end)(at)


def watched_alone(events: list[Event]) -> None:
    """Check that whatever was not read whole has no body."""
    for event in events:
        assert isinstance(event, Refusal) or event.watched or not (event.request_body or event.response_body)


@given(st.lists(steps, max_size=12), st.integers(1, 9))
def test_cuts_cannot_be_seen_in_any_bytes(conversation: list[Step], size: int) -> None:
    """Exchanges and refusals are the same for the whole and for its pieces."""
    assert gist(play(new_reader(MAX_BODY), pieces(conversation, size))) == gist(play(new_reader(MAX_BODY), conversation))


@slow
@given(damaged_captures(), st.integers(1, 64))
def test_cuts_cannot_be_seen_in_damaged_conversations(conversation: list[Step], size: int) -> None:
    """The same for what real clients and servers said, with errors in it."""
    assert gist(play(new_reader(MAX_BODY), pieces(conversation, size))) == gist(play(new_reader(MAX_BODY), conversation))


bodies = st.binary(max_size=50)


@given(st.lists(st.tuples(bodies, bodies, st.booleans(), st.booleans()), min_size=1, max_size=5), st.data())
def test_what_was_sent_is_what_is_read(sent: list[tuple[bytes, bytes, bool, bool]], data: st.DataObject) -> None:
    """Any bodies, framed either way, pipelined or not, cut anywhere, come out as they went in."""
    coding = b"Transfer-Encoding: chunked"
    up = [request(chunked(*filter(None, [body])), coding) if parts else request(body) for body, _, parts, _ in sent]
    down = [answer(chunked(*filter(None, [body])), coding) if parts else answer(body) for _, body, _, parts in sent]
    ordered = up + down if data.draw(st.booleans()) else [step for pair in zip(up, down, strict=True) for step in pair]
    found = play(new_reader(), pieces(ordered, data.draw(st.integers(1, 200))))
    assert reasons(found) == []
    assert [(one.request_body, one.response_body) for one in exchanges(found)] == [(asked, told) for asked, told, _, _ in sent]


@given(st.lists(steps, max_size=6))
def test_a_gap_forgets_all_that_was_before_it(before: list[Step]) -> None:
    """Unless the connection was given up or has ended, a request right behind a gap is read."""
    reader = new_reader(MAX_BODY)
    for step in before:
        play_one(reader, step, 0.0)
    reader.gap(TapReason.OVERFLOW)
    over = reader.unread or any(kind == "down_end" for kind, _ in before)
    fresh = reader.up(request(b"[1]")[1], 0.0) + reader.down(answer(b"ok")[1], 1.0)
    assert [one.request_body for one in exchanges(fresh)] == ([] if over else [b"[1]"])


def test_conversations_of_the_captures_are_read_whole() -> None:
    """The strategy above starts from conversations that are sound."""
    assert all(reasons(read(*conversation)) != [TapReason.BAD_HTTP] for conversation in SMALL)
