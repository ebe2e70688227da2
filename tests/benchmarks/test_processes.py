"""Processes end with the block that started them, and what they consume is read from the kernel."""

import os
import sys
import time
from pathlib import Path

import pytest

from benchmarks import processes
from benchmarks.processes import BenchmarkError, await_port, children, cpu_seconds, free_port, resident_mib, running, state

_FORKS = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])"


def _until(true: object, seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if callable(true) and true():
            return True
        time.sleep(0.01)
    return False


def test_a_server_and_its_children_end_with_the_block(tmp_path: Path) -> None:
    """After the block neither the process nor the child that it started is running."""
    with running([sys.executable, "-c", _FORKS], core=0, log=tmp_path / "log") as pid:
        assert _until(lambda: children(pid))
        everyone = [pid, *children(pid)]
        assert resident_mib(everyone) > 1
    assert _until(lambda: all(state(one) in "ZX" for one in everyone))


def test_cpu_time_is_that_of_the_process_and_no_other(tmp_path: Path) -> None:
    """A busy child is charged for about its own work; this process, which waits for it, is not."""
    busy = "import time\nwhile time.process_time() < 0.5: pass\nprint(flush=True)\ntime.sleep(60)"
    log = tmp_path / "log"
    before = cpu_seconds([os.getpid()])
    with running([sys.executable, "-c", busy], core=0, log=log) as pid:
        assert _until(log.read_bytes, 60)
        assert 0.45 <= cpu_seconds([pid]) <= 1.5
    assert cpu_seconds([os.getpid()]) - before < 0.45


def test_a_server_that_dies_is_reported_with_its_last_words(tmp_path: Path) -> None:
    """Waiting for its port ends when the process has ended, and the message holds what it wrote."""
    log = tmp_path / "log"
    with (
        running([sys.executable, "-c", "import sys; sys.exit('no such option')"], core=0, log=log) as pid,
        pytest.raises(BenchmarkError, match="no such option"),
    ):
        await_port(free_port(), pid, log=log)


def test_a_core_that_is_not_there_is_named() -> None:
    """A machine with one core cannot run the benchmark, and the message says why."""
    assert processes.busy_seconds(0) > 0
    with pytest.raises(BenchmarkError, match="4096"):
        processes.busy_seconds(4096)
