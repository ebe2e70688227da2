"""``POST /monitor/predict``: count a row and answer with the state that includes it."""

from aiohttp import web

from sidecar.decode.reading import is_prediction
from sidecar.monitor.answer import shared_part, whole_answer
from sidecar.monitor.cloudevent import CloudEvent, is_event, read_event, rows_of_event
from sidecar.monitor.coalesce import Coalescer
from sidecar.monitor.envelope import read_envelope
from sidecar.monitor.json_body import read_json
from sidecar.monitor.media import require_json
from sidecar.monitor.quality import RowIssues
from sidecar.monitor.reply import json_reply
from sidecar.monitor.state import MonitorState
from sidecar.web.body import Room, read_body


class Predict:
    """The handler.

    Parameters
    ----------
    state
        Where rows are counted.
    """

    def __init__(self, state: MonitorState) -> None:
        tap = state.settings.tap
        self._state = state
        self._max_body = int(tap.max_body)
        self._room = Room(int(tap.buffer + tap.max_body))
        self._coalescer = Coalescer(state)

    async def __call__(self, request: web.Request) -> web.Response:
        """Answer one call: an envelope of our own, or a CloudEvent."""
        if is_event(request):
            event = read_event(request, await read_body(request, self._max_body, self._room))
            return json_reply(await self._of_event(event))
        require_json(request)
        body = await read_body(request, self._max_body, self._room)
        envelope = read_envelope(read_json(body))
        stale = self._state.note_timestamp(envelope.timestamp)
        return json_reply(await self._coalescer.answer([envelope.features], envelope.model_version, stale=stale))

    async def _of_event(self, event: CloudEvent) -> bytes:
        state = self._state
        if event.is_answer:
            return whole_answer(shared_part(state.detector.report(state.clock())), RowIssues())
        # What the model answered has no place among the values of a row without names.
        order = [name for name in state.detector.names if not is_prediction(name)]
        rows, version = rows_of_event(event, order=order, tap_format=state.settings.tap.format, max_body=self._max_body)
        return await self._coalescer.answer(rows, version)
