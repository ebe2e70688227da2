"""Bytes are sacred: every recorded conversation passes the relay unchanged, in both directions, however it is cut.

A conversation is played step by step: what one side sends, the other side receives before the next step is taken, so the
order of everything, the ends included, is part of what is compared. A piece is sent only when the one before has come out
at the other end, so each piece is a read of its own in the relay. To be done in bounded time many conversations go on at
once: each is a generator that stops after each thing it has sent, and all are taken forward in turn.
"""

import socket
from collections.abc import Generator, Iterable, Iterator
from itertools import islice

import pytest

from tests.relay.captures import Capture, End, Step, captures
from tests.relay.line import Line, Model, finish, line, receive, reset
from tests.relay.running import Sidecar

AT_ONCE = 64
LARGEST_PIECE = 1 << 16
SMALL = 1 << 14
EVERY_SIZE = range(1, 65)
LADDER = (61, 509, 4096, 16384)
Play = Generator[None]


def sizes(capture: Capture) -> Iterable[int]:
    """Return the sizes of pieces that `capture` is cut into."""
    return [*(EVERY_SIZE if capture.size < SMALL else LADDER), LARGEST_PIECE]


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    """Cut `data`."""
    return (data[start : start + size] for start in range(0, len(data), size))


def played(capture: Capture, size: int, ends: Line) -> Play:
    """Play `capture` between `ends`, in pieces of `size`; stop after each thing that was sent."""
    for step in capture.steps:
        sender, receiver = ends if step.upward else reversed(ends)
        for piece in pieces(step.data, size):
            sender.sendall(piece)
            yield
            assert receive(receiver, len(piece)) == piece, f"{capture.name} cut at {size}"
        if step.end is not None:
            end(sender, step)
            yield
            assert ended(receiver) is step.end, f"{capture.name} cut at {size}: the end"
    ends.close()


def end(sock: socket.socket, step: Step) -> None:
    """End as it was recorded."""
    if step.end is End.RESET:
        reset(sock)
    else:
        finish(sock)


def ended(sock: socket.socket) -> End | bytes:
    """Return how the other side ended, or what it sent instead."""
    try:
        return sock.recv(1) or End.EOF
    except ConnectionResetError:
        return End.RESET


def take_turns(plays: Iterator[Play], at_once: int) -> int:
    """Take all plays to their ends, so many at a time; return how many there were."""
    count = 0
    going: list[Play] = []
    while going := going + list(islice(plays, at_once - len(going))):
        still = [play for play in going if next(play, _DONE) is not _DONE]
        count += len(going) - len(still)
        going = still
    return count


_DONE = object()


@pytest.fixture(scope="module")
def conversations() -> list[Capture]:
    """Return all that was recorded."""
    return captures()


def test_every_capture_passes_unchanged_at_every_cut(sidecar: Sidecar, model: Model, conversations: list[Capture]) -> None:
    """Both ends receive what the other one sent, and see it end as it ended, in the recorded order."""
    todo = [(capture, size) for capture in conversations for size in sizes(capture)]
    plays = (played(capture, size, line(sidecar, model)) for capture, size in todo)
    assert take_turns(plays, AT_ONCE) == len(todo) > len(conversations) * len(EVERY_SIZE) // 2


def test_captures_end_in_every_way(conversations: list[Capture]) -> None:
    """What the test above proves about ends, it proves about each kind: either side first, and resets."""
    last = {(step.upward, step.end) for capture in conversations for step in capture.steps if step.end is not None}
    assert last == {(upward, how) for upward in (True, False) for how in End}
