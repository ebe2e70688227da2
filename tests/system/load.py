"""A model, and clients that ask it through the sidecar as fast as they are answered, on a loop and a thread of their own.

Every answer is compared with what the model sends, so a failure is a connection that broke as well as a byte that is wrong.
"""

import asyncio
import sys
import threading
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from time import monotonic
from typing import cast

from tests.relay.running import SECONDS, until

BODY = b'{"features": {"age": 35.5, "income": 52000, "tenure_months": 18, "product_category": "electronics"}}'
REQUEST = (
    b"POST /predict HTTP/1.1\r\nHost: model:8000\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(BODY)
) + BODY
ANSWER = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 19\r\n\r\n{"prediction": 0.5}'


class Predicting(asyncio.Protocol):
    """The model: an answer for every request, however requests are cut."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember whom to answer."""
        self._transport = cast("asyncio.Transport", transport)
        self._received = 0

    def data_received(self, data: bytes) -> None:
        """Answer what is complete."""
        self._received += len(data)
        complete, self._received = divmod(self._received, len(REQUEST))
        if complete:
            self._transport.write(ANSWER * complete)


@dataclass
class Load:
    """What the clients saw.

    Attributes
    ----------
    took
        For each answer, in the order of arrival: when it came, and the seconds since its question.
    failures
        What went wrong, in words.
    think
        Seconds that each client waits between an answer and its next question.
    """

    took: list[tuple[float, float]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    stopping: bool = False
    think: float = 0.0

    @property
    def answered(self) -> int:
        """How many answers came, every one as the model sent it."""
        return len(self.took)

    def goes_on(self, more: int) -> None:
        """Wait until so many more answers have come."""
        target = self.answered + more
        until(lambda: self.answered >= target or self.failures, f"{more} more answers", seconds=2 * SECONDS)

    def slowest_percent(self, since: float, before: float) -> float:
        """Return the 99th percentile of the seconds that answers took in a span of time."""
        seconds = sorted(seconds for at, seconds in self.took if since <= at < before)
        return seconds[len(seconds) * 99 // 100]

    async def client(self, at: tuple[str, int]) -> None:
        """Ask until the load is stopped, or the connection was ended between two questions."""
        await self._visit(at, keep=True)

    async def customer(self, service: "Service", *, keep: bool) -> None:
        """Ask until the load is stopped, on connections that are kept or on one for each question, wherever one is sent to."""
        while not self.stopping:
            await self._visit(service.next(), keep=keep)

    async def _visit(self, at: tuple[str, int], *, keep: bool) -> None:
        try:
            reader, writer = await asyncio.open_connection(*at)
        except OSError as error:
            self.failures.append(repr(error))
            return
        try:
            while not (self.stopping or reader.at_eof()):
                await self._ask(reader, writer)
                await asyncio.sleep(self.think)
                if not keep:
                    return
        except (OSError, EOFError, TimeoutError) as error:
            self.failures.append(repr(error))
        finally:
            writer.close()

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        began = monotonic()
        writer.write(REQUEST)
        async with asyncio.timeout(SECONDS):
            answer = await reader.readexactly(len(ANSWER))
        if answer != ANSWER:
            self.failures.append(repr(answer))
        self.took.append((monotonic(), monotonic() - began))


class Service:
    """Pods that new connections are sent to in turn; taking one out ends no connection that it has."""

    def __init__(self, *pods: tuple[str, int]) -> None:
        self.pods = list(pods)
        self._turn = count()

    def next(self) -> tuple[str, int]:
        """Return where the next connection goes to."""
        pods = self.pods
        return pods[next(self._turn) % len(pods)]


@contextmanager
def model() -> Iterator[str]:
    """Serve the model; give its address."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(loop.create_server(Predicting, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    host, port = server.sockets[0].getsockname()
    try:
        yield f"{host}:{port}"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(SECONDS)
        server.close()
        loop.close()


@contextmanager
def load(at: tuple[str, int], clients: int, think: float = 0.0) -> Iterator[Load]:
    """Let so many clients ask while the block runs; all have ended behind it."""
    result = Load(think=think)
    with _asking(result, lambda: [result.client(at) for _ in range(clients)]):
        yield result


@contextmanager
def customers(service: Service, clients: int, think: float) -> Iterator[Load]:
    """Let so many clients ask a service while the block runs, half of them on connections that they keep."""
    result = Load(think=think)
    with _asking(result, lambda: [result.customer(service, keep=number % 2 == 0) for number in range(clients)]):
        yield result


@contextmanager
def _asking(result: Load, clients: Callable[[], Iterable[Coroutine[object, object, None]]]) -> Iterator[None]:
    async def ask() -> None:
        async with asyncio.TaskGroup() as group:
            for client in clients():
                group.create_task(client)

    thread = threading.Thread(target=lambda: asyncio.run(ask()), daemon=True)
    thread.start()
    try:
        yield
    finally:
        result.stopping = True
        thread.join(2 * SECONDS)
    assert not thread.is_alive()


if __name__ == "__main__":  # a model in a process of its own, which SIGTERM ends at once
    with model() as address:
        sys.stdout.write(f"{address}\n")
        sys.stdout.flush()
        threading.Event().wait()
