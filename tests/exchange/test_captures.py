"""Recorded conversations of real clients with real servers give the exchanges that were recorded, however they are cut."""

from itertools import groupby

import pytest

from sidecar.reasons import TapReason
from tests.exchange.captures import UPGRADED, captures
from tests.exchange.wire import Capture, exchanges, gist, new_reader, pieces, play, read, reasons

ALL = captures()
PLAIN = [capture for capture in ALL if capture.status != 101 and capture.name != UPGRADED]
SIZES = range(1, 65)
LARGE = 100_000

every_capture = pytest.mark.parametrize("capture", ALL, ids=lambda capture: capture.name)


def test_there_are_captures_of_every_server() -> None:
    """All 107 recorded connections are here."""
    assert len(ALL) == 107


def expected_refusals(capture: Capture) -> list[TapReason]:
    """Return what is known about the captures that are not plain HTTP to their end."""
    if capture.status == 101:
        return [TapReason.UPGRADED]
    if capture.name == "http-half_close-rawsocket":
        return [TapReason.INCOMPLETE]
    if capture.name == "http-h2c_upgrade_offer-java_httpclient":
        # This server took the body behind an upgrade offer for a second request, and answered it.
        return [TapReason.DESYNCHRONISED]
    return []


@every_capture
def test_every_recorded_request_becomes_an_exchange(capture: Capture) -> None:
    """Number, method, target and body size are those that the recorder noted; what is no HTTP has its reason."""
    events = read(*capture.steps)
    found = exchanges(events)
    refused = expected_refusals(capture)
    assert reasons(events) == refused
    if refused and TapReason.DESYNCHRONISED not in refused:
        assert found == []
        return
    assert len(found) == capture.requests
    sizes = tuple((one.method.decode(), one.target.decode(), len(one.request_body)) for one in found)
    assert sizes[: len(capture.targets)] == capture.targets
    assert found[0].status == capture.status


@every_capture
def test_a_capture_gives_the_same_exchanges_however_it_is_cut(capture: Capture) -> None:
    """Pieces of 1 to 64 bytes, in the order of the timeline, change nothing; the capture of two megabytes is cut at fewer."""
    whole = gist(read(*capture.steps))
    for size in SIZES if capture.size < LARGE else (1, 13, 64):
        assert gist(play(new_reader(), pieces(capture.steps, size))) == whole, f"pieces of {size} bytes"


@every_capture
def test_a_capture_gives_the_same_exchanges_if_reads_are_joined(capture: Capture) -> None:
    """All bytes that went one way without one in between may come as one."""
    joined = [(kind, b"".join(data for _, data in run)) for kind, run in groupby(capture.steps, key=lambda step: step[0])]
    assert gist(read(*joined)) == gist(read(*capture.steps))


@pytest.mark.parametrize("capture", PLAIN, ids=lambda capture: capture.name)
def test_answers_may_be_read_long_after_their_requests(capture: Capture) -> None:
    """A copy whose directions come one after the other still pairs every answer with its request."""
    ordered = sorted(capture.steps, key=lambda step: ["up", "down", "up_end", "down_end"].index(step[0]))
    assert gist(exchanges(read(*ordered))) == gist(exchanges(read(*capture.steps)))


@every_capture
def test_nothing_is_read_after_a_connection_is_given_up(capture: Capture) -> None:
    """A connection is unread exactly if it is not HTTP to its end, and then it stays silent."""
    reader = new_reader()
    play(reader, capture.steps)
    assert reader.unread == any(reason is not TapReason.INCOMPLETE for reason in expected_refusals(capture))
    assert read(*capture.steps) != [] or capture.requests == 0
    assert play(reader, capture.steps) == []
