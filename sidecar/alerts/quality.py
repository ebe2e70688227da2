"""When the data is not drifting but broken: an alert for shares of odd values, beside the one for drift.

Somebody who is woken at night needs to know which of the two it is: drift is for those who own the model, a feature that is
missing in half of the rows for those who own the pipeline before it. So this is an event of its own, ``quality_alert``. To a
receiver it has every key of a drift alert, and two that no drift alert has: ``kind``, which is ``quality``, and ``issues``.

An issue of a feature is over the threshold if its share of the window's rows is, by more than chance explains: the lower end
of Wilson's interval [1]_ at three standard errors, so that the first odd row of an hour wakes nobody. It is over with when the
share is below 0.8 of the threshold. One alert tells of the first issue that is over, and one of the end of the last.

References
----------
.. [1] E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927), 209-212.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import sqrt
from typing import Final, Literal
from uuid import uuid4

from sidecar.alerts.incident import AlertBody, moment
from sidecar.batch.document import CountedIssue, issues_of
from sidecar.reasons import Status
from sidecar.verdict import Report

STANDARD_ERRORS: Final = 3.0
CLEARING_SHARE: Final = 0.8


class OddShare(AlertBody):
    """The JSON of a quality alert."""

    kind: Literal["quality"]
    issues: list[CountedIssue]


def lower_bound(count: int, rows: int) -> float:
    """Return the least share that a count of some rows speaks for.

    Examples
    --------
    >>> f"{lower_bound(1, 1):.2f} {lower_bound(30, 100):.2f} {lower_bound(3000, 10_000):.2f} {lower_bound(0, 0):.2f}"
    '0.10 0.18 0.29 0.00'
    """
    if not rows:
        return 0.0
    share, doubt = count / rows, STANDARD_ERRORS**2 / rows
    spread = STANDARD_ERRORS * sqrt(share * (1 - share) / rows + doubt / (4 * rows))
    return max(0.0, (share + doubt / 2 - spread) / (1 + doubt))


@dataclass(slots=True)
class _Open:
    """An incident that has not ended: its id, and what is over the threshold."""

    id: str
    over: frozenset[tuple[str, str]]


class QualityWatch:
    """Follows the shares of odd values of each model version.

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
        self._open: dict[str, _Open] = {}

    def look(self, reports: Iterable[Report], threshold: float | None, at: float) -> list[OddShare]:
        """Return what has to be told now; without a threshold, and of versions that are gone, that it is over."""
        found: list[OddShare] = []
        seen: set[str] = set()
        for report in reports if threshold is not None else ():
            seen.add(report.model_version)
            found += self._turn(report, self._over(report, threshold or 1.0), at)
        for version in self._open.keys() - seen:
            found.append(self._told(version, self._open.pop(version).id, [], rows=0, at=at))
        return found

    def _over(self, report: Report, threshold: float) -> list[CountedIssue]:
        """Return the issues that are over the threshold, or were and are not yet below it by enough."""
        known = self._open.get(report.model_version)
        rows = report.window.rows
        return [
            each
            for each in issues_of(report)
            if lower_bound(each["rows"], rows) > threshold
            or (known and (each["feature"], each["issue"]) in known.over and each["rate"] >= CLEARING_SHARE * threshold)
        ]

    def _turn(self, report: Report, over: list[CountedIssue], at: float) -> list[OddShare]:
        version, rows = report.model_version, report.window.rows
        known = self._open.get(version)
        if known and not over:
            return [self._told(version, self._open.pop(version).id, [], rows=rows, at=at)]
        if not over:
            return []
        incident = known.id if known else self._new_id()
        self._open[version] = _Open(incident, frozenset((each["feature"], each["issue"]) for each in over))
        return [] if known else [self._told(version, incident, over, rows=rows, at=at)]

    def _told(self, version: str, incident: str, over: list[CountedIssue], *, rows: int, at: float) -> OddShare:
        now, before = (Status.WARNING, Status.OK) if over else (Status.OK, Status.WARNING)
        return {
            "id": incident,
            "status": "firing" if over else "resolved",
            "severity": now.value,
            "previous": before.value,
            "model": self._model,
            "model_version": version,
            "drift_score": None,
            "features": list(dict.fromkeys(each["feature"] for each in over if each["feature"])),
            "window": {"rows": rows},
            "at": moment(at),
            "kind": "quality",
            "issues": over,
        }
