"""Work on a large batch in a process of its own.

A batch of some megabytes takes seconds and hundreds of megabytes. In the engine that would be seconds in which no row is
counted, and memory that is the live window's. So a child is started for it, bounded in memory and time, one at a time: who
comes in the meantime is asked to come again.
"""

import asyncio
import os
import re
import signal
import sys
from typing import Final

import orjson

from sidecar import logs
from sidecar.batch.held import held
from sidecar.batch.worker import Exit
from sidecar.monitor.state import MonitorState
from sidecar.relay.engine_process import memory_limit
from sidecar.web.problems import Problem

SECONDS: Final = 60
_SHARE_OF_MEMORY: Final = 0.75
_ELSEWHERE: Final = ("alerts", "redis")
"""Settings that the child has no use for, and that may hold secrets."""
_KILLED: Final = (-signal.SIGABRT, -signal.SIGKILL, -signal.SIGXCPU)
_ANOTHER_TYPE: Final = re.compile(r"(line \d+ )?is (no (JSON|CSV|Parquet|UTF-8)|nested too deeply)")
_log = logs.get_logger(__name__)


class Elsewhere:
    """Judges one batch at a time.

    Parameters
    ----------
    state
        Whose baseline and settings are used.
    seconds, memory
        What a batch may take; memory in bytes, by default three quarters of what the engine itself may hold.
    """

    def __init__(self, state: MonitorState, *, seconds: float = SECONDS, memory: int | None = None) -> None:
        self._state = state
        self._seconds = seconds
        self._memory = int(memory_limit() * _SHARE_OF_MEMORY) if memory is None else memory
        self._busy = False

    def refuse_if_busy(self) -> None:
        """Ask to come again while another batch is being worked on.

        Raises
        ------
        Problem
            503.
        """
        if self._busy:
            raise Problem(503, "another batch is being worked on", headers={"Retry-After": "5"})

    async def report(self, body: bytes, ending: str) -> bytes:
        """Return the report on a batch as JSON.

        Raises
        ------
        Problem
            It cannot be read, or takes too much memory or time.
        """
        self.refuse_if_busy()
        self._busy = True
        try:
            with held(body) as descriptor:
                return self._answer(*await self._run(descriptor, ending))
        finally:
            self._busy = False

    async def _run(self, descriptor: int, ending: str) -> tuple[int, bytes]:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "sidecar.batch.worker", "--fd", str(descriptor), "--ending", ending),
            *("--memory", str(self._memory), "--seconds", str(max(1, int(self._seconds)))),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,  # a traceback would quote somebody's data
            pass_fds=(descriptor,),
            env={**os.environ, "POLARS_MAX_THREADS": "1"},
        )
        try:
            async with asyncio.timeout(self._seconds):
                said, _ = await child.communicate(self._order())
                return await child.wait(), said
        except TimeoutError:
            raise Problem(413, f"the batch takes longer than {self._seconds:g} s to be worked on") from None
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()

    def _order(self) -> bytes:
        profile = self._state.detector.profile
        settings = self._state.settings.model_dump(mode="json", exclude=set(_ELSEWHERE))
        return orjson.dumps({"profile": None if profile is None else profile.to_json(), "settings": settings})

    def _answer(self, code: int, said: bytes) -> bytes:
        if code == Exit.REPORT:
            return said
        if code == Exit.UNREADABLE:
            raise unreadable(said.decode())
        if code == Exit.TOO_LARGE or code in _KILLED:
            raise Problem(413, f"the batch takes more than {self._memory >> 20} MiB or {self._seconds:g} s to be worked on")
        _log.error("batch_failed", exit=code)
        raise Problem(500, "this is the sidecar's fault; its log says more")


def unreadable(fault: str) -> Problem:
    """Return the problem of a batch that is not what its type says, or not what a batch should be.

    >>> unreadable("is no JSON: Expecting value in line 1, column 1").status, unreadable("is empty").status
    (400, 422)
    """
    if _ANOTHER_TYPE.match(fault):
        return Problem(400, f"the batch {fault}")
    return Problem(422, "the batch cannot be used", errors=[{"field": "(body)", "message": fault}])
