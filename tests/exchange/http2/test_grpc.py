"""gRPC calls are exchanges with an honest status, and streams that stay open are one exchange after the other."""

import pytest
from h2.errors import ErrorCodes

from sidecar.exchange import Exchange
from sidecar.reasons import TapReason
from tests.exchange.http2.talk import GRPC, Talk, ask, message
from tests.exchange.wire import Step, exchanges, gist, new_reader, pieces, play, read, reasons

HEAD = ((":status", "200"), GRPC)
FINE = (("grpc-status", "0"),)
STREAM = "/inference.GRPCInferenceService/ModelStreamInfer"
CALL = ask("/inference.GRPCInferenceService/ModelInfer", GRPC)


def outcome(steps: list[Step], max_body: int = 1000) -> tuple[list[Exchange], list[TapReason]]:
    """Return exchanges and reasons, having seen that any cut gives the same."""
    events = read(*steps, max_body=max_body)
    for size in (1, 2, 3, 7, 100):
        assert gist(play(new_reader(max_body), pieces(steps, size))) == gist(events), f"pieces of {size} bytes"
    return exchanges(events), reasons(events)


def bodies(found: list[Exchange]) -> list[tuple[bytes, bytes]]:
    """Return both bodies of each exchange."""
    return [(one.request_body, one.response_body) for one in found]


def test_a_unary_call_is_an_exchange_with_its_message() -> None:
    """The five bytes before it stay, for they say whether it is compressed."""
    talk = Talk()
    talk.answer(talk.open(CALL, message(b"ask")), message(b"tell"), HEAD, trailers=FINE)
    (found,), why = outcome(talk.steps)
    assert why == []
    assert bodies([found]) == [(message(b"ask"), message(b"tell"))]
    assert (found.status, found.response_headers[b"grpc-status"]) == (200, b"0")


def test_a_call_whose_end_comes_apart_from_its_message_is_one_exchange() -> None:
    """Some clients end the stream with an empty frame."""
    talk = Talk()
    stream = talk.open(CALL, message(b"ask"), ends=False)
    talk.send(stream, b"", ends=True)
    talk.answer(stream, message(b"tell"), HEAD, trailers=FINE)
    assert bodies(outcome(talk.steps)[0]) == [(message(b"ask"), message(b"tell"))]


@pytest.mark.parametrize(
    ("grpc", "http"),
    [("0", 200), ("1", 499), ("3", 400), ("4", 504), ("5", 404), ("13", 500), ("14", 503), ("99", 500), ("x", 500)],
)
def test_the_status_of_a_call_is_what_its_trailers_say(grpc: str, http: int) -> None:
    """As HTTP would say it, also where trailers are all that the answer has."""
    talk = Talk()
    talk.answer(talk.open(CALL, message(b"ask")), message(b""), HEAD, trailers=(("grpc-status", grpc),))
    stream = talk.open(CALL, message(b"ask"))
    talk.server.send_headers(stream, (*HEAD, ("grpc-status", grpc)), end_stream=True)
    talk.flush(up=False)
    assert [one.status for one in outcome(talk.steps)[0]] == [http, http]


def test_an_answer_without_a_status_did_not_go_well() -> None:
    """The client will say UNKNOWN; a gateway's own error keeps its status."""
    talk = Talk()
    talk.answer(talk.open(CALL, message(b"ask")), message(b"tell"), HEAD)
    talk.answer(talk.open(CALL, message(b"ask")), b"no", ((":status", "503"),))
    assert [one.status for one in outcome(talk.steps)[0]] == [500, 503]


def test_other_exchanges_have_the_status_of_http() -> None:
    """What is no gRPC is not judged by its rules, gRPC-Web among it."""
    talk = Talk()
    for kind in ("application/json", "application/grpc-web+proto"):
        talk.answer(talk.open(ask("/predict", ("content-type", kind)), b"[1]"), b"ok")
    assert [one.status for one in outcome(talk.steps)[0]] == [200, 200]


def stream_of(talk: Talk, turns: int, *, ends: bool = True) -> int:
    """Ask and answer in turns on one stream."""
    stream = talk.open(ask(STREAM, GRPC), ends=False)
    talk.begin_answer(stream, HEAD)
    for turn in range(turns):
        talk.send(stream, message(b"ask %d" % turn), ends=False)
        talk.more(stream, message(b"tell %d" % turn))
    if ends:
        talk.send(stream, b"", ends=True)
        talk.end_answer(stream, FINE)
    return stream


def test_a_stream_is_an_exchange_for_each_turn() -> None:
    """While it is open, each with its own time; its end says nothing more."""
    talk = Talk()
    stream_of(talk, 3)
    found, why = outcome(talk.steps)
    assert why == []
    assert bodies(found) == [(message(b"ask %d" % turn), message(b"tell %d" % turn)) for turn in range(3)]
    assert [one.status for one in found] == [200] * 3
    assert [one.began for one in found][1:] == [one.ended for one in found][:-1]


def test_a_stream_that_never_ends_is_read_all_the_same() -> None:
    """It is cancelled when the client goes; there is nothing left then to be incomplete."""
    talk = Talk()
    stream = stream_of(talk, 2, ends=False)
    assert [len(outcome(steps)[0]) for steps in (talk.steps, [*talk.steps, ("up_end", b""), ("down_end", b"")])] == [2, 2]
    talk.client.reset_stream(stream, ErrorCodes.CANCEL)
    talk.flush(up=True)
    found, why = outcome(talk.steps)
    assert (len(found), why) == (2, [])


def test_questions_wait_for_the_next_answer() -> None:
    """Several of them may share one, and several answers one question."""
    talk = Talk()
    stream = talk.open(ask(STREAM, GRPC), ends=False)
    talk.begin_answer(stream, HEAD)
    a, b, c = (message(text) for text in (b"a", b"bb", b"ccc"))
    talk.send(stream, a + b + c[:4], ends=False)
    talk.more(stream, a + b)
    talk.send(stream, c[4:], ends=False)
    talk.more(stream, c)
    assert bodies(outcome(talk.steps)[0]) == [(a + b, a), (c, b + c)]


def test_what_is_asked_at_the_end_is_answered_at_the_end() -> None:
    """A client that has asked everything waits for all answers; the status is the last word."""
    talk = Talk()
    stream = stream_of(talk, 1, ends=False)
    talk.send(stream, message(b"last") + message(b"one"), ends=True)
    talk.more(stream, message(b"x"))
    talk.more(stream, message(b"y"))
    talk.end_answer(stream, (("grpc-status", "8"),))
    found, why = outcome(talk.steps)
    assert why == []
    assert [one.status for one in found] == [200, 429]
    assert bodies(found)[1] == (message(b"last") + message(b"one"), message(b"x") + message(b"y"))


def test_a_stream_that_fails_between_turns_counts_for_the_figures_only() -> None:
    """What was answered before was answered well."""
    talk = Talk()
    stream = stream_of(talk, 1, ends=False)
    talk.end_answer(stream, (("grpc-status", "13"),))
    talk.send(stream, b"", ends=True)
    found, why = outcome(talk.steps)
    assert why == []
    assert [(one.status, one.watched) for one in found] == [(200, True), (500, False)]


def test_a_question_that_is_never_answered_is_incomplete() -> None:
    """Once."""
    talk = Talk()
    stream = stream_of(talk, 1, ends=False)
    talk.send(stream, message(b"hello?"), ends=False)
    found, why = outcome(talk.steps)
    assert (len(found), why) == (1, [TapReason.INCOMPLETE])


def test_a_turn_that_is_too_large_is_left_out_and_the_next_is_read() -> None:
    """Just at the bound it is read."""
    talk = Talk()
    stream = talk.open(ask(STREAM, GRPC), ends=False)
    talk.begin_answer(stream, HEAD)
    for size in (95, 96, 300, 5):
        for start in range(0, size + 5, 60):
            talk.send(stream, message(bytes(size))[start : start + 60], ends=False)
        talk.more(stream, message(b"fine"))
    found, why = outcome(talk.steps, max_body=100)
    assert why == [TapReason.BODY_TOO_LARGE] * 2
    assert [(len(one.request_body), one.watched) for one in found] == [(100, True), (0, False), (0, False), (10, True)]


def test_a_stream_holds_no_more_than_its_turn() -> None:
    """However long it lasts."""
    talk = Talk()
    stream_of(talk, 200, ends=False)
    reader, most = new_reader(1000), 0
    for kind, data in talk.steps:
        (reader.up if kind == "up" else reader.down)(data, 0.0)
        most = max(most, reader.held)
    assert most < 2 * 4096 + 2000


def test_what_does_not_fit_is_let_go_message_by_message() -> None:
    """So that a read with several messages is no worse than several reads."""
    talk = Talk()
    stream = talk.open(ask(STREAM, GRPC), ends=False)
    talk.begin_answer(stream, HEAD)
    talk.send(stream, message(b""), ends=False)
    talk.more(stream, message(b"") + message(b"x" * 15))
    found, why = outcome(talk.steps, max_body=10)
    assert why == []
    assert [(one.response_body, one.response_whole) for one in found] == [(message(b""), True)]
