"""Load that keeps to a schedule: request ``i`` is due at ``i / rate`` seconds, whatever became of the ones before it.

Half of the requests open a connection of their own; the others take one that was kept, as a pooling client does: one whose
other side has ended it is thrown away before use. Every answer is compared with what was asked, so that a failure is also an
answer with a wrong byte in the question or in itself. Nothing is asked twice: what failed, failed.

A closing that crosses a request on its way is the one thing that no server can rule out on a kept connection (RFC 9112, 9.3.1:
clients retry there); it is counted as ``crossed``, apart from the failures, and not retried either.

Usage: ``python -m tests.e2e.load HOST PORT --rate 200 --seconds 60``; SIGTERM ends it sooner. Prints how far it is,
and in the last line, in JSON, what became of all requests.
"""

import argparse
import asyncio
import hashlib
import json
import signal
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Any

PATIENCE_SECONDS = 10.0
BODY = b'{"features": {"age": %d, "income": %d, "tenure_months": 18, "product_category": "electronics"}}'


@dataclass
class Outcome:
    """What became of the requests.

    Attributes
    ----------
    failures
        How many failed, by what was seen.
    crossed
        Requests on a kept connection that met its end on their way, before any byte of an answer.
    when
        The time of day of the first failure of each kind, and of the last.
    pods
        How many each pod answered.
    """

    sent: int = 0
    answered: int = 0
    crossed: int = 0
    when: dict[str, list[str]] = field(default_factory=dict)
    failures: Counter[str] = field(default_factory=Counter)
    pods: Counter[str] = field(default_factory=Counter)
    milliseconds: list[float] = field(default_factory=list)

    def report(self) -> dict[str, Any]:
        """Return this in a form for JSON, with percentiles in place of every latency."""
        ordered = sorted(self.milliseconds) or [0.0]
        marks = {
            f"p{mark:g}": round(ordered[min(len(ordered) - 1, int(len(ordered) * mark / 100))], 1) for mark in (50, 99, 100)
        }
        return {**vars(self), "milliseconds": marks}


@dataclass
class Line:
    """One connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    used: bool = False


class CrossedError(ConnectionError):
    """A kept connection ended before the answer began."""


def question(number: int, *, keep: bool) -> bytes:
    """Return a request that no other request is like."""
    body = BODY % (18 + number % 60, number)
    head = b"POST /predict HTTP/1.1\r\nHost: model\r\nX-Number: %d\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
    return head % (number, len(body)) + (b"" if keep else b"Connection: close\r\n") + b"\r\n" + body


class Load:
    """Sends, and notes what becomes of it.

    Parameters
    ----------
    host, port
        Where the Service is.
    """

    def __init__(self, host: str, port: int) -> None:
        self.at = (host, port)
        self.outcome = Outcome()
        self.kept: deque[Line] = deque()

    async def run(self, rate: float, seconds: float, stop: asyncio.Event) -> None:
        """Keep to the schedule until its end or until `stop`, then wait for the last answers."""
        began = monotonic()
        async with asyncio.TaskGroup() as group:
            for number in range(round(rate * seconds)):
                due = began + number / rate
                if (early := due - monotonic()) > 0:
                    await asyncio.sleep(early)
                if stop.is_set():
                    break
                group.create_task(self.ask(number, due))
        for line in self.kept:
            line.writer.close()

    async def ask(self, number: int, due: float) -> None:
        """Ask once, and note what came of it."""
        self.outcome.sent += 1
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._exchange(number, keep=number % 2 == 1)
        except CrossedError:
            self.outcome.crossed += 1
            self._note("crossed")
        except (OSError, EOFError, ValueError) as error:
            self.outcome.failures[_name(error)] += 1
            self._note(_name(error))
        else:
            self.outcome.answered += 1
            self.outcome.milliseconds.append(1e3 * (monotonic() - due))

    def _note(self, kind: str) -> None:
        now = datetime.now(UTC).strftime("%T.%f")[:12]
        self.outcome.when[kind] = [*self.outcome.when.get(kind, [now])[:1], now]

    async def _exchange(self, number: int, *, keep: bool) -> None:
        line = self._kept() if keep else None
        if line is None:
            line = Line(*await asyncio.open_connection(*self.at))
        whole = False
        try:
            asked = question(number, keep=keep)
            await self._answer(line, asked)
            whole = True
        finally:
            if whole and keep:
                line.used = True
                self.kept.append(line)
            else:
                line.writer.close()

    def _kept(self) -> Line | None:
        """Return the connection that was used last and is still open."""
        while self.kept:
            line = self.kept.pop()
            if not (line.reader.at_eof() or line.writer.is_closing()):
                return line
            line.writer.close()
        return None

    async def _answer(self, line: Line, asked: bytes) -> None:
        try:
            line.writer.write(asked)
            first = await line.reader.read(1)
        except ConnectionError as error:
            if line.used:
                raise CrossedError from error
            raise
        if not first:
            raise CrossedError if line.used else EOFError("closed without an answer")
        head = first + await line.reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200 "):
            raise ValueError(f"status {head[9:12].decode()}")
        length = int(head.lower().partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0])
        told = json.loads(await line.reader.readexactly(length))
        if told["seen"] != hashlib.sha256(asked).hexdigest():
            raise ValueError("the model saw other bytes")
        self.outcome.pods[told["pod"]] += 1


def _name(error: Exception) -> str:
    """Return a short name for what went wrong."""
    if isinstance(error, ValueError):
        return str(error)[:80]
    return f"{type(error).__name__}: {error}"[:80] if str(error) else type(error).__name__


async def main(given: argparse.Namespace) -> None:
    """Run one schedule and print what it gave."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    load = Load(given.host, given.port)
    telling = asyncio.create_task(tell(load.outcome))
    await load.run(given.rate, given.seconds, stop)
    telling.cancel()
    print(json.dumps(load.outcome.report()), flush=True)


async def tell(outcome: Outcome) -> None:
    """Print twice a second how far it is."""
    for _ in range(1 << 20):
        await asyncio.sleep(0.5)
        print(json.dumps({"sent": outcome.sent, "answered": outcome.answered}), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="load on a schedule")
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    asyncio.run(main(parser.parse_args()))
