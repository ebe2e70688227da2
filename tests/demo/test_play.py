"""The demo for real: model, sidecar and traffic in processes of their own, and nothing left of them afterwards."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

DEMO = (sys.executable, "-u", "-m", "sidecar", "demo", "--any-ports")


def ports_of(output: str) -> set[int]:
    """Return the ports that the demo has named."""
    return {int(port) for port in re.findall(r"127\.0\.0\.1:(\d+)", output)}


def listens(port: int) -> bool:
    """Return whether anybody listens at a local port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def demo(root: Path) -> Iterator[list[subprocess.Popen[str]]]:
    """Hold the demos that a test starts; end what it leaves running."""
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in started:
        if process.poll() is None:
            process.terminate()
        process.communicate()


def start(demo: list[subprocess.Popen[str]], root: Path, *words: str) -> subprocess.Popen[str]:
    """Start a demo as a shell would, in a process group of its own."""
    process = subprocess.Popen(
        [*DEMO, *words], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    demo.append(process)
    return process


def read_until(process: subprocess.Popen[str], word: str) -> str:
    """Return the output up to the first line that holds `word`."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if word in line:
            return "".join(lines)
    raise AssertionError(f"{word!r} was not said: {''.join(lines)}")


def test_played_once_it_goes_from_ok_to_critical_and_passes(demo: list[subprocess.Popen[str]], root: Path) -> None:
    """Exit code 0, the verdicts in order, the same bytes as direct, the alert, the metrics, and no port left open."""
    process = start(demo, root, "--once", "--rate", "600")
    output, _ = process.communicate(timeout=110)
    assert process.returncode == 0, output
    assert re.findall(r"^verdict: (ok|warning|critical) ", output, re.MULTILINE) in (
        ["ok", "warning", "critical"],
        ["ok", "critical"],
    )
    assert "answers through the sidecar and direct: the same bytes" in output
    assert "-> critical, features" in output
    assert re.search(r'^ *drift_status\{model_version="1"\} 2(\.0)?$', output, re.MULTILINE)
    assert "PASSED" in output
    assert "\x1b" not in output
    assert len(ports_of(output)) >= 3
    assert not any(listens(port) for port in ports_of(output))


@pytest.mark.parametrize(("words", "number", "code"), [((), signal.SIGINT, 0), (("--once",), signal.SIGTERM, 130)])
def test_a_signal_ends_it_with_all_that_it_started(
    demo: list[subprocess.Popen[str]], root: Path, words: tuple[str, ...], number: signal.Signals, code: int
) -> None:
    """Ctrl-C is how an endless demo ends, so that is no failure; one that should have come to its end says 130."""
    process = start(demo, root, *words)
    output = read_until(process, "verdict:")
    assert all(listens(port) for port in ports_of(output))
    os.killpg(process.pid, number)
    rest, _ = process.communicate(timeout=60)
    assert process.returncode == code, output + rest
    assert "Traceback" not in rest
    assert not any(listens(port) for port in ports_of(output))


def test_a_baseline_that_cannot_be_read_is_a_message(demo: list[subprocess.Popen[str]], root: Path, tmp_path: Path) -> None:
    """Exit code 2 and the file's name, before anything is started."""
    process = start(demo, root, "--baseline", str(tmp_path / "none.json"))
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "none.json" in output
    assert "Traceback" not in output
