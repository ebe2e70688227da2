"""Count and judge the rows of many calls together.

A report costs about the same for one new row as for thirty, and a busy service has that many calls in hand at once. So calls
do not evaluate: they put their rows here and wait, and when the event loop has run everything that was ready, all rows are
counted, one report a model version is made, and every call is answered from it. Each answer includes its own rows, and those
of the calls that arrived in the same instant. What the answers of one report share is serialised once.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple

from sidecar.columns import batches
from sidecar.monitor.answer import shared_part, whole_answer
from sidecar.monitor.quality import RowIssues, note_issues
from sidecar.monitor.state import MonitorState, as_label
from sidecar.reasons import Issue

_QUIET_TURNS = 3
"""Turns of the event loop without a new call, after which nobody is on the way: a request takes two from socket to here."""

_PATIENCE_SECONDS = 0.001
"""How long the calls in hand wait for as many as there were last time: clients that take turns ask again in step."""

_ENOUGH = 256
"""Calls that are answered without waiting for more."""

_SLICE = 1024
"""Rows of one call that are counted in one turn."""

Row = dict[str, object]
Rows = Sequence[Row]


class _Call(NamedTuple):
    """Rows that wait to be counted, and who waits for the answer."""

    rows: Rows
    stale: bool
    version: str
    issues: RowIssues
    answer: asyncio.Future[bytes]


class Coalescer:
    """Collects the rows of the calls that are in hand and answers them together.

    Parameters
    ----------
    state
        Where rows are counted.
    """

    def __init__(self, state: MonitorState) -> None:
        self._state = state
        self._calls: list[_Call] = []
        self._expected = 1
        self._patience: asyncio.TimerHandle | None = None

    async def answer(self, rows: Rows, version: str | None, *, stale: bool = False) -> bytes:
        """Count `rows` and return the answer of ``/monitor/predict`` that includes them; they may say that they are `stale`.

        Very many rows are counted a slice at a time, so that others have their turn in between.
        """
        issues = RowIssues()
        if stale:
            issues.note("", Issue.STALE_TIMESTAMP)
        body = b""
        for start in range(0, len(rows), _SLICE):
            body = await self._answer_to(rows[start : start + _SLICE], version, issues, stale=stale)
        return body

    async def _answer_to(self, rows: Rows, version: str | None, issues: RowIssues, *, stale: bool) -> bytes:
        loop = asyncio.get_running_loop()
        if not self._calls:
            loop.call_soon(self._wait, loop, 0, 0)
        call = _Call(rows, stale, as_label(version or self._state.settings.model.version), issues, loop.create_future())
        self._calls.append(call)
        if self._patience is not None and len(self._calls) >= self._expected:
            self._end_patience()
            loop.call_soon(self._wait, loop, 0, 0)
        return await call.answer

    def _wait(self, loop: asyncio.AbstractEventLoop, known: int, quiet: int) -> None:
        """Give calls whose bytes are here already the turns of the loop that they need to get here as well."""
        quiet = quiet + 1 if len(self._calls) == known else 0
        if quiet < _QUIET_TURNS and len(self._calls) < _ENOUGH:
            loop.call_soon(self._wait, loop, len(self._calls), quiet)
        elif len(self._calls) < self._expected:
            self._patience = loop.call_later(_PATIENCE_SECONDS, self._flush)
        else:
            self._flush()

    def _end_patience(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _flush(self) -> None:
        self._end_patience()
        calls, self._calls = self._calls, []
        self._expected = len(calls)
        for version, together in groupby(self._in_order(calls), key=lambda call: call.version):
            run = list(together)
            try:
                self._answer(run, version)
            except Exception as error:  # noqa: BLE001 - whatever went wrong, nobody may be left waiting
                for call in run:
                    if not call.answer.done():
                        call.answer.set_exception(error)

    def _in_order(self, calls: list[_Call]) -> list[_Call]:
        """Put the calls of a version side by side where the order between versions does not matter.

        It matters only when a version is new, for that may make another one leave.
        """
        newest = {call.version: position for position, call in enumerate(calls)}
        if len(newest) == 1 or not newest.keys() <= set(self._state.detector.versions):
            return calls
        return sorted(calls, key=lambda call: newest[call.version])

    def _answer(self, run: list[_Call], version: str) -> None:
        self._count(run, version, self._state.clock())
        shared = shared_part(self._state.detector.report(self._state.clock(), model_version=version))
        for call in run:
            if not call.answer.done():
                call.answer.set_result(whole_answer(shared, call.issues))

    def _count(self, run: list[_Call], version: str, at: float) -> None:
        """Count the rows of all calls as one sequence, and note the issues of each row with its call."""
        rows = [row for call in run for row in call.rows]
        calls = [call for call in run for _ in call.rows]
        done = 0
        for columns in batches(rows, self._state.detector.names):
            owners = calls[done : done + columns.rows]
            stale = frozenset(row for row, call in enumerate(owners) if call.stale)
            counted = replace(columns, stale=stale) if stale else columns
            observation = self._state.observe(counted, source="direct", at=at, model_version=version)
            note_issues(observation, [call.issues for call in owners])
            done += columns.rows
