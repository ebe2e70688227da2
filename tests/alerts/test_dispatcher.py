"""From a detector's change of status to the log, the counter and a receiver."""

import json
from typing import Any

import pytest
from aiohttp.test_utils import unused_port
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from sidecar.alerts import Dispatcher, Incidents, Outcome
from sidecar.baseline import profile_of_records
from sidecar.columns import columns_of
from sidecar.drift_detector import DriftDetector
from sidecar.reasons import Status
from sidecar.settings import Settings, load_settings
from sidecar.verdict import Transition
from sidecar.window import WindowRule
from tests.alerts.world import Receiver

MEMBERS = ["id", "status", "severity", "previous", "model", "model_version", "drift_score", "features", "window", "at"]


def settings(url: object = None, **more: str) -> Settings:
    """Return settings with this webhook."""
    environ = {} if url is None else {"DRIFT_ALERTS__WEBHOOK": str(url)}
    return load_settings(None, environ | more)


def change(previous: Status, status: Status, version: str = "1", score: float | None = 0.6) -> Transition:
    """Return a change of status."""
    features = ("age",) if status.alarming else ()
    return Transition(version, previous, status, score, features, 1_700_000_000.25, 1000)


def drifting() -> list[Transition]:
    """Return what a real detector says of a window that is fine, drifts, and is fine again."""
    ages = [20 + row % 40 for row in range(2000)]
    detector = DriftDetector(profile_of_records([{"age": age} for age in ages]), window=WindowRule(rows=400))
    found = []
    for second in range(3000):
        age = ages[second % 2000] + 40 * (1000 <= second < 1800)
        found += detector.observe(columns_of([{"age": age}]), at=1e9 + second, model_version="7").transitions
    return found


async def test_drift_of_a_real_detector_is_told_to_the_end(receiver: Receiver) -> None:
    """The receiver hears of every change in order, under one id from the first alarm to its end."""
    transitions = drifting()
    assert [str(transition.status) for transition in transitions][:1] == ["ok"]
    assert {Status.WARNING, Status.CRITICAL} <= {transition.status for transition in transitions}
    dispatcher = Dispatcher(settings(receiver.url, DRIFT_MODEL__NAME="churn"))
    receiver.answers = [(503, {"Retry-After": "0"})]
    with capture_logs() as events:
        for transition in transitions:
            dispatcher.dispatch(transition)
        await dispatcher.close(30)
    bodies = [json.loads(body) for body in receiver.bodies][1:]
    logged = [{key: event[key] for key in MEMBERS} for event in events if event["event"] == "drift_alert"]
    assert bodies == logged
    assert [body["severity"] for body in bodies] == [str(transition.status) for transition in transitions]
    assert all((body["model"], body["model_version"]) == ("churn", "7") for body in bodies)
    alarm = [body for body in bodies if body["status"] == "firing"]
    resolved = bodies[bodies.index(alarm[-1]) + 1]
    assert {body["id"] for body in alarm} == {resolved["id"]}
    assert alarm[0]["features"] == ["age"]
    assert sum(dispatcher.counts.values()) == len(transitions)


def test_body_has_the_members_of_the_contract() -> None:
    """Names, types and the form of the time."""
    body = Incidents("m", lambda: "first").describe(change(Status.OK, Status.CRITICAL))
    assert list(body) == MEMBERS
    assert body == {
        "id": "first",
        "status": "firing",
        "severity": "critical",
        "previous": "ok",
        "model": "m",
        "model_version": "1",
        "drift_score": 0.6,
        "features": ["age"],
        "window": {"rows": 1000},
        "at": "2023-11-14T22:13:20.250Z",
    }


@given(st.lists(st.tuples(st.sampled_from(["1", "2"]), st.sampled_from(list(Status))), max_size=30))
def test_incident_has_one_id_from_alarm_to_end(steps: list[tuple[str, Status]]) -> None:
    """Within an incident the id stays; no two incidents, nor quiet changes, share one; versions do not mix."""
    numbers = iter(range(1000))
    incidents = Incidents("m", lambda: str(next(numbers)))
    now = {"1": Status.INSUFFICIENT, "2": Status.INSUFFICIENT}
    open_id: dict[str, str] = {}
    used: set[str] = set()
    for version, status in steps:
        body = incidents.describe(change(now[version], status, version))
        expected = open_id.pop(version, None)
        assert body["id"] == expected if expected else body["id"] not in used
        assert body["status"] == ("firing" if status in (Status.WARNING, Status.CRITICAL) else "resolved")
        used.add(body["id"])
        if status.alarming:
            open_id[version] = body["id"]
        now[version] = status


def test_incidents_that_never_end_are_forgotten_in_the_end() -> None:
    """Versions that come and go in alarm do not fill the memory."""
    incidents = Incidents("m")
    first = incidents.describe(change(Status.OK, Status.WARNING, "0"))["id"]
    for number in range(100):
        incidents.describe(change(Status.OK, Status.WARNING, f"v{number}"))
    assert incidents.describe(change(Status.WARNING, Status.OK, "0"))["id"] != first
    assert len(incidents._open) <= 16


async def test_without_a_receiver_changes_are_logged_and_counted() -> None:
    """The log and the counter need no settings."""
    dispatcher = Dispatcher(settings())
    with capture_logs() as events:
        dispatcher.dispatch(change(Status.INSUFFICIENT, Status.OK, score=None))
    assert [(event["event"], event["severity"], event["drift_score"]) for event in events] == [("drift_alert", "ok", None)]
    assert dispatcher.counts[Status.OK] == 1
    await dispatcher.close(1)


async def test_new_settings_lead_to_the_new_receiver_and_lose_nothing(receiver: Receiver) -> None:
    """What was queued for the old receiver still goes there."""
    old = receiver.url.with_path("/old")
    dispatcher = Dispatcher(settings(old))
    dispatcher.dispatch(change(Status.OK, Status.WARNING))
    dispatcher.reconfigure(settings(receiver.url.with_path("/new")))
    dispatcher.dispatch(change(Status.WARNING, Status.CRITICAL))
    dispatcher.reconfigure(settings())
    dispatcher.dispatch(change(Status.CRITICAL, Status.OK))
    await dispatcher.close(30)
    severities = sorted(json.loads(body)["severity"] for body in receiver.bodies)
    assert severities == ["critical", "warning"]
    assert dispatcher.outcomes[Outcome.DELIVERED] == 2


async def test_receiver_that_is_down_never_delays_the_caller() -> None:
    """A thousand changes are taken at once; the log tells them all, the outbox keeps the newest."""
    dispatcher = Dispatcher(settings(f"http://127.0.0.1:{unused_port()}/"))
    with capture_logs() as events:
        for _ in range(1000):
            dispatcher.dispatch(change(Status.OK, Status.WARNING))
        await dispatcher.close(0.01)
    assert sum(event["event"] == "drift_alert" for event in events) == 1000
    assert dispatcher.outcomes[Outcome.DROPPED] == 1000


@pytest.mark.parametrize("url", ["http://", "http://[::1", "http://host:port/"])
async def test_receiver_that_is_no_url_is_reported_and_harms_nothing(url: str) -> None:
    """A mistake in the settings costs the messages and nothing else."""
    with capture_logs() as events:
        dispatcher = Dispatcher(settings(url))
        dispatcher.dispatch(change(Status.OK, Status.WARNING))
        await dispatcher.close(5)
    found: set[Any] = {event["event"] for event in events if event["log_level"] == "error"}
    assert found & {"alerts_misconfigured", "alert_refused"}
    assert dispatcher.counts[Status.WARNING] == 1
