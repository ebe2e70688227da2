"""A load generator with a fixed schedule: request ``i`` is due at ``i / rate`` seconds, whatever became of the ones before it.

A closed-loop generator waits for a slow answer before it asks again, and so leaves out the requests that would have
suffered most ("coordinated omission"). Here a latency runs from the moment at which the request was due, waiting for a
free connection included.

It is one thread around ``select``, because that is the one readiness call of the standard library with microsecond
time-outs: the timers of epoll, and of libuv and asyncio on top of it, count whole milliseconds, which is ten times the
difference that is to be measured here. The timer slack of the process is set to a microsecond for the same reason.

Usage: ``python -m benchmarks.openloop PORT --rate 1000 --seconds 5 [--large-every 50]``; prints one line of JSON.
"""

import argparse
import ctypes
import gc
import json
import re
import select
import socket
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.payloads import LARGE_PATH, SMALL_PATH, large_body, request, small_bodies
from benchmarks.percentiles import percentile

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
_PR_SET_TIMERSLACK = 29


class LoadError(RuntimeError):
    """An answer was wrong, or late beyond use."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When requests are due, in seconds from the start, and which of them are large.

    >>> plan = Schedule(rate=1000, seconds=0.004, warm=0.002, large_every=3)
    >>> [plan.due(i) for i in range(plan.count)]
    [0.0, 0.001, 0.002, 0.003, 0.004, 0.005]
    >>> [plan.large(i) for i in range(plan.count)]
    [False, False, True, False, False, True]
    >>> [plan.counts(i) for i in range(plan.count)]
    [False, False, True, True, True, True]
    """

    rate: float
    seconds: float
    warm: float = 1.0
    large_every: int = 0

    @property
    def count(self) -> int:
        """How many requests there are, the ones that warm up included."""
        return round((self.seconds + self.warm) * self.rate)

    def due(self, index: int) -> float:
        """Return when a request is due."""
        return index / self.rate

    def large(self, index: int) -> bool:
        """Return whether a request carries a large body."""
        return bool(self.large_every) and (index + 1) % self.large_every == 0

    def counts(self, index: int) -> bool:
        """Return whether a request is past the warm-up."""
        return self.due(index) >= self.warm


def answer_end(data: bytes) -> int | None:
    r"""Return the length of the answer at the head of ``data``, or None while it is not all there.

    Only what the benchmark's model sends is understood: status 200 and a Content-Length.

    >>> answer_end(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    40
    >>> answer_end(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{") is None
    True
    """
    head = data.find(b"\r\n\r\n")
    if head < 0:
        return None
    length = _LENGTH.search(data, 0, head + 2)
    if not data.startswith(b"HTTP/1.1 200 ") or length is None:
        raise LoadError(f"not the model's answer: {data[: head + 64]!r}")
    end = head + 4 + int(length[1])
    return end if len(data) >= end else None


@dataclass(slots=True, eq=False)
class Line:
    """One connection, with the request that is on it, if any."""

    sock: socket.socket
    index: int = -1
    unsent: memoryview = field(default_factory=lambda: memoryview(b""))
    received: bytes = b""

    def fileno(self) -> int:
        """Return what ``select`` waits on."""
        return self.sock.fileno()

    def begin(self, index: int, message: bytes) -> None:
        """Send a request, as much of it as goes now."""
        self.index, self.unsent, self.received = index, memoryview(message), b""
        self.push()

    def push(self) -> None:
        """Send more of the request."""
        try:
            self.unsent = self.unsent[self.sock.send(self.unsent) :]
        except BlockingIOError:
            return

    def pull(self) -> bool:
        """Receive, and return whether the answer is complete."""
        data = self.sock.recv(65536)
        if not data:
            raise LoadError("the connection was closed in the middle of the conversation")
        self.received += data
        end = answer_end(self.received)
        return end is not None and not self.unsent


class Generator:
    """Keeps to a schedule over a fixed set of connections, each used in turn."""

    def __init__(self, port: int, schedule: Schedule, connections: int = 32) -> None:
        self.schedule = schedule
        self.small = [request(SMALL_PATH, body) for body in small_bodies(256)]
        self.big = request(LARGE_PATH, large_body())
        self.idle = deque(_connect(port) for _ in range(connections))
        self.busy: set[Line] = set()
        self.next = 0
        self.latencies: dict[bool, list[float]] = {False: [], True: []}

    def run(self) -> dict[bool, list[float]]:
        """Carry out the schedule; return latencies in seconds in ascending order, by whether the body was large."""
        start = time.monotonic()
        give_up = start + self.schedule.seconds + self.schedule.warm + 10
        while self.next < self.schedule.count or self.busy:
            now = time.monotonic()
            if now > give_up:
                raise LoadError(f"{len(self.busy)} requests are without an answer")
            self._send(now - start)
            self._receive(start, now)
        return {large: sorted(values) for large, values in self.latencies.items()}

    def _send(self, elapsed: float) -> None:
        plan = self.schedule
        while self.idle and self.next < plan.count and plan.due(self.next) <= elapsed:
            line = self.idle.popleft()
            self.busy.add(line)
            line.begin(self.next, self.big if plan.large(self.next) else self.small[self.next % len(self.small)])
            self.next += 1

    def _receive(self, start: float, now: float) -> None:
        waiting = self.idle and self.next < self.schedule.count
        pause = max(0.0, start + self.schedule.due(self.next) - now) if waiting else 1.0
        writing = [line for line in self.busy if line.unsent]
        readable, writable, _ = select.select(self.busy, writing, [], pause)
        for line in writable:
            line.push()
        for line in readable:
            if line.pull():
                self._note(line, time.monotonic() - start)

    def _note(self, line: Line, elapsed: float) -> None:
        plan, index = self.schedule, line.index
        if plan.counts(index):
            self.latencies[plan.large(index)].append(elapsed - plan.due(index))
        self.busy.discard(line)
        self.idle.append(line)

    def close(self) -> None:
        """Close all connections."""
        for line in (*self.idle, *self.busy):
            line.sock.close()


def _connect(port: int) -> Line:
    sock = socket.create_connection(("127.0.0.1", port), 5)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.settimeout(0)
    return Line(sock)


def summary(latencies: Sequence[float]) -> dict[str, float]:
    """Return count and percentiles in milliseconds of latencies in seconds, in ascending order."""
    marks = {f"p{mark:g}": 1e3 * percentile(latencies, mark) for mark in (50, 99, 99.9)}
    return {"count": len(latencies), **marks}


def main() -> None:
    """Run one schedule and print what it gave."""
    parser = argparse.ArgumentParser(description="open-loop load on a loopback port")
    parser.add_argument("port", type=int)
    parser.add_argument("--rate", type=float, default=1000)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--warm", type=float, default=1)
    parser.add_argument("--large-every", type=int, default=0)
    given = parser.parse_args()
    ctypes.CDLL(None).prctl(_PR_SET_TIMERSLACK, 1000, 0, 0, 0)
    generator = Generator(given.port, Schedule(given.rate, given.seconds, given.warm, given.large_every))
    gc.freeze()
    gc.disable()
    try:
        latencies = generator.run()
    finally:
        generator.close()
    print(json.dumps({"small": summary(latencies[False]), "large": summary(latencies[True]) if latencies[True] else None}))


if __name__ == "__main__":
    main()
