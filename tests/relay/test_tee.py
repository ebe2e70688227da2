"""The tee decides once for each exchange whether it is copied, and says where it left something out."""

from collections.abc import Callable
from contextlib import closing
from itertools import groupby
from operator import itemgetter

import pytest

from sidecar.frames import HEADER_SIZE, Kind
from sidecar.reasons import TapReason
from sidecar.relay.outbox import RESERVE
from sidecar.relay.tee import LONGEST_GREETING
from tests.relay.captures import Capture, captures
from tests.relay.engine_end import EngineEnd

ASK, ANSWER = b"POST /predict HTTP/1.1\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
EVERYTHING = 1 << 24


@pytest.fixture
def chance(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Say what the dice will show."""

    def will_be(value: float) -> None:
        monkeypatch.setattr("sidecar.relay.tee.random", lambda: value)

    return will_be


def test_a_connection_is_announced_with_its_first_bytes_and_closed(engine: EngineEnd) -> None:
    """What passed arrives in its order, with both ends."""
    tee = engine.tap.open(7)
    tee.up(ASK)
    tee.down(ANSWER)
    tee.up_end()
    tee.down_end()
    tee.close()
    assert engine.told() == [
        (Kind.OPEN, b""),
        (Kind.UP, ASK),
        (Kind.DOWN, ANSWER),
        (Kind.UP_END, b""),
        (Kind.DOWN_END, b""),
        (Kind.CLOSE, b""),
    ]
    assert engine.held == engine.figures.tap_connections == 0
    assert engine.tap.tees == {}


def test_a_connection_without_bytes_is_not_announced(engine: EngineEnd) -> None:
    """A probe that only connects is no news for the engine."""
    tee = engine.tap.open(1)
    tee.up_end()
    tee.close()
    assert engine.told() == []


@pytest.mark.parametrize("name", [capture.name for capture in captures()])
def test_a_copy_is_what_passed_however_it_was_cut(engine: EngineEnd, name: str) -> None:
    """Every recorded conversation, in pieces of each size, is copied byte for byte and turn for turn."""
    capture = next(capture for capture in captures() if capture.name == name)
    for size in range(1, 65) if capture.size < 1 << 14 else (509, 4096, 1 << 16):
        relayed = through_a_tee(engine, capture, size)
        told = [entry for entry in engine.told() if entry[0] in (Kind.UP, Kind.DOWN)]
        assert turns(told) == turns(relayed)


def turns(pieces: list[tuple[Kind, bytes]]) -> list[tuple[Kind, bytes]]:
    """Join what one side said without being interrupted."""
    return [(kind, b"".join(data for _, data in turn)) for kind, turn in groupby(pieces, key=itemgetter(0))]


def through_a_tee(engine: EngineEnd, capture: Capture, size: int) -> list[tuple[Kind, bytes]]:
    """Let `capture` pass in pieces; return them."""
    tee = engine.tap.open(size)
    relayed = []
    for step in capture.steps:
        kind, pass_on = (Kind.UP, tee.up) if step.upward else (Kind.DOWN, tee.down)
        for start in range(0, len(step.data), size):
            piece = step.data[start : start + size]
            relayed.append((kind, piece))
            pass_on(piece)
    tee.close()
    return relayed


def test_bytes_after_an_answer_begin_an_exchange(engine: EngineEnd) -> None:
    """Turns are counted, however many pieces each side's turn has."""
    tee = engine.tap.open(1)
    for piece in (ASK[:5], ASK[5:]):
        tee.up(piece)
    for piece in (ANSWER[:5], ANSWER[5:]):
        tee.down(piece)
    assert engine.figures.exchanges == 1
    tee.up(ASK)
    assert engine.figures.exchanges == 2


def test_an_interim_answer_does_not_end_the_turn(engine: EngineEnd, chance: Callable[[float], None]) -> None:
    """The body behind ``100 Continue`` belongs to its head, so it is not diced for again."""
    engine.tap.share = 0.5
    chance(0.4)
    tee = engine.tap.open(1)
    tee.up(ASK)
    chance(0.6)
    tee.down(CONTINUE)
    tee.up(b"body")
    tee.down(ANSWER)
    assert [kind for kind, _ in engine.told()] == [Kind.OPEN, Kind.UP, Kind.DOWN, Kind.UP, Kind.DOWN]
    tee.up(ASK)
    assert engine.told() == []
    assert (engine.figures.exchanges, engine.figures.sampled_out) == (2, 1)


@pytest.mark.parametrize("answer", [CONTINUE + ANSWER, ANSWER, b"HTTP/1.1 100", b"HTTP/1.1 200 OK\r\nX: HTTP/1.1 1\r\n\r\n"])
def test_anything_but_one_whole_interim_answer_ends_the_turn(engine: EngineEnd, answer: bytes) -> None:
    """An interim answer with the answer behind it, or a part of one, does."""
    tee = engine.tap.open(1)
    tee.up(ASK)
    tee.down(answer)
    tee.up(ASK)
    assert engine.figures.exchanges == 2


def test_sampling_leaves_out_whole_exchanges_and_says_so(engine: EngineEnd, chance: Callable[[float], None]) -> None:
    """An exchange that lost its draw is missing from head to answer, and the next one that is copied comes behind a gap."""
    engine.tap.share = 0.5
    tee = engine.tap.open(1)
    for draw, name in ((0.1, b"1"), (0.9, b"2"), (0.5, b"3"), (0.49, b"4")):
        chance(draw)
        tee.up(b"ask " + name)
        tee.down(b"answer " + name)
    assert engine.told() == [
        (Kind.OPEN, b""),
        (Kind.UP, b"ask 1"),
        (Kind.DOWN, b"answer 1"),
        (Kind.GAP, TapReason.SAMPLED_OUT.encode()),
        (Kind.UP, b"ask 4"),
        (Kind.DOWN, b"answer 4"),
    ]
    assert engine.figures.sampled_out == 2
    assert sum(engine.figures.dropped.values()) == 0


def test_nothing_is_diced_for_at_full_share(engine: EngineEnd, chance: Callable[[float], None]) -> None:
    """At a share of one even the worst draw is copied."""
    chance(0.999999)
    engine.tap.open(1).up(ASK)
    assert engine.told() == [(Kind.OPEN, b""), (Kind.UP, ASK)]


def test_overflow_drops_the_rest_of_the_exchange_and_counts_it_once() -> None:
    """After the piece that did not fit nothing more of the exchange is copied, though a smaller piece would fit."""
    with closing(EngineEnd(1000)) as engine:
        tee = engine.tap.open(1)
        tee.up(bytes(500))
        tee.up(bytes(500))
        tee.up(b"small")
        tee.down(ANSWER)
        assert engine.figures.dropped[TapReason.OVERFLOW] == 1
        assert engine.told() == [(Kind.OPEN, b""), (Kind.UP, bytes(500))]
        tee.up(ASK)
        assert engine.told() == [(Kind.GAP, TapReason.OVERFLOW.encode()), (Kind.UP, ASK)]


@pytest.mark.parametrize("spare", [0, 1])
def test_an_exchange_whose_first_piece_does_not_fit_is_not_begun(spare: int) -> None:
    """The announcement, the piece and the room for the ends are taken together or not at all."""
    needed = 3 * HEADER_SIZE + max(map(len, TapReason)) + RESERVE + len(ASK)
    with closing(EngineEnd(needed - 1 + spare)) as engine:
        tee = engine.tap.open(1)
        tee.up(ASK)
        tee.close()
        assert len(engine.told()) == (3 if spare else 0)
        assert engine.figures.dropped[TapReason.OVERFLOW] == 1 - spare
        assert engine.held == 0


def test_a_connection_can_be_closed_however_full_the_outbox_is() -> None:
    """Its last frames were paid for when it was announced."""
    with closing(EngineEnd(2000)) as engine:
        tee = engine.tap.open(1)
        tee.up(ASK)
        while engine.outbox.put(Kind.UP, 2, b""):
            pass
        for end in (tee.up_end, tee.down_end, tee.close):
            end()
            assert engine.held <= 2000
        assert [Kind(frame.kind) for frame in engine.frames() if frame.connection == 1][-3:] == [
            Kind.UP_END,
            Kind.DOWN_END,
            Kind.CLOSE,
        ]


def test_a_body_that_is_too_large_is_left_out_from_there_on() -> None:
    """At the bound a body is copied, above it the rest is not, and the exchange is counted once."""
    with closing(EngineEnd(EVERYTHING, max_body=1000)) as engine:
        tee = engine.tap.open(1)
        tee.up(bytes(engine.tap.max_turn))
        tee.down(bytes(engine.tap.max_turn))
        tee.up(bytes(engine.tap.max_turn))
        tee.up(b"x")
        tee.up(b"x")
        tee.down(ANSWER)
        tee.up(ASK)
        kinds = [Kind.OPEN, Kind.UP, Kind.DOWN, Kind.UP, Kind.GAP, Kind.UP]
        assert [kind for kind, _ in engine.told()] == kinds
        assert engine.figures.dropped[TapReason.BODY_TOO_LARGE] == 1


@pytest.mark.parametrize(("share", "end"), [(1.0, Kind.CUT), (0.0, Kind.CLOSE)])
def test_a_connection_that_ends_in_what_was_dropped_says_so(share: float, end: Kind, chance: Callable[[float], None]) -> None:
    """Or the engine would count as incomplete what the relay has counted; what was sampled out had not begun there."""
    chance(0.5)
    with closing(EngineEnd(EVERYTHING, max_body=1000)) as engine:
        tee = engine.tap.open(1)
        tee.up(ASK)
        tee.down(ANSWER)
        engine.tap.share = share
        tee.up(bytes(engine.tap.max_turn))
        tee.up(b"x")
        tee.down(ANSWER)
        tee.close()
        assert engine.told()[-1] == (end, b"")
        assert engine.figures.dropped[TapReason.BODY_TOO_LARGE] == share


def test_a_connection_that_cannot_be_read_is_not_copied_again(engine: EngineEnd) -> None:
    """The engine said so; its reader is closed, and its exchanges are counted as passed, not as lost."""
    tee = engine.tap.open(1)
    tee.up(ASK)
    tee.unread()
    tee.down(ANSWER)
    tee.up(ASK)
    tee.up_end()
    tee.close()
    assert [kind for kind, _ in engine.told()] == [Kind.OPEN, Kind.UP, Kind.CLOSE]
    assert engine.figures.exchanges == 2
    assert sum(engine.figures.dropped.values()) == engine.held == engine.figures.tap_connections == 0


def test_a_lost_engine_costs_the_exchange_under_way_and_no_more(engine: EngineEnd) -> None:
    """The next exchange is copied to the next engine, behind a gap, for that one has not heard of the connection."""
    tee = engine.tap.open(1)
    tee.up(ASK)
    engine.lose()
    tee.down(ANSWER)
    engine.attach()
    tee.up(b"next")
    tee.close()
    assert engine.told() == [(Kind.GAP, TapReason.ENGINE_DOWN.encode()), (Kind.UP, b"next"), (Kind.CLOSE, b"")]
    assert engine.figures.dropped[TapReason.ENGINE_DOWN] == 1
    assert engine.held == engine.figures.tap_connections == 0


def test_exchanges_while_there_is_no_engine_are_counted(engine: EngineEnd) -> None:
    """Each of them, once."""
    tee = engine.tap.open(1)
    engine.lose()
    for _ in range(3):
        tee.up(ASK)
        tee.down(ANSWER)
    engine.attach()
    tee.up(b"next")
    assert engine.figures.dropped[TapReason.ENGINE_DOWN] == 3
    assert engine.told() == [(Kind.GAP, TapReason.ENGINE_DOWN.encode()), (Kind.UP, b"next")]


def test_a_new_engine_is_not_sampled_for_because_the_old_one_was_slow(engine: EngineEnd) -> None:
    """It begins with everything, as it believes itself, until it has judged."""
    engine.tap.share = engine.figures.sampled_share = 0.001
    engine.lose()
    assert engine.tap.share == engine.figures.sampled_share == 1.0


def test_a_connection_that_said_nothing_yet_is_whole_for_the_next_engine(engine: EngineEnd) -> None:
    """Nothing was left out of it."""
    tee = engine.tap.open(1)
    engine.lose()
    engine.attach()
    tee.up(ASK)
    assert engine.told() == [(Kind.OPEN, b""), (Kind.UP, ASK)]


def test_what_the_model_said_first_comes_first(engine: EngineEnd) -> None:
    """A server of HTTP/2 may send its settings before the client's preface has arrived, and a whole copy has them."""
    tee = engine.tap.open(1)
    tee.down(b"set")
    tee.down(b"tings")
    tee.up(PREFACE)
    assert engine.told() == [(Kind.OPEN, b""), (Kind.DOWN, b"settings"), (Kind.UP, PREFACE)]


@pytest.mark.parametrize("above", [0, 1])
def test_a_model_that_says_much_first_speaks_no_protocol_that_is_read(engine: EngineEnd, above: int) -> None:
    """Up to a bound its words are kept, above it the connection is left alone."""
    tee = engine.tap.open(1)
    tee.down(bytes(LONGEST_GREETING + above))
    tee.up(ASK)
    tee.close()
    assert len(engine.told()) == (0 if above else 4)
    assert engine.held == 0


def test_a_greeting_is_left_out_together_with_the_exchange_behind_it(
    engine: EngineEnd, chance: Callable[[float], None]
) -> None:
    """Behind a gap it would stand in the wrong place."""
    engine.tap.share = 0.5
    tee = engine.tap.open(1)
    tee.down(b"hello")
    chance(0.6)
    tee.up(ASK)
    tee.down(ANSWER)
    chance(0.4)
    tee.up(ASK)
    assert engine.told() == [(Kind.GAP, TapReason.SAMPLED_OUT.encode()), (Kind.UP, ASK)]


def test_what_became_of_the_exchange_under_way_is_what_a_gap_tells(engine: EngineEnd, chance: Callable[[float], None]) -> None:
    """The engine was in the middle of the one that was too large, not of those that were left out after it."""
    engine.tap.share = 0.5
    tee = engine.tap.open(1)
    chance(0.4)
    tee.up(ASK)
    tee.down(bytes(engine.tap.max_turn + 1))
    chance(0.6)
    tee.up(ASK)
    tee.down(ANSWER)
    chance(0.4)
    tee.up(ASK)
    assert [entry for entry in engine.told() if entry[0] == Kind.GAP] == [(Kind.GAP, TapReason.BODY_TOO_LARGE.encode())]
