"""What a watch makes of history, alerts and failures when the piece is over."""

import io

from sidecar.demo.phases import Phase
from sidecar.demo.screen import Screen
from sidecar.demo.traffic import Sent, Traffic
from sidecar.demo.watch import Watch
from sidecar.reasons import Status

CALM = Phase("as trained", "", 100, "trained", "trained", calm=True)
DRIFT = Phase("shifting", "", 100, "trained", "drifted")


def watched(*severities: str) -> Watch:
    """Return a watch that saw ok and critical, and heard alerts of these severities."""
    watch = Watch(Screen(io.StringIO()))
    watch.history.see(Status.OK, CALM, rows=1)
    watch.history.see(Status.CRITICAL, DRIFT, rows=2)
    for severity in severities:
        watch.hear({"severity": severity})
    return watch


def traffic(failed: int = 0) -> Traffic:
    """Return traffic of which some has failed."""
    sender = Traffic("http://127.0.0.1:9/", list, iter(()), rate=1, connections=1)
    sender.sent = Sent(DRIFT, rows=10, requests=5, failed=failed, last_failure="503: refused")
    return sender


def test_all_as_promised_has_no_fault() -> None:
    """The verdict rose, somebody was told, and every request was answered."""
    watch = watched("warning", "critical")
    assert watch.complete
    assert watch.faults(traffic()) == []


def test_a_critical_verdict_of_which_nobody_is_told_is_a_fault() -> None:
    """The alert belongs to the promise."""
    watch = watched("warning")
    assert not watch.complete
    assert watch.faults(traffic()) == ["no alert told of the critical verdict"]


def test_a_failed_request_is_a_fault_whatever_the_verdict() -> None:
    """Traffic never suffers from the sidecar, so not in its demo either."""
    assert watched("critical").faults(traffic(failed=2)) == ["2 requests failed, the last with 503: refused"]
