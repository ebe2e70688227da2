"""The outbox holds frames for the engine: whole, in order, and never more of them than its limit."""

from contextlib import closing

import pytest

from sidecar.frames import HEADER_SIZE, Kind
from sidecar.relay.outbox import BATCH
from tests.relay.engine_end import EngineEnd

LIMIT = 1 << 20


@pytest.mark.parametrize(("size", "fits"), [(LIMIT - 1, True), (LIMIT, True), (LIMIT + 1, False)])
def test_a_frame_fits_up_to_the_limit_header_included(size: int, *, fits: bool) -> None:
    """Just under and at the limit a frame is taken, one byte above it is refused and leaves nothing behind."""
    with closing(EngineEnd(LIMIT)) as engine:
        assert engine.outbox.room_for(size) is fits
        assert engine.outbox.put(Kind.UP, 1, bytes(size - HEADER_SIZE)) is fits
        assert [len(payload) for _, payload in engine.told()] == ([size - HEADER_SIZE] if fits else [])
        assert engine.outbox.pending == 0


def test_what_is_reserved_is_not_there_for_others() -> None:
    """Room that connections have set aside for their ends counts like bytes that wait."""
    with closing(EngineEnd(LIMIT)) as engine:
        engine.outbox.reserved = 100
        assert not engine.outbox.put(Kind.UP, 1, bytes(LIMIT - HEADER_SIZE - 99))
        assert engine.outbox.put(Kind.UP, 1, bytes(LIMIT - HEADER_SIZE - 100))


def test_an_engine_that_takes_nothing_is_waited_for_up_to_the_limit_and_gets_it_all_later() -> None:
    """Frames are refused once the limit is reached, and those that were taken arrive whole and in order."""
    with closing(EngineEnd(LIMIT)) as engine:
        taken = 0
        while engine.outbox.put(Kind.UP, taken, taken.to_bytes(4) * 250):
            taken += 1
            assert engine.held <= LIMIT
        assert LIMIT - engine.held < HEADER_SIZE + 1000
        frames = engine.frames()
        assert [(frame.connection, frame.payload) for frame in frames] == [(n, n.to_bytes(4) * 250) for n in range(taken)]
        assert engine.outbox.put(Kind.UP, 0, b"again")


def test_small_frames_travel_together() -> None:
    """Hundreds of frames are one block, sent with one call, not hundreds."""
    with closing(EngineEnd(LIMIT)) as engine:
        while engine.outbox.pending < BATCH - 100:
            engine.outbox.put(Kind.UP, 1, bytes(50))
        with pytest.raises(BlockingIOError):
            engine.far.recv(1)
        engine.outbox.put(Kind.UP, 1, bytes(100))
        assert len(engine.far.recv(2 * BATCH)) >= BATCH


def test_a_lone_frame_does_not_wait_for_company() -> None:
    """The loop sends what there is within some milliseconds."""
    with closing(EngineEnd(LIMIT)) as engine:
        engine.outbox.put(Kind.UP, 1, b"alone")
        engine.loop.run_until_complete(engine.loop.sock_recv(engine.far, 100))
        assert engine.outbox.pending == 0


def test_without_an_engine_everything_is_refused() -> None:
    """Nobody is there to take it, so nothing is kept, control frames neither."""
    with closing(EngineEnd(LIMIT)) as engine:
        engine.lose()
        assert not engine.outbox.connected
        assert not engine.outbox.put(Kind.UP, 1, b"data")
        engine.outbox.control(Kind.CLOSE, 1)
        assert engine.held == 0


def test_the_engine_can_be_stopped_however_full_the_outbox_is() -> None:
    """The last frame that an engine gets fits behind a limit that was reached to the byte."""
    with closing(EngineEnd(LIMIT)) as engine:
        assert engine.outbox.put(Kind.UP, 1, bytes(LIMIT - HEADER_SIZE))
        engine.outbox.control(Kind.STOP, 0)
        assert [kind for kind, _ in engine.told()] == [Kind.UP, Kind.STOP]


def test_a_new_engine_gets_nothing_of_what_waited_for_the_old_one() -> None:
    """Not even the rest of a frame that was half sent, which it could not read."""
    with closing(EngineEnd(LIMIT)) as engine:
        while engine.outbox.put(Kind.UP, 1, bytes(1000)):
            pass
        engine.lose()
        assert engine.held == 0
        engine.attach()
        engine.outbox.put(Kind.UP, 2, b"first")
        assert engine.told() == [(Kind.UP, b"first")]


def test_an_engine_that_is_gone_raises_nothing() -> None:
    """Until its end was noticed, frames for it are taken as before, and the loop does not stumble."""
    with closing(EngineEnd(LIMIT)) as engine:
        engine.far.close()
        while engine.outbox.put(Kind.UP, 1, bytes(1000)):
            engine.turn()
        assert engine.held <= LIMIT
