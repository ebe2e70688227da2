"""``POST /monitor/batch``: judge the rows of one body for themselves; the live window does not hear of them.

Small batches are worked on here, at once; large ones, and Parquet with its large library, in a process of their own.
"""

from importlib.util import find_spec
from typing import Final

import orjson
from aiohttp import hdrs, web

from sidecar.baseline import BaselineError
from sidecar.baseline.files import open_descriptor
from sidecar.batch import analyse, document
from sidecar.batch.held import held
from sidecar.monitor.elsewhere import Elsewhere, unreadable
from sidecar.monitor.reply import document as reply
from sidecar.monitor.state import MonitorState
from sidecar.web.body import Room, read_body
from sidecar.web.problems import Problem

SMALL: Final = 32 << 10
"""Bytes of a batch that costs less here, a few milliseconds, than a process of its own."""

JSON: Final = ".json"
PARQUET: Final = ".parquet"
ENDINGS: Final = {
    "application/json": JSON,
    "text/csv": ".csv",
    "application/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/x-ndjson": ".ndjson",
    "application/ndjson": ".ndjson",
    "application/jsonl": ".ndjson",
    "application/vnd.apache.parquet": PARQUET,
    "application/x-parquet": PARQUET,
}
"""Media types, and what a file of that kind would be called."""


class Batch:
    """The handler.

    Parameters
    ----------
    state
        Whose baseline and settings are used.
    elsewhere
        Who works on large batches.
    """

    def __init__(self, state: MonitorState, elsewhere: Elsewhere | None = None) -> None:
        tap = state.settings.tap
        self._state = state
        self._max_body = int(tap.max_body)
        self._room = Room(int(tap.buffer + tap.max_body))
        self._elsewhere = elsewhere or Elsewhere(state)

    async def __call__(self, request: web.Request) -> web.Response:
        """Answer with the report on the body."""
        ending = ending_of(request)
        if (request.content_length or 0) > SMALL:
            self._elsewhere.refuse_if_busy()  # before it is read for nothing
        body = await read_body(request, self._max_body, self._room)
        if ending == JSON and not body.strip():
            raise Problem(400, "the batch is no JSON: it is empty")
        small = len(body) <= SMALL and ending != PARQUET
        report = self._here(body, ending) if small else await self._elsewhere.report(body, ending)
        return reply(request, report, "application/json")

    def _here(self, body: bytes, ending: str) -> bytes:
        try:
            with held(body) as descriptor:
                return orjson.dumps(document(analyse(open_descriptor(descriptor, ending), self._state.detector)))
        except BaselineError as error:
            raise unreadable(error.without_source()) from None


def ending_of(request: web.Request) -> str:
    """Return what a file with the body of a request would be called at its end; JSON if nobody says what it is.

    Raises
    ------
    Problem
        415: it is something else, or nothing here can read it.
    """
    kind = request.content_type if hdrs.CONTENT_TYPE in request.headers else "application/json"
    ending = ENDINGS.get(kind)
    if ending == PARQUET and find_spec("polars") is None:
        raise Problem(415, "Parquet is read with an extra: pip install 'drift-sidecar[files]'", headers=_accepted())
    if ending is None:
        raise Problem(415, "a batch is JSON, CSV, NDJSON or Parquet", headers=_accepted())
    if (request.charset or "utf-8").lower() not in ("utf-8", "utf8", "us-ascii", "ascii"):
        raise Problem(415, "text is read as UTF-8", headers=_accepted())
    return ending


def _accepted() -> dict[str, str]:
    readable = {kind for kind, ending in ENDINGS.items() if ending != PARQUET or find_spec("polars") is not None}
    return {"Accept": ", ".join(kind for kind in ENDINGS if kind in readable)}
