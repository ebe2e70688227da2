"""What the verdict did, and whether that is what was promised.

The promise: ok while the rows look like the baseline, then warning or critical once they do not, upwards and never
back. Rows that are too few for a verdict (`insufficient_data`) are honest at the start and between ok and warning, so
they are kept for the reader and left out of the judgement.
"""

from dataclasses import dataclass, field

from sidecar.demo.phases import Phase
from sidecar.reasons import Status


@dataclass(frozen=True, slots=True)
class Change:
    """One change of status: what it became, and in which phase after how many sent rows."""

    status: Status
    phase: Phase
    rows: int


@dataclass(slots=True)
class History:
    """The changes of status in the order in which they were seen."""

    changes: list[Change] = field(default_factory=list)

    def see(self, status: Status, phase: Phase, rows: int) -> Change | None:
        """Note the status of this moment; return the change if it is one."""
        if self.changes and self.changes[-1].status is status:
            return None
        self.changes.append(Change(status, phase, rows))
        return self.changes[-1]

    @property
    def verdicts(self) -> list[Status]:
        """The statuses that say something, without repetition.

        >>> calm = Phase("as trained", "", 100, "trained", "trained", calm=True)
        >>> history = History()
        >>> for status in ("insufficient_data", "ok", "insufficient_data", "ok"):
        ...     _ = history.see(Status(status), calm, rows=1)
        >>> [str(status) for status in history.verdicts]
        ['ok']
        """
        spoken = [change.status for change in self.changes if change.status is not Status.INSUFFICIENT]
        return [status for i, status in enumerate(spoken) if i == 0 or spoken[i - 1] is not status]

    @property
    def critical(self) -> bool:
        """Whether the verdict has reached critical."""
        return any(change.status is Status.CRITICAL for change in self.changes)

    def fault(self) -> str | None:
        """Say in what the history breaks the promise; None if it keeps it."""
        false_alarm = next((change for change in self.changes if change.phase.calm and change.status.alarming), None)
        if false_alarm is not None:
            return f"{false_alarm.status} in the phase {false_alarm.phase.name!r}, where nothing had drifted"
        if not self.verdicts or self.verdicts[0] is not Status.OK:
            return "the verdict never was ok before it changed"
        if not self.critical:
            return "the verdict did not reach critical"
        if self.verdicts not in _PROMISED:
            return "the verdict went back: " + " -> ".join(self.verdicts)
        return None


_PROMISED = ([Status.OK, Status.CRITICAL], [Status.OK, Status.WARNING, Status.CRITICAL])
