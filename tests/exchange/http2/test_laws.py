"""Laws: what a client and a server meant is what is read, however it was mixed and cut; and no bytes make the reader fail."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sidecar.exchange import Refusal
from sidecar.exchange.http2 import Http2Reader
from sidecar.exchange.http2.reader import MAX_HEADS
from sidecar.reasons import TapReason
from tests.exchange.captures import captures
from tests.exchange.http2.talk import GRPC, OK, Talk, ask
from tests.exchange.wire import Step, everything, exchanges, gist, new_reader, pieces, play, read, reasons

MAX_BODY = 2000
SMALL = [capture.steps for capture in captures() if capture.http2 and capture.size < 5000]

slow = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)

names = st.sampled_from(["x-a", "x-b", "x-c", "accept", "user-agent", "x-a-rather-long-name"])
values = st.text(st.characters(codec="ascii", min_codepoint=33, max_codepoint=126), max_size=20)
fields = st.lists(st.tuples(names, values), max_size=6, unique_by=lambda field: field[0])
bodies = st.lists(st.binary(max_size=300), max_size=3)
paddings = st.one_of(st.none(), st.integers(0, 255))


@st.composite
def plans(draw: st.DrawFn) -> tuple[Talk, list[tuple[bytes, bytes, dict[bytes, bytes], dict[bytes, bytes]]]]:
    """Draw a conversation of some streams, mixed in any order, and what was meant by it."""
    talk = Talk(table_size=draw(st.sampled_from([4096, 0, 60, 200, 10_000])), server_first=draw(st.booleans()))
    meant, todo = [], []
    for number in range(draw(st.integers(1, 5))):
        up, down, asked, answered = draw(bodies), draw(bodies), draw(fields), draw(fields)
        late = draw(st.booleans())
        steps: list[tuple[object, ...]] = [("open", f"/{number}", asked), *[("send", each) for each in up], ("sent",)]
        steps += [("head", answered), *[("more", each) for each in down], ("late",) if late else ("end",)]
        todo.append(steps)
        expected = {name.encode(): value.encode() for name, value in answered} | ({b"x-late": b"1"} if late else {})
        meant.append((b"".join(up), b"".join(down), {name.encode(): value.encode() for name, value in asked}, expected))
    streams: dict[int, int] = {}
    while any(todo):
        number = draw(st.sampled_from([number for number, steps in enumerate(todo) if steps]))
        act(talk, streams, number, todo[number].pop(0), draw(paddings))
    return talk, meant


def act(talk: Talk, streams: dict[int, int], number: int, step: tuple[object, ...], padding: int | None) -> None:
    """Let one side of a conversation take one step."""
    match step:
        case ("open", str(path), list(asked)):
            streams[number] = talk.open(ask(path, *asked), ends=False)
        case ("send", bytes(data)):
            talk.send(streams[number], data, ends=False, padding=padding)
        case ("sent",):
            talk.send(streams[number], b"", ends=True, padding=padding)
        case ("head", list(answered)):
            talk.begin_answer(streams[number], [*OK[:1], *answered])
        case ("more", bytes(data)):
            talk.more(streams[number], data, padding=padding)
        case ("end",):
            talk.more(streams[number], b"", ends=True)
        case _:
            talk.end_answer(streams[number], [("x-late", "1")])


@slow
@given(plans(), st.integers(1, 200))
def test_what_was_meant_is_what_is_read(
    plan: tuple[Talk, list[tuple[bytes, bytes, dict[bytes, bytes], dict[bytes, bytes]]]], size: int
) -> None:
    """Bodies and fields of every stream, and nothing else, whatever the tables, the paddings, the order and the cuts."""
    talk, meant = plan
    events = play(new_reader(10_000), pieces(talk.steps, size))
    assert reasons(events) == []
    found = {int(one.path[1:]): one for one in exchanges(events)}
    assert sorted(found) == list(range(len(meant)))
    for number, (up, down, asked, answered) in enumerate(meant):
        one = found[number]
        assert (one.request_body, one.response_body, one.status) == (up, down, 200)
        assert one.request_headers == {b"host": b"model:80"} | asked
        assert one.response_headers == answered


words = st.sampled_from(
    [
        b"\x00\x00\x00\x04\x00\x00\x00\x00\x00",
        b"\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x01\xff\xff\xff\xff",
        b"\x00\x00\x02\x01\x05\x00\x00\x00\x01\x83\x84",
        b"\x00\x00\x02\x01\x04\x00\x00\x00\x03\x83\x84",
        b"\x00\x00\x02\x01\x00\x00\x00\x00\x05\x83\x84",
        b"\x00\x00\x01\x01\x04\x00\x00\x00\x01\x88",
        b"\x00\x00\x01\x01\x05\x00\x00\x00\x03\x88",
        b"\x00\x00\x00\x09\x04\x00\x00\x00\x05",
        b"\x00\x00\x05\x00\x01\x00\x00\x00\x01hello",
        b"\x00\x00\x05\x00\x08\x00\x00\x00\x03\x02lo\x00\x00",
        b"\x00\x00\x04\x03\x00\x00\x00\x00\x01\x00\x00\x00\x00",
        b"\x00\x00\x08\x07\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00",
        b"\x00\x00\x05\x05\x04\x00\x00\x00\x01\x00\x00\x00\x02\x82",
        b"\x00\x00\x08\x06\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
        b"\xff\xff\xff\x00\x00\x00\x00\x00\x03",
        b"\xff\xff\xff\xfe\x00\x00\x00\x00\x03",
    ]
)
garbage = st.one_of(st.binary(max_size=30), st.lists(words, max_size=6).map(b"".join))
steps_ = st.one_of(
    st.tuples(st.sampled_from(["up", "down"]), garbage),
    st.sampled_from([("gap", b"overflow"), ("up_end", b""), ("down_end", b"")]),
)
START: list[Step] = [
    ("up", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"),
    ("down", b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"),
]


@st.composite
def damaged(draw: st.DrawFn) -> list[Step]:
    """Draw a recorded conversation with some of its bytes replaced, removed or repeated, or its pieces out of order."""
    conversation = list(draw(st.sampled_from(SMALL)))
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(conversation) - 1))
        kind, data = conversation[place]
        start = draw(st.integers(0, len(data)))
        end = start + draw(st.integers(0, 5))
        conversation[place] = (kind, data[:start] + draw(st.one_of(st.binary(max_size=5), words)) + data[end:])
    if draw(st.booleans()):
        place = draw(st.integers(0, len(conversation) - 1))
        conversation.insert(draw(st.integers(0, len(conversation) - 1)), conversation.pop(place))
    return conversation


@given(st.lists(steps_, max_size=12), st.integers(1, 9))
def test_no_frames_make_it_fail_and_cuts_cannot_be_seen(conversation: list[Step], size: int) -> None:
    """Whatever frames come, in whatever order, become exchanges and refusals."""
    whole = play(new_reader(MAX_BODY), [*START, *conversation])
    assert gist(play(new_reader(MAX_BODY), pieces([*START, *conversation], size))) == gist(whole)


@slow
@given(damaged(), st.integers(1, 64))
def test_damaged_conversations_are_read_or_refused(conversation: list[Step], size: int) -> None:
    """The same for what real clients and servers said, with errors in it; what is held stays within its bounds."""
    reader = new_reader(MAX_BODY)
    for kind, data in pieces(conversation, size):
        if kind in ("up", "down"):
            (reader.up if kind == "up" else reader.down)(data, 0.0)
        assert reader.held <= 2 * MAX_BODY + MAX_HEADS + 2 * 65536 + 100_000
    assert gist(play(new_reader(MAX_BODY), pieces(conversation, size))) == gist(read(*conversation, max_body=MAX_BODY))


@given(st.lists(st.binary(max_size=40), max_size=6), st.data())
def test_turns_of_a_stream_do_not_depend_on_cuts(parts: list[bytes], data: st.DataObject) -> None:
    """Whatever the messages are, and whatever is no message."""
    talk = Talk()
    stream = talk.open(ask("/s", GRPC), ends=False)
    talk.begin_answer(stream)
    for part in parts:
        up = data.draw(st.booleans())
        small = bytes([0, 0, 0, 0]) + bytes([len(part)]) + part if data.draw(st.booleans()) else part
        (talk.send if up else talk.more)(stream, small, ends=False)
    limit = data.draw(st.sampled_from([10, 50, 1000]))
    whole = gist(play(new_reader(limit), talk.steps))
    assert gist(play(new_reader(limit), pieces(talk.steps, data.draw(st.integers(1, 60))))) == whole


def test_a_reader_that_is_lost_stays_silent() -> None:
    """Every refusal of a connection comes once."""
    reader = Http2Reader(watches=everything, max_body=10, upgraded=None)
    events = reader.up(b"garbage that is no preface", 0.0)
    assert events == [Refusal(TapReason.BAD_HTTP, "HTTP/2: no preface")]
    assert reader.up(b"x", 0.0) == reader.down(b"x", 0.0) == reader.close(0.0) == []
