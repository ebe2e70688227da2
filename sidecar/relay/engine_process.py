"""The engine as a child process: how it is started, and what it is given.

It is started by exec, not by fork, so that it shares no state with the relay, and it inherits exactly two descriptors: the
monitor port's listening socket, which therefore outlives it, and its end of the socket pair. It runs at a lower priority
and is the kernel's first choice when memory runs out, because the traffic must not pay for the watching.
"""

import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

NICE = 10
SOCKET_BUFFER = 1 << 20
MAX_MEMORY = 512 << 20
_PAGE = os.sysconf("SC_PAGE_SIZE")
# One thread each: the arrays are small, and a pool a core costs memory and steals CPU from the relay.
_SINGLE_THREADED = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}


class EngineProcess:
    """A running engine and the relay's end of the socket pair."""

    def __init__(self, monitor: socket.socket, config: str | None) -> None:
        self.sock, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._process = _spawn(monitor, theirs, config)
        except OSError:
            self.sock.close()
            raise
        finally:
            theirs.close()
        self.sock.setblocking(False)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BUFFER)
        _prefer_for_the_oom_killer(self._process.pid)

    @property
    def pid(self) -> int:
        """The process id, for logs and for those who test its death."""
        return self._process.pid

    def exit_text(self) -> str | None:
        """Return how it ended (``exit 1``, ``SIGKILL``), or None while it runs."""
        code = self._process.poll()
        if code is None:
            return None
        return f"exit {code}" if code >= 0 else signal.Signals(-code).name

    def memory(self) -> int:
        """Return its resident bytes; 0 when it is gone."""
        try:
            return int(Path(f"/proc/{self.pid}/statm").read_bytes().split()[1]) * _PAGE
        except (OSError, IndexError):
            return 0

    def terminate(self) -> None:
        """Ask it to end without reading what still waits for it."""
        self._process.terminate()

    def kill(self) -> None:
        """End it now, however stuck it is."""
        self._process.kill()

    def close(self) -> None:
        """Give back the socket."""
        self.sock.close()


def _spawn(monitor: socket.socket, theirs: socket.socket, config: str | None) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "sidecar.engine", "--monitor-fd", str(monitor.fileno()), "--tap-fd", str(theirs.fileno())]
    if config is not None:
        command += ["--config", config]
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command,
        pass_fds=(monitor.fileno(), theirs.fileno()),
        stdin=subprocess.DEVNULL,
        env=_SINGLE_THREADED | dict(os.environ),
        process_group=0,
    )


def _prefer_for_the_oom_killer(pid: int) -> None:
    with suppress(OSError):
        Path(f"/proc/{pid}/oom_score_adj").write_text("1000", encoding="ascii")
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, NICE)


def memory_limit() -> int:
    """Return the bytes an engine may hold: half of the container's limit, and never more than 512 MiB."""
    for name in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        with suppress(OSError, ValueError):
            return min(MAX_MEMORY, int(Path(name).read_text(encoding="ascii")) // 2)
    return MAX_MEMORY
