"""After bytes were left out, a connection is read again from a boundary that proves to be one, or not at all."""

import pytest

from sidecar.exchange import Exchange
from sidecar.reasons import TapReason
from tests.exchange.wire import Step, answer, exchanges, gist, new_reader, pieces, play, read, reasons, request

GAP = ("gap", b"sampled_out")
OVERFLOW = ("gap", b"overflow")


def outcome(*steps: Step) -> tuple[list[Exchange], list[TapReason]]:
    """Return exchanges and reasons, having seen that any cut gives the same."""
    events = read(*steps)
    for size in (1, 2, 3, 7):
        assert gist(play(new_reader(), pieces(steps, size))) == gist(events), f"pieces of {size} bytes"
    return exchanges(events), reasons(events)


def test_a_gap_between_exchanges_costs_nothing() -> None:
    """That is what sampling looks like."""
    found, why = outcome(GAP, request(b"[1]"), answer(), GAP, GAP, request(b"[2]"), answer(), GAP)
    assert [one.request_body for one in found] == [b"[1]", b"[2]"]
    assert why == []


HALF = request(b"0123456789")[1][:-5]


@pytest.mark.parametrize(
    "under_way",
    [
        [("up", b"POST /predict HT")],
        [("up", HALF)],
        [request()],
        [request(), ("down", b"HTTP/1.1 100 Continue\r\n\r\n")],
        [request(), ("down", b"HTTP/1.1 20")],
        [request(), ("down", answer(b"0123456789")[1][:-5])],
        [request(), ("down", answer(b"012", b"Connection: close")[1])],
        [request(), ("down", answer(b"3\r\n01", b"Transfer-Encoding: chunked")[1])],
        [request(b"3\r\n01", b"Transfer-Encoding: chunked")],
    ],
)
def test_an_exchange_under_way_is_refused_and_the_next_is_read(under_way: list[Step]) -> None:
    """The refusal has the reason of the gap, whatever part of the exchange was reached."""
    found, why = outcome(*under_way, OVERFLOW, request(b"[2]"), answer(b"ok"))
    assert [(one.request_body, one.response_body) for one in found] == [(b"[2]", b"ok")]
    assert why == [TapReason.OVERFLOW]


def test_every_pipelined_request_under_way_is_refused() -> None:
    """One refusal for each."""
    found, why = outcome(request(), request(), request(), answer(), OVERFLOW, request(), answer())
    assert len(found) == 2
    assert why == [TapReason.OVERFLOW] * 2


def test_an_early_answer_before_a_gap_still_counts_for_the_figures() -> None:
    """The rest of the request was left out; status and latency are known."""
    found, why = outcome(("up", HALF), answer(line=b"HTTP/1.1 413 Content Too Large"), OVERFLOW, request(), answer())
    assert [(one.status, one.watched) for one in found] == [(413, False), (200, True)]
    assert why == [TapReason.OVERFLOW]


@pytest.mark.parametrize("rest", [b'{"age": 35}', b"1a\r\n{...}", b"abc", b"NOT A REQUEST\r\n\r\n", b"\x00"])
def test_what_follows_a_gap_has_to_be_a_request(rest: bytes) -> None:
    """The rest of a body, after 100-continue say, is no boundary: the connection stays unread, and says so once."""
    found, why = outcome(request(), answer(), GAP, ("up", rest + b" " * 20 + b"\r\n\r\n"), request(), answer())
    assert len(found) == 1
    assert why == [TapReason.DESYNCHRONISED]


def test_what_follows_a_request_after_a_gap_has_to_be_an_answer() -> None:
    """The rest of an answer that was left out in part belongs to no request."""
    found, why = outcome(request(), OVERFLOW, request(), ("down", b"ction: 0.5}"), answer())
    assert found == []
    assert why == [TapReason.OVERFLOW, TapReason.DESYNCHRONISED]


def test_an_answer_right_after_a_gap_ends_the_reading() -> None:
    """Its request was left out."""
    found, why = outcome(request(), answer(), GAP, answer(), request(), answer())
    assert len(found) == 1
    assert why == [TapReason.DESYNCHRONISED]


def test_a_boundary_that_held_is_trusted_again() -> None:
    """What is wrong later is bad HTTP, and no lost boundary."""
    _, why = outcome(GAP, request(), answer(), ("up", b"\x00"))
    assert why == [TapReason.BAD_HTTP]


def test_another_protocol_after_a_gap_is_still_named() -> None:
    """The preface of HTTP/2 cannot be the middle of something."""
    _, why = outcome(GAP, ("up", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
    assert why == [TapReason.HTTP2]


def test_a_gap_on_an_unread_connection_says_nothing() -> None:
    """Neither does one after its end."""
    reader = new_reader()
    reader.up(b"\x00", 0.0)
    assert reader.gap(TapReason.OVERFLOW) == []
    ended = new_reader()
    ended.close(0.0)
    assert ended.gap(TapReason.OVERFLOW) == []
    assert not ended.unread
