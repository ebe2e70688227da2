"""The sidecar as its users run it: ``python -m sidecar run`` in a process of its own, on ports that it picks itself.

Tests read its log, as an operator would: the line ``listening`` says where it listens, ``engine_started`` who its child is.
Whatever happens in a test, `Sidecar.reap` leaves no process behind.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any, TypeVar

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 30.0
POLL_SECONDS = 0.005
TICKS = os.sysconf("SC_CLK_TCK")
T = TypeVar("T")
_LISTENING, _NOBODYS = "0A", "0"


def until(ask: Callable[[], T | None], what: str | Callable[[], str], *, seconds: float = SECONDS) -> T:
    """Ask again until the answer is true, and return it; fail when it never is, with what was waited for."""
    deadline = monotonic() + seconds
    while not (answer := ask()):
        if monotonic() > deadline:
            raise AssertionError(f"waited {seconds:g} s in vain: {what if isinstance(what, str) else what()}")
        sleep(POLL_SECONDS)
    return answer


def resident(pid: int) -> int:
    """Return the bytes of `pid` that are in memory."""
    return _status(pid, "VmRSS") << 10


def peak(pid: int) -> int:
    """Return the most bytes of `pid` that ever were in memory."""
    return _status(pid, "VmHWM") << 10


def cpu_seconds(pid: int | str) -> float:
    """Return the CPU time that `pid` has used, or one thread of it, ``PID/task/THREAD``."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def alive(pid: int) -> bool:
    """Return whether `pid` runs; a zombie does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def _status(pid: int, key: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{key}:"))


def place(text: str) -> tuple[str, int]:
    """Return host and port of an address as the log writes it."""
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)


class Sidecar:
    """One running sidecar.

    Parameters
    ----------
    upstream
        Where its model is; None: it has none.
    environ
        Further settings, by their environment variable; they win.
    descriptors
        Limit of open files, soft and hard.
    """

    def __init__(self, upstream: str | None, environ: Mapping[str, str], descriptors: int | None = None) -> None:
        own = {"DRIFT_LISTEN": "127.0.0.1:0", "DRIFT_MONITOR": "127.0.0.1:0", "DRIFT_HEALTH": "127.0.0.1:0"}
        if upstream is not None:
            own["DRIFT_UPSTREAM"] = upstream
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("DRIFT_")}
        command = [sys.executable, "-m", "sidecar", "run", "--tolerant"]  # as it runs in a pod
        if descriptors is not None:
            command = ["prlimit", f"--nofile={descriptors}:{descriptors}", *command]
        self.events: list[dict[str, Any]] = []
        self.noise: list[str] = []
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=inherited | own | dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.pid = self._process.pid
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.listening = self.event("listening")

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            try:
                self.events.append(json.loads(line))
            except ValueError:
                self.noise.append(line)

    def all(self, name: str) -> list[dict[str, Any]]:
        """Return the log's events of that name so far."""
        return [event for event in list(self.events) if event["event"] == name]

    def event(self, name: str, count: int = 1) -> dict[str, Any]:
        """Wait for the event's `count`-th line in the log and return it."""
        return until(lambda: self._nth(name, count), lambda: f"the log says {name!r} {count} times; it says {self.log()}")

    def _nth(self, name: str, count: int) -> dict[str, Any] | None:
        found = self.all(name)
        if len(found) < count and self._process.poll() is not None and not self._reader.is_alive():
            raise AssertionError(f"it ended with {self._process.returncode}, without {name!r}: {self.log()}")
        return found[count - 1] if len(found) >= count else None

    def log(self) -> str:
        """Return the last lines of the log, and what else was printed."""
        return "\n".join([*(json.dumps(event) for event in self.events[-8:]), *self.noise[-20:]])

    @property
    def traffic(self) -> tuple[str, int]:
        """Where clients connect to."""
        return place(self.listening["traffic"])

    @property
    def health(self) -> tuple[str, int]:
        """Where the probes are answered."""
        return place(self.listening["health"])

    @property
    def monitor(self) -> tuple[str, int]:
        """Where the engine serves."""
        return place(self.listening["monitor"])

    @property
    def engines(self) -> list[int]:
        """The process ids of every engine so far, the newest last."""
        return [event["pid"] for event in self.all("engine_started")]

    @property
    def connections(self) -> int:
        """How many of its clients' connections the relay holds, as the kernel counts them."""
        rows = [row.split() for row in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
        here = f":{self.traffic[1]:04X}"
        return sum(row[1].endswith(here) and row[3] != _LISTENING and row[9] != _NOBODYS for row in rows)

    def connect(self, seconds: float = SECONDS) -> socket.socket:
        """Return a client's connection."""
        return socket.create_connection(self.traffic, timeout=seconds)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the relay."""
        self._process.send_signal(number)

    @property
    def ended(self) -> bool:
        """Whether the relay has ended."""
        return self._process.poll() is not None

    def wait(self, seconds: float = SECONDS) -> int:
        """Return the exit code, once the relay has ended and its log was read to the end."""
        code = self._process.wait(seconds)
        self._reader.join(seconds)
        return code

    def reap(self) -> None:
        """End what still runs, the engine too, and close the log."""
        self._process.kill()
        self._process.wait(SECONDS)
        for pid in self.engines:
            if _is_engine(pid):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self._reader.join(SECONDS)
        if self._process.stdout is not None:
            self._process.stdout.close()


def _is_engine(pid: int) -> bool:
    try:
        return b"sidecar.engine" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
