"""What an alert says, and which alerts belong together.

An incident begins when a model version goes from no alarm into one and ends when it leaves it; everything in between (warning
to critical and back) carries the same id, so that a receiver can group and close what it opened. A change between
``ok`` and ``insufficient_data`` is told as well, because "the traffic stopped" is news; it has an id of its own.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal, TypedDict
from uuid import uuid4

from sidecar.reasons import Status
from sidecar.verdict import Transition

_REMEMBERED = 16


class AlertBody(TypedDict):
    """The JSON of one alert."""

    id: str
    status: Literal["firing", "resolved"]
    severity: str
    previous: str
    model: str
    model_version: str
    drift_score: float | None
    features: list[str]
    window: dict[str, int]
    at: str


class Incidents:
    """Give each change of status the id of the incident it belongs to.

    Parameters
    ----------
    model
        The model's name.
    new_id
        Makes an id that no other incident has.
    """

    def __init__(self, model: str, new_id: Callable[[], str] = lambda: uuid4().hex) -> None:
        self._model = model
        self._new_id = new_id
        self._open: dict[str, str] = {}

    def describe(self, transition: Transition) -> AlertBody:
        """Return the alert for `transition`, opening or closing its incident."""
        severity = Status(transition.status)
        return {
            "id": self._id_for(transition.model_version, alarming=severity.alarming),
            "status": "firing" if severity.alarming else "resolved",
            "severity": severity.value,
            "previous": Status(transition.previous).value,
            "model": self._model,
            "model_version": transition.model_version,
            "drift_score": transition.drift_score,
            "features": list(transition.features),
            "window": {"rows": transition.window_rows},
            "at": moment(transition.at),
        }

    def _id_for(self, version: str, *, alarming: bool) -> str:
        incident = self._open.pop(version, None) or self._new_id()
        if alarming:
            self._open[version] = incident
            while len(self._open) > _REMEMBERED:  # versions that left the detector in alarm never say that it is over
                del self._open[next(iter(self._open))]
        return incident


def moment(at: float) -> str:
    """Write epoch seconds as a date.

    >>> moment(0.25)
    '1970-01-01T00:00:00.250Z'
    """
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
