"""Traffic never waits for the tap: whatever happens to the engine under load, no request fails."""

import os
import signal
import socket
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from time import monotonic

import pytest

from tests.relay.line import receive
from tests.relay.running import SECONDS, Sidecar, alive, cpu_seconds, peak, until
from tests.system.load import load
from tests.system.monitor import health, rows

CLIENTS = 64
SOME = 5000
MEBIBYTE = 1 << 20
TAP_BUFFER = 16 * MEBIBYTE
RELAY_ALONE = 45 * MEBIBYTE
SLOW_SECONDS = 0.25


def kill(sidecar: Sidecar, trigger: Path) -> None:
    """End the engine as the kernel does when memory runs out."""
    os.kill(sidecar.engines[-1], signal.SIGKILL)


def stop(sidecar: Sidecar, trigger: Path) -> None:
    """Leave the engine alive, connected and without a word."""
    os.kill(sidecar.engines[-1], signal.SIGSTOP)


def hang(sidecar: Sidecar, trigger: Path) -> None:
    """Leave the engine busy with something that never ends, and that lets nothing else run."""
    pid = sidecar.engines[-1]
    trigger.touch()
    until(lambda: not trigger.exists(), "it has seen the trigger")
    thread = trigger.with_suffix(".thread").read_text(encoding="ascii")
    until(lambda: _busy_or_gone(pid, thread, 0.3), "it is busy")


def _busy_or_gone(pid: int, thread: str, seconds: float) -> bool:
    """Return whether a thread has used more than so much CPU; on a crowded machine it may be found out before that."""
    try:
        return cpu_seconds(f"{pid}/task/{thread}") > seconds
    except FileNotFoundError:
        return True


@pytest.mark.parametrize("trouble", [kill, stop, hang])
def test_no_request_fails(sidecar: Sidecar, trigger: Path, trouble: Callable[[Sidecar, Path], None]) -> None:
    """The engine is replaced under load, and counts on; clients notice nothing, and the relay stays small."""
    with load(sidecar.traffic, CLIENTS) as clients:
        began = monotonic()
        clients.goes_on(SOME)
        until(lambda: rows(sidecar) > 0, "the first engine counts")
        troubled = monotonic()
        trouble(sidecar, trigger)
        sidecar.event("engine_up", 2)
        until(lambda: rows(sidecar) > 0, "the second engine counts")
        recovered = monotonic()
        clients.goes_on(SOME)
    assert clients.failures == []
    assert clients.slowest_percent(troubled, recovered) < clients.slowest_percent(began, troubled) + SLOW_SECONDS
    assert peak(sidecar.pid) < TAP_BUFFER + RELAY_ALONE
    until(lambda: health(sidecar)["relay"].get("engine_restarts_total") == 1, "the new engine knows of the old one's end")
    assert not alive(sidecar.engines[0])


@pytest.mark.parametrize("trouble", [kill, stop, hang])
def test_the_monitor_refuses_nobody(sidecar: Sidecar, trigger: Path, trouble: Callable[[Sidecar, Path], None]) -> None:
    """Whoever asks while there is no engine waits in the backlog, and is answered by the next one."""
    trouble(sidecar, trigger)
    with ExitStack() as opened:
        asking = [opened.enter_context(socket.create_connection(sidecar.monitor, timeout=SECONDS)) for _ in range(20)]
        for sock in asking:
            sock.sendall(b"GET /monitor/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert {receive(sock, 15) for sock in asking} == {b"HTTP/1.1 200 OK"}
    assert len(sidecar.engines) > 1
