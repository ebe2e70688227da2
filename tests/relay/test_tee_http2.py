"""An HTTP/2 connection is copied whole or not at all."""

from collections.abc import Callable
from contextlib import closing

import pytest

from sidecar.frames import Kind
from sidecar.reasons import TapReason
from tests.relay.engine_end import EngineEnd

ASK = b"POST /predict HTTP/1.1\r\n\r\n"
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


@pytest.fixture
def chance(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Say what the dice will show."""

    def will_be(value: float) -> None:
        monkeypatch.setattr("sidecar.relay.tee.random", lambda: value)

    return will_be


@pytest.mark.parametrize("cut", [3, 16, len(PREFACE)])
def test_http2_is_copied_whole(engine: EngineEnd, chance: Callable[[float], None], cut: int) -> None:
    """It has no turns, so the draw at its beginning is the only one, and no body is too large for it."""
    engine.tap.share = 0.5
    chance(0.4)
    tee = engine.tap.open(1)
    tee.up(PREFACE[:cut])
    chance(0.6)
    tee.up(PREFACE[cut:] or b"more")
    for _ in range(3):
        tee.down(b"settings")
        tee.up(b"headers")
    tee.up(bytes(engine.tap.max_turn + 1))
    assert {kind for kind, _ in engine.told()} == {Kind.OPEN, Kind.UP, Kind.DOWN}
    assert (engine.figures.exchanges, engine.figures.sampled_out) == (1, 0)


def test_http2_is_left_out_whole(engine: EngineEnd, chance: Callable[[float], None]) -> None:
    """What lost its draw stays out until it closes, however the later ones would have ended."""
    engine.tap.share = 0.5
    chance(0.6)
    tee = engine.tap.open(1)
    tee.up(PREFACE)
    chance(0.4)
    for _ in range(3):
        tee.down(b"settings")
        tee.up(b"headers")
    tee.close()
    assert engine.told() == []


@pytest.mark.parametrize("later", [0.4, 0.6])
def test_http2_that_http1_was_upgraded_to_is_copied_whole_or_given_up(
    engine: EngineEnd, chance: Callable[[float], None], later: float
) -> None:
    """The preface behind 101 begins it, and its draw is the last one."""
    tee = engine.tap.open(1)
    tee.up(ASK)
    tee.down(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n")
    engine.tap.share = 0.5
    chance(later)
    tee.up(PREFACE)
    chance(1.0 - later)
    tee.down(b"settings")
    tee.up(b"headers")
    copied = [Kind.OPEN, Kind.UP, Kind.DOWN, Kind.UP, Kind.DOWN, Kind.UP]
    assert [kind for kind, _ in engine.told()] == (copied if later < 0.5 else [*copied[:3], Kind.CLOSE])


def test_http2_that_did_not_fit_is_given_up() -> None:
    """Nothing of it could be read behind a gap, so the engine is told that it is over."""
    with closing(EngineEnd(1000)) as engine:
        tee = engine.tap.open(1)
        tee.up(PREFACE)
        tee.down(bytes(2000))
        tee.up(b"headers")
        assert [kind for kind, _ in engine.told()] == [Kind.OPEN, Kind.UP, Kind.CLOSE]
        assert engine.held == engine.figures.tap_connections == 0


def test_http2_does_not_survive_its_engine(engine: EngineEnd) -> None:
    """Another engine could not read on, and what was set aside for its ends is given back once."""
    tee = engine.tap.open(1)
    tee.up(PREFACE)
    engine.lose()
    engine.attach()
    tee.down(b"settings")
    tee.up(b"headers")
    tee.close()
    assert engine.told() == []
    assert engine.held == engine.figures.tap_connections == 0
    assert engine.figures.dropped[TapReason.ENGINE_DOWN] == 1
