"""The supervisor ends an engine that died, hangs, grows or babbles, and starts another one: real processes, short times."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable

import pytest
import uvloop

from sidecar.relay import supervisor as module
from sidecar.relay.engine_process import EngineProcess
from sidecar.relay.figures import Figures
from sidecar.relay.outbox import Outbox
from sidecar.relay.supervisor import State, Supervisor
from sidecar.relay.tee import Tap
from tests.relay.running import ROOT, SECONDS, alive

WELL = "beats"
SILENCE = 0.4


class Stub(EngineProcess):
    """A child that behaves as asked."""

    def __init__(self, what: str) -> None:
        self.sock, theirs = socket.socketpair()
        command = [sys.executable, "-m", "tests.relay.stub_engine", str(theirs.fileno()), what]
        with theirs:
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], cwd=ROOT)
        self.sock.setblocking(False)


class Watched:
    """A supervisor whose engines behave as listed, one after the other; the last one's manner is everyone's after it."""

    def __init__(self, *manners: str) -> None:
        self._manners = list(manners)
        self.engines: list[Stub] = []
        self.tap = Tap(Outbox(1 << 20, asyncio.get_running_loop()), Figures(), max_body=1 << 20)
        self.supervisor = Supervisor(self._start, self.tap)
        self.supervisor.start()

    def _start(self) -> EngineProcess:
        manner = self._manners[0] if len(self._manners) == 1 else self._manners.pop(0)
        self.engines.append(Stub(manner))
        return self.engines[-1]

    async def until(self, ask: Callable[[], bool]) -> None:
        """Let the loop run until the answer is true."""
        async with asyncio.timeout(SECONDS):
            while not ask():  # noqa: ASYNC110 - what is waited for calls nobody
                await asyncio.sleep(0.005)

    async def up(self, engines: int = 1) -> None:
        """Wait until so many engines were started and the last one beats."""
        await self.until(lambda: len(self.engines) >= engines and self.supervisor.state is State.UP)


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten what is waited for."""
    monkeypatch.setattr(module, "SILENCE_SECONDS", SILENCE)
    monkeypatch.setattr(module, "CHECK_SECONDS", 0.05)
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(module, "READ_SECONDS", 0.5)
    monkeypatch.setattr(module, "STOP_SECONDS", 1.0)
    monkeypatch.setattr(module, "memory_limit", lambda: 64 << 20)


def run(test: Callable[[Watched], Awaitable[None]], *manners: str) -> list[Stub]:
    """Run one test on the relay's loop, stop the supervisor, and return the engines that there were."""

    async def main() -> Watched:
        watched = Watched(*manners)
        try:
            await test(watched)
        finally:
            await watched.supervisor.stop()
        return watched

    watched = uvloop.run(main())
    assert not any(alive(engine.pid) for engine in watched.engines)
    return watched.engines


@pytest.mark.parametrize(
    ("manner", "why"),
    [
        ("exits", "exit 3: "),
        ("hangs", "SIGKILL: no heartbeat for 0."),
        ("babbles", "SIGKILL: no frame: kind 103"),
        ("grows", "MiB resident, 64 allowed"),
    ],
)
def test_an_engine_that_is_unwell_is_replaced(manner: str, why: str) -> None:
    """It is ended, its end is explained in the figures, and the next one takes frames."""

    async def test(watched: Watched) -> None:
        await watched.up(2)
        assert why in watched.tap.figures.engine_last_exit
        assert watched.tap.figures.engine_restarts_total == 1
        assert watched.tap.outbox.connected

    assert len(run(test, manner, WELL)) == 2


def test_an_engine_that_is_well_is_left_alone() -> None:
    """Many times the silence that is allowed, and it still is the first one."""

    async def test(watched: Watched) -> None:
        await watched.up()
        await asyncio.sleep(3 * SILENCE)

    assert len(run(test, WELL)) == 1


def test_an_engine_is_not_blamed_for_the_relays_own_sleep() -> None:
    """A relay that was stopped, or starved, for longer than an engine may be silent has only not listened."""

    async def test(watched: Watched) -> None:
        await watched.up()
        time.sleep(2 * SILENCE)  # noqa: ASYNC251 - the loop itself is what sleeps
        await asyncio.sleep(2 * SILENCE)

    assert len(run(test, WELL)) == 1


def test_a_stopped_engine_is_replaced() -> None:
    """As ``kill -STOP`` leaves it: alive, connected, silent."""

    async def test(watched: Watched) -> None:
        await watched.up()
        os.kill(watched.engines[0].pid, signal.SIGSTOP)
        await watched.up(2)
        assert not alive(watched.engines[0].pid)

    run(test, WELL)


def test_pauses_between_attempts_double(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that cannot start is not started in a loop; the pause stops growing at its bound."""
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(module, "LONGEST_PAUSE", 0.2)

    async def test(watched: Watched) -> None:
        pauses = []
        for restarts in range(5):
            pauses.append(watched.supervisor._pause)
            await watched.until(lambda: watched.tap.figures.engine_restarts_total > restarts)  # noqa: B023 - called at once
        assert pauses == [0.05, 0.1, 0.2, 0.2, 0.2]

    run(test, "exits")


def test_a_pause_after_a_long_life_is_short_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """What went wrong long ago says nothing about this time."""

    async def test(watched: Watched) -> None:
        await watched.up(4)
        assert watched.supervisor._pause > module.FIRST_PAUSE * 4
        monkeypatch.setattr(module, "HEALTHY_SECONDS", 0.0)
        watched.engines[-1].kill()
        await watched.up(5)
        assert watched.supervisor._pause == module.FIRST_PAUSE * 2

    run(test, "exits", "exits", "exits", WELL)


def test_a_machine_that_cannot_start_processes_is_asked_again() -> None:
    """Out of descriptors or of memory for a while, the relay goes on without an engine."""

    async def test(watched: Watched) -> None:
        await watched.up(1)

    class Unable(Watched):
        failures = 3

        def _start(self) -> EngineProcess:
            if self.failures:
                self.failures -= 1
                raise BlockingIOError(11, "Resource temporarily unavailable")
            return super()._start()

    async def main() -> None:
        watched = Unable(WELL)
        await test(watched)
        await watched.supervisor.stop()

    uvloop.run(main())


def test_an_engine_is_asked_to_stop_and_waited_for() -> None:
    """It ends by itself, with its own exit code."""

    async def test(watched: Watched) -> None:
        await watched.up()

    (engine,) = run(test, WELL)
    assert engine.exit_text() == "exit 0"


@pytest.mark.parametrize(("manner", "ended"), [("does not stop", "SIGTERM"), ("does not end", "SIGKILL")])
def test_an_engine_that_does_not_stop_is_terminated_and_one_that_does_not_end_is_killed(manner: str, ended: str) -> None:
    """Also when one before it had ended, which once counted as the end of every later one."""

    async def test(watched: Watched) -> None:
        await watched.up(2)

    assert run(test, "exits", manner)[-1].exit_text() == ended
