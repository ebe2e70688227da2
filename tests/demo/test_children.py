"""Children: started in a group of their own, waited for until they answer, and never left behind."""

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

import aiohttp
import pytest

from sidecar.demo.children import Child, Command, DemoError, inherited
from sidecar.demo.ports import ANY, choose
from sidecar.demo.stage import url

# A child that has a child of its own and does not end when asked.
STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(grandchild.pid, flush=True)
time.sleep(60)
"""


def command(code: str, *words: str, ready: str = "http://127.0.0.1:9/") -> Command:
    """Return a command that runs Python code."""
    return Command("program", (sys.executable, "-c", code, *words), ready)


async def until(condition: Callable[[], bool]) -> None:
    """Wait until another process has made `condition` true."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - no event of ours can tell
            await asyncio.sleep(0.01)


async def first_line(log: Path) -> str:
    """Return the first line of a log once it is there."""
    await until(lambda: "\n" in log.read_text())
    return log.read_text().splitlines()[0]  # noqa: ASYNC240 - a few bytes


def runs(pid: int) -> bool:
    """Return whether a process of that number still runs; one that only waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def test_a_child_that_ignores_the_signal_is_killed_with_all_of_its_group(tmp_path: Path) -> None:
    """After the grace neither the child nor what it started is left."""
    child = await Child.start(command(STUBBORN), tmp_path)
    grandchild = int(await first_line(child.log))
    assert os.getpgid(grandchild) == child.process.pid != os.getpgid(0)
    await child.stop(grace=0.1)
    assert child.process.returncode == -9
    await until(lambda: not runs(grandchild))


async def test_a_child_that_ends_when_asked_is_not_killed(tmp_path: Path) -> None:
    """SIGTERM alone is enough for a program that obeys."""
    child = await Child.start(command("import time; print('up', flush=True); time.sleep(60)"), tmp_path)
    await first_line(child.log)
    await child.stop(grace=10)
    assert child.process.returncode == -15


async def test_stopping_a_child_that_has_ended_is_nothing(tmp_path: Path) -> None:
    """A program that ended by itself keeps its exit code."""
    child = await Child.start(command("raise SystemExit(3)"), tmp_path)
    await child.process.wait()
    await child.stop(grace=10)
    assert child.process.returncode == 3


async def test_readiness_is_the_url_that_answers(tmp_path: Path) -> None:
    """A child is ready as soon as its URL answers 200."""
    port = choose(ANY)[0].model
    server = Command("model", (sys.executable, "-m", "sidecar.demo.standin", str(port)), url(port, "/ready"))
    child = await Child.start(server, tmp_path)
    try:
        async with aiohttp.ClientSession() as client:
            assert await child.until_ready(client, seconds=30) < 30
    finally:
        await child.stop(grace=5)


async def test_a_child_that_dies_at_once_is_reported_with_its_last_words(tmp_path: Path) -> None:
    """Who waits for readiness learns the exit code and what the program said."""
    child = await Child.start(command("print('no such model'); raise SystemExit(7)"), tmp_path)
    async with aiohttp.ClientSession() as client:
        with pytest.raises(DemoError, match=r"exit code 7(?s:.*)no such model"):
            await child.until_ready(client, seconds=30)
    await child.stop(grace=1)


async def test_a_child_that_never_answers_is_given_up(tmp_path: Path) -> None:
    """Waiting has an end."""
    child = await Child.start(command("import time; time.sleep(60)"), tmp_path)
    async with aiohttp.ClientSession() as client:
        with pytest.raises(DemoError, match=r"not ready after 0\.2 s"):
            await child.until_ready(client, seconds=0.2)
    await child.stop(grace=1)


async def test_a_program_that_does_not_exist_is_named(tmp_path: Path) -> None:
    """A missing interpreter is a message, not a traceback."""
    with pytest.raises(DemoError, match="/no/such/python cannot be started"):
        await Child.start(Command("model", ("/no/such/python",), ""), tmp_path)


def test_settings_of_another_sidecar_are_not_inherited(monkeypatch: pytest.MonkeyPatch) -> None:
    """A DRIFT_ variable in the shell does not reach the demo's sidecar."""
    monkeypatch.setenv("DRIFT_WINDOW__ROWS", "5")
    monkeypatch.setenv("OTHER", "kept")
    assert "DRIFT_WINDOW__ROWS" not in inherited()
    assert inherited()["OTHER"] == "kept"
