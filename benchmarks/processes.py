"""Processes on a core of choice, what they consume, and their certain end.

Every server of the benchmark runs in a session of its own, so that it can be ended together with its children, and gets
SIGTERM from the kernel should the benchmark itself be killed. CPU time and memory are read from /proc, where the kernel
accounts for them whoever asks: no server is asked to measure itself.
"""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


class BenchmarkError(RuntimeError):
    """Nothing that was measured may be believed: the benchmark ends."""


def on_core(core: int, command: Sequence[str]) -> list[str]:
    """Return the command confined to one core, ending with whoever started it."""
    return ["setpriv", "--pdeathsig", "TERM", "taskset", "-c", str(core), *command]


@contextlib.contextmanager
def running(
    command: Sequence[str], *, core: int, log: Path, environ: Mapping[str, str] | None = None, inherit: Sequence[int] = ()
) -> Iterator[int]:
    """Run a server on a core while the block lasts; yield its process id. Its output goes to ``log``."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            on_core(core, command),
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=inherit,
            env={**os.environ, **(environ or {})},
        )
    try:
        yield process.pid
    finally:
        _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Ask, then force; children that left the process group (our engine does) are forced as well."""
    family = children(process.pid)
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    for pid in family:
        if _descends_from_nobody(pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _descends_from_nobody(pid: int) -> bool:
    """Return whether a former child is still there, adopted by init: its number has not gone to somebody else's process."""
    try:
        return stat_fields(Path(f"/proc/{pid}/stat").read_text())[1] == "1"
    except (FileNotFoundError, ProcessLookupError):
        return False


def free_port() -> int:
    """Return a loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def await_port(port: int, pid: int, *, log: Path, seconds: float = 20.0) -> None:
    """Return once somebody accepts on ``port``; fail when the process ends before, or time runs out."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if state(pid) in "ZX":
            break
        time.sleep(0.005)
    raise BenchmarkError(f"nobody listens on port {port}:\n{log.read_text(errors='replace')[-2000:]}")


def state(pid: int) -> str:
    """Return the kernel's letter for the state of a process; ``X`` when there is none."""
    try:
        return stat_fields(Path(f"/proc/{pid}/stat").read_text())[0]
    except (FileNotFoundError, ProcessLookupError):
        return "X"


def stat_fields(line: str) -> list[str]:
    """Return the fields of ``/proc/PID/stat`` after the command's name, which may itself hold blanks and brackets.

    >>> stat_fields("42 (a (b) c) S 1 42")
    ['S', '1', '42']
    """
    return line[line.rindex(")") + 2 :].split()


def cpu_seconds(pids: Sequence[int]) -> float:
    """Return the CPU seconds, user and system, that these processes have consumed so far (utime and stime of proc(5))."""
    total = 0
    for pid in pids:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            fields = stat_fields(Path(f"/proc/{pid}/stat").read_text())
            total += int(fields[11]) + int(fields[12])
    return total / _TICKS


def busy_seconds(core: int) -> float:
    """Return the seconds that a core has spent on anything but idling, time stolen by the hypervisor included."""
    for line in Path("/proc/stat").read_text().splitlines():
        if line.startswith(f"cpu{core} "):
            user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, line.split()[1:9])
            return (user + nice + system + irq + softirq + steal) / _TICKS
    raise BenchmarkError(f"this machine has no core {core}: two are needed")


def resident_mib(pids: Sequence[int]) -> float:
    """Return the resident memory of these processes in MiB."""
    total = 0
    for pid in pids:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            total += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return total * os.sysconf("SC_PAGE_SIZE") / 2**20


def children(pid: int) -> list[int]:
    """Return the ids of all descendants of a process."""
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for child in map(int, path.read_text().split()):
                found += [child, *children(child)]
    return found


def move(pid: int, core: int) -> None:
    """Confine a running process, with all its threads, to a core."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(ProcessLookupError):
            os.sched_setaffinity(int(thread.name), {core})
