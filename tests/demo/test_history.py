"""Which histories of the verdict keep the promise, and what is said of those that break it."""

import pytest

from sidecar.demo.history import History
from sidecar.demo.phases import Phase
from sidecar.reasons import Status

CALM = Phase("as trained", "", 100, "trained", "trained", calm=True)
DRIFT = Phase("shifting", "", 100, "trained", "drifted")


def history(calm: str, drifting: str) -> History:
    """Return the history of two lists of statuses, the first seen in a calm phase."""
    seen = History()
    for phase, statuses in ((CALM, calm), (DRIFT, drifting)):
        for status in statuses.split():
            seen.see(Status(status), phase, rows=1)
    return seen


@pytest.mark.parametrize(
    ("calm", "drifting"),
    [
        ("ok", "critical"),
        ("ok", "ok warning critical"),
        ("insufficient_data ok ok", "warning critical"),
        ("insufficient_data ok", "insufficient_data warning critical"),
        ("insufficient_data ok insufficient_data ok", "warning critical"),
    ],
)
def test_ok_then_perhaps_warning_then_critical_keeps_the_promise(calm: str, drifting: str) -> None:
    """A verdict that rises and never falls has no fault; too few rows at times are none."""
    assert history(calm, drifting).fault() is None


@pytest.mark.parametrize(
    ("calm", "drifting", "fault"),
    [
        ("", "", "never was ok"),
        ("insufficient_data", "critical", "never was ok"),
        ("insufficient_data", "warning critical", "never was ok"),
        ("ok", "", "did not reach critical"),
        ("ok", "warning", "did not reach critical"),
        ("ok warning", "critical", "warning in the phase 'as trained'"),
        ("critical", "", "critical in the phase 'as trained'"),
        ("ok", "warning ok critical", "went back"),
        ("ok", "warning critical warning", "went back"),
        ("ok", "critical ok", "went back"),
    ],
)
def test_anything_else_breaks_it_and_says_how(calm: str, drifting: str, fault: str) -> None:
    """A false alarm, a verdict that starts or ends elsewhere, and one that falls are named."""
    assert fault in str(history(calm, drifting).fault())


def test_only_changes_are_kept() -> None:
    """The same status again is no change."""
    seen = History()
    assert seen.see(Status.OK, CALM, rows=10) is not None
    assert seen.see(Status.OK, CALM, rows=20) is None
    assert [change.rows for change in seen.changes] == [10]


def test_critical_is_reached_once_and_for_all() -> None:
    """A demo that is to end at the first critical verdict may look a moment late."""
    assert not history("ok", "warning").critical
    assert history("ok", "critical warning").critical
