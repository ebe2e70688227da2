"""Laws of the copy, for any sequence of traffic, sampling, full buffers and lost engines."""

from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from unittest.mock import patch

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from sidecar.frames import HEADER_SIZE, Frame, Kind
from sidecar.reasons import TapReason
from sidecar.relay.tee import Tee
from tests.relay.engine_end import EngineEnd, by_connection

LIMIT = 3000
OTHERS = 0
ENDS = (Kind.CLOSE, Kind.CUT)
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SIZES = st.sampled_from([0, 1, 100, 900, 2900])
Piece = tuple[int, bytes]


@dataclass
class Passing:
    """One connection: its tee, and every piece that passed, each of them unlike all others."""

    serial: int
    tee: Tee
    ended: set[Kind] = field(default_factory=set)
    passed: list[Piece] = field(default_factory=list)


class Copying(RuleBasedStateMachine):
    """Traffic, an engine that reads when it likes, dies and comes back, and what must hold all the while."""

    connections: Bundle[Passing] = Bundle("connections")

    def __init__(self) -> None:
        super().__init__()
        self.engine = EngineEnd(LIMIT, max_body=1000)
        self.engine.tap.max_turn = 2000
        self.alive = True
        self.serials, self.pieces = count(1), count(1)
        self.passings: list[Passing] = []
        self.told: list[Frame] = []

    @rule(target=connections)
    def connect(self) -> Passing:
        """A client comes."""
        serial = next(self.serials)
        passing = Passing(serial, self.engine.tap.open(serial))
        self.passings.append(passing)
        return passing

    @rule(one=connections, size=SIZES, draw=st.floats(0, 1, exclude_max=True))
    def ask(self, one: Passing, size: int, draw: float) -> None:
        """The client speaks."""
        if Kind.UP_END in one.ended:
            return
        with patch("sidecar.relay.tee.random", lambda: draw):
            one.tee.up(self._piece(one, Kind.UP, size))

    @rule(one=connections)
    def speak_http2(self, one: Passing) -> None:
        """The client speaks HTTP/2, if these are its first words."""
        if not one.ended and not any(kind == Kind.UP for kind, _ in one.passed):
            one.passed.append((Kind.UP, PREFACE))
            one.tee.up(PREFACE)

    @rule(one=connections, size=SIZES)
    def answer(self, one: Passing, size: int) -> None:
        """The model speaks."""
        if Kind.DOWN_END not in one.ended:
            one.tee.down(self._piece(one, Kind.DOWN, size))

    def _piece(self, one: Passing, kind: Kind, size: int) -> bytes:
        data = b"%d:" % next(self.pieces) + bytes(size)
        one.passed.append((kind, data))
        return data

    @rule(one=connections, kind=st.sampled_from([Kind.UP_END, Kind.DOWN_END]))
    def end(self, one: Passing, kind: Kind) -> None:
        """One side will send no more."""
        if kind not in one.ended:
            one.ended.add(kind)
            (one.tee.up_end if kind == Kind.UP_END else one.tee.down_end)()

    @rule(one=consumes(connections))
    def leave(self, one: Passing) -> None:
        """The connection is gone."""
        one.tee.close()

    @rule(spare=st.integers(0, 60))
    def crowd(self, spare: int) -> None:
        """Others fill the outbox, up to a few bytes."""
        self.engine.outbox.put(Kind.UP, OTHERS, bytes(max(0, LIMIT - self.engine.held - HEADER_SIZE - spare)))

    @rule(share=st.sampled_from([0.0, 0.5, 1.0]))
    def afford(self, share: float) -> None:
        """The engine changes the share."""
        self.engine.tap.share = share

    @rule(one=connections)
    def give_up(self, one: Passing) -> None:
        """The engine can read nothing there."""
        one.tee.unread()

    @rule()
    def read(self) -> None:
        """The engine takes what there is."""
        if self.alive:
            self.told += [frame for frame in self.engine.frames() if frame.connection != OTHERS]

    @rule(heard=st.booleans())
    def die(self, *, heard: bool) -> None:
        """The engine dies, with or without having read everything."""
        if self.alive:
            if heard:
                self.read()
            self._judge(self.told)
            self.told = []
            self.engine.lose()
            self.alive = False

    @rule()
    def return_(self) -> None:
        """Another engine comes."""
        if not self.alive:
            self.engine.attach()
            self.alive = True

    @invariant()
    def the_limit_holds(self) -> None:
        """Whatever waits and is set aside is within the limit, and no account is overdrawn."""
        assert self.engine.held <= LIMIT
        assert self.engine.outbox.reserved >= 0

    @invariant()
    def nothing_is_counted_twice(self) -> None:
        """An exchange is left out or lost once at most."""
        figures = self.engine.figures
        assert figures.sampled_out + sum(figures.dropped.values()) <= figures.exchanges

    def teardown(self) -> None:
        """When all have left, the engine knows of none, and nothing is set aside any more."""
        with closing(self.engine):
            for one in self.passings:
                one.tee.close()
            self.read()
            if self.alive:
                assert self.engine.held == 0
                assert all(frames[-1].kind in ENDS for frames in by_connection(self.told).values())
            assert self.engine.figures.tap_connections == 0
            assert self.engine.tap.tees == {}
            self._judge(self.told)

    def _judge(self, told: list[Frame]) -> None:
        for serial, frames in by_connection(told).items():
            assert_true_to(self.passings[serial - 1].passed, frames)


def assert_true_to(passed: list[Piece], frames: list[Frame]) -> None:
    """What one engine was told of a connection is what passed, without a hole that is not announced."""
    assert frames[0].kind in (Kind.OPEN, Kind.GAP)
    assert sum(frame.kind in ENDS for frame in frames) <= 1
    at = 0
    for frame, behind in zip(frames, [*frames[1:], frames[0]], strict=True):
        if frame.kind == Kind.GAP:
            assert TapReason(frame.payload.decode())
            at = _resumed(passed, behind, at)
        elif frame.kind in (Kind.UP, Kind.DOWN):
            at = _taken(passed, frame, at)


def _resumed(passed: list[Piece], first: Frame, at: int) -> int:
    """Return where the copy goes on: at the beginning of a turn of the client, further on than before."""
    there = passed.index((first.kind, first.payload))
    assert there >= at
    assert first.kind == Kind.UP
    assert there == 0 or passed[there - 1][0] == Kind.DOWN
    return there


def _taken(passed: list[Piece], frame: Frame, at: int) -> int:
    """Return where the copy goes on behind `frame`, which may join several pieces of the same side."""
    rest = frame.payload
    while rest:
        kind, piece = passed[at]
        assert kind == frame.kind
        assert rest.startswith(piece)
        rest = rest[len(piece) :]
        at += 1
    return at


Copying.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestCopying = Copying.TestCase
