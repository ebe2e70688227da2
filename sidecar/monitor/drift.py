"""The handlers that only read: the live report, the health of the service, the baseline."""

from aiohttp import web

from sidecar.batch import document
from sidecar.monitor.health import health_of
from sidecar.monitor.reply import json_document
from sidecar.monitor.state import MonitorState
from sidecar.web.problems import Problem


class Reading:
    """Handlers over one state.

    Parameters
    ----------
    state
        What they show.
    """

    def __init__(self, state: MonitorState) -> None:
        self._state = state

    async def drift(self, request: web.Request) -> web.Response:
        """Answer with the live report, by default of the version that was seen last."""
        detector = self._state.detector
        versions = detector.versions
        version = request.query.get("model_version")
        if version is not None and version not in (versions or [self._state.settings.model.version]):
            raise Problem(404, "no rows of this model version have been seen, or none for a long time")
        report = detector.report(self._state.clock(), model_version=version if versions else None, bins=True)
        return json_document(request, document(report) | {"versions": versions})

    async def health(self, request: web.Request) -> web.Response:
        """Answer with the health document; reaching this line is what makes it 200."""
        return json_document(request, health_of(self._state, self._state.clock()))

    async def baseline(self, request: web.Request) -> web.Response:
        """Answer with the baseline's profile, which can be used as a baseline file."""
        profile = self._state.detector.profile
        if profile is None:
            raise Problem(404, self._state.baseline_error or "there is no baseline")
        return json_document(request, profile.to_json())
