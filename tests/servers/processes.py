"""Processes of servers, none of which outlives the check: not their workers either, nor what these leave behind.

A server leads a session of its own, so that its group can be ended as a whole. Some start their workers in groups of their own;
these become children of this process when their parent is gone, and are ended as such.
"""

import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.relay.running import alive, until

GRACE_SECONDS = 15.0
_PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """Let this process be the parent of what its children leave behind."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


@contextmanager
def running(command: Sequence[str], environ: Mapping[str, str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program with a log in `folder`, and leave nothing of it."""
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            command, env=dict(environ), cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield process
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    family = descendants(process.pid)
    for number in (signal.SIGTERM, signal.SIGKILL):
        if number is signal.SIGTERM:
            process.terminate()
        else:
            _kill([process.pid, *family, *descendants(process.pid)])
        deadline = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < deadline and (process.poll() is None or any(map(alive, family))):
            time.sleep(0.05)
    _reap(family)


def _kill(pids: list[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _reap(pids: list[int]) -> None:
    for pid in pids:
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
    until(lambda: not any(map(alive, pids)), f"the end of {pids}")


def descendants(pid: int) -> list[int]:
    """Return the processes that `pid` started, and those that they started."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            child, rest = stat.read_text(encoding="utf-8", errors="replace").split(" ", 1)
            children.setdefault(int(rest.rpartition(")")[2].split()[1]), []).append(int(child))
    found, next_ones = [], [pid]
    while next_ones:
        next_ones = [child for one in next_ones for child in children.get(one, [])]
        found += next_ones
    return found


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports
