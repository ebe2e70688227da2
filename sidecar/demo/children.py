"""The processes that a demo starts, and the promise that none of them outlives it.

Each child leads a session of its own. So Ctrl-C in the terminal reaches the demo alone, which can then end the parts in
the order in which traffic depends on them; and what a child has started itself (the relay its engine, a server its
workers) is in a process group that can be ended as a whole, if it does not end when asked.
"""

import asyncio
import os
import signal
import time
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import aiohttp

TAIL_LINES = 15
PROBE_SECONDS = 0.05


class DemoError(Exception):
    """A demo that could not be set up or went wrong; the message is for the person who typed the command."""


@dataclass(frozen=True, slots=True)
class Command:
    """A program to run: its words, the URL that answers when it is ready, what it needs in its environment."""

    name: str
    argv: Sequence[str]
    ready: str
    environ: Mapping[str, str] = field(default_factory=dict)


class Child:
    """A running program, its output in a log file."""

    def __init__(self, command: Command, process: Process, log: Path) -> None:
        self.command = command
        self.process = process
        self.log = log

    @classmethod
    async def start(cls, command: Command, logs: Path) -> Self:
        """Start `command`; its standard output and errors go to a file in `logs`."""
        log = logs / f"{command.name}.log"
        with log.open("wb") as out:
            try:
                process = await asyncio.create_subprocess_exec(
                    *command.argv,
                    env=inherited() | dict(command.environ),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=out,
                    stderr=asyncio.subprocess.STDOUT,
                    start_new_session=True,
                )
            except OSError as error:
                raise DemoError(f"{command.name}: {command.argv[0]} cannot be started: {error.strerror}") from error
        return cls(command, process, log)

    async def until_ready(self, client: aiohttp.ClientSession, seconds: float) -> float:
        """Wait until the ready URL answers 200; return how long that took."""
        began = time.monotonic()
        while not await _answers(client, self.command.ready):
            self.must_run()
            if time.monotonic() - began > seconds:
                raise DemoError(self._said(f"is not ready after {seconds:g} s"))
            await asyncio.sleep(PROBE_SECONDS)
        return time.monotonic() - began

    def must_run(self) -> None:
        """Raise if the program has ended, with the last lines that it wrote."""
        if self.process.returncode is not None:
            raise DemoError(self._said(f"ended with exit code {self.process.returncode}"))

    async def stop(self, grace: float) -> None:
        """Ask the program to end, wait `grace` seconds, then end all that is left of its group."""
        with suppress(ProcessLookupError):
            self.process.terminate()
        with suppress(TimeoutError):
            await asyncio.wait_for(self.process.wait(), grace)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        await self.process.wait()

    def _said(self, what: str) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-TAIL_LINES:]
        return "\n".join([f"{self.command.name} {what}. The last lines of its output:", *(f"    {line}" for line in lines)])


def inherited() -> dict[str, str]:
    """Return our environment without settings of a sidecar, which are none of the demo's."""
    return {name: value for name, value in os.environ.items() if not name.startswith("DRIFT_")}


async def _answers(client: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with client.get(url) as answer:
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False
