"""The queue between those who log and a standard output that may be stuck."""

import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.logs import LineWriter, Sparingly


class Gate:
    """A stream that blocks until it is opened and takes at most `step` bytes a time."""

    def __init__(self, step: int = 1 << 16) -> None:
        self.step = step
        self.entered = threading.Event()
        self.opened = threading.Event()
        self.data = b""

    def write(self, data: memoryview, /) -> int:
        """Wait for the gate, then take some of `data`."""
        self.entered.set()
        assert self.opened.wait(30)
        taken = bytes(data[: self.step])
        self.data += taken
        return len(taken)


@pytest.fixture
def gate() -> Iterator[Gate]:
    """Return a closed gate; it is opened at the end so that no thread is left behind it."""
    gate = Gate()
    yield gate
    gate.opened.set()


def writer_behind(gate: Gate, capacity: int) -> LineWriter:
    """Return a writer that is stuck in its first line."""
    writer = LineWriter(gate, lambda lost: f"lost {lost}", capacity=capacity)
    writer.write("first")
    assert gate.entered.wait(30)
    return writer


def test_lines_wait_up_to_the_capacity_and_not_a_byte_more(gate: Gate) -> None:
    """Just under and at the bound a line is kept; above it is counted and left out."""
    writer = writer_behind(gate, capacity=20)
    writer.write("x" * 9)
    writer.write("y" * 10)
    writer.write("z" * 8)
    writer.write("z" * 9)
    gate.opened.set()
    assert writer.flush(30)
    assert gate.data.decode().splitlines() == ["first", "x" * 9, "z" * 8, "lost 2"]


def test_flush_says_when_the_time_was_too_short(gate: Gate) -> None:
    """A flush returns in time although the stream is stuck, and says that lines are left."""
    writer = writer_behind(gate, capacity=1000)
    assert not writer.flush(0.01)
    gate.opened.set()
    assert writer.flush(30)


def test_stream_that_takes_few_bytes_a_time_gets_all_of_them(gate: Gate) -> None:
    """A short write is continued."""
    gate.step = 3
    gate.opened.set()
    writer = LineWriter(gate, str)
    writer.write("a long line")
    assert writer.flush(30)
    assert gate.data == b"a long line\n"


def test_stream_that_fails_does_not_stop_the_writer() -> None:
    """A line that cannot be written is lost; the next one is tried again."""

    class Moody(Gate):
        failures = 1

        def write(self, data: memoryview, /) -> int:
            if self.failures:
                self.failures -= 1
                raise BrokenPipeError
            return super().write(data)

    stream = Moody()
    stream.opened.set()
    writer = LineWriter(stream, str)
    writer.write("one")
    writer.write("two")
    assert writer.flush(30)
    assert stream.data == b"two\n"


@given(st.lists(st.floats(0, 1000), min_size=1), st.floats(0.1, 100))
def test_events_keep_their_distance(times: list[float], seconds: float) -> None:
    """However often it is asked, two events are at least `seconds` apart, and none is refused after that."""
    limiter = Sparingly(seconds)
    allowed: list[float] = []
    for at in sorted(times):
        ready = limiter.ready(at)
        assert ready == (not allowed or at - allowed[-1] >= seconds)
        allowed += [at] * ready


def test_clock_that_was_set_back_does_not_silence_the_event() -> None:
    """A step back of an hour is not an hour without log lines."""
    limiter = Sparingly(10)
    assert limiter.ready(5000)
    assert limiter.ready(1400)
    assert not limiter.ready(1401)
