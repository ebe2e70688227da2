"""The state between the engine and its readers: what is counted, passed on and logged."""

import json
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from structlog.testing import capture_logs

from sidecar.columns import columns_of
from sidecar.monitor import MonitorState
from sidecar.reasons import Status
from tests.monitor.world import Clock, rows

Client = TestClient[Any, Any]


def observe(state: MonitorState, count: int, **more: Any) -> None:
    """Count rows as if the tap had read them."""
    state.observe(columns_of(rows(count, **more)), source="tap", at=state.clock())


def evaluations(events: list[Any]) -> list[Any]:
    """Return the events of one name."""
    return [event for event in events if event["event"] == "drift_evaluated"]


def test_evaluation_is_logged_at_most_once_in_ten_seconds(state: MonitorState, clock: Clock) -> None:
    """Rows each second and ticks each second give a line each ten seconds."""
    with capture_logs() as events:
        for _ in range(31):
            observe(state, 10)
            state.tick(clock.now)
            clock.now += 1
    assert len(evaluations(events)) == 4


def test_nothing_new_is_not_logged_again(state: MonitorState, clock: Clock) -> None:
    """A model without traffic fills no log."""
    observe(state, 10)
    with capture_logs() as events:
        for _ in range(100):
            state.tick(clock.now)
            clock.now += 1
    assert len(evaluations(events)) == 1


def test_evaluation_has_the_scores_and_no_values(state: MonitorState, clock: Clock) -> None:
    """The line says how far each feature is, by name; what a row held is nowhere in it."""
    observe(state, 1000, older=25)
    row: dict[str, object] = {"age": "Alice", "plan": "secret plan"}
    state.observe(columns_of([row]), source="direct", at=clock.now)
    with capture_logs() as events:
        state.tick(clock.now)
    (event,) = evaluations(events)
    assert (event["status"], event["in_alarm"], event["model_version"]) == ("critical", ["age"], "unknown")
    assert set(event["scores"]) == {"age", "plan"}
    assert event["scores"]["age"] == event["drift_score"] > 0.5
    text = json.dumps(events)
    assert "Alice" not in text
    assert "secret" not in text


async def test_newest_timestamp_of_direct_calls_is_logged_once(client: Client, state: MonitorState, clock: Clock) -> None:
    """A row's own time is checked and logged, and the next line does not repeat it."""
    for timestamp in ("2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z", "2026-01-02T00:00:00Z"):
        async with client.post("/monitor/predict", json={"features": {"age": 1}, "timestamp": timestamp}) as answer:
            assert answer.status == 200
    with capture_logs() as events:
        state.tick(clock.now)
        clock.now += 10
        observe(state, 1)
        state.tick(clock.now)
    assert [event["newest_timestamp"] for event in evaluations(events)] == [1767398400.0, None]


@pytest.mark.parametrize("by_tick", [False, True])
def test_changes_of_status_are_passed_on_whatever_causes_them(state: MonitorState, clock: Clock, by_tick: bool) -> None:
    """Rows close panes, and so does time."""
    observe(state, 40 if by_tick else 1000, older=40)
    if by_tick:
        assert sum(state.dispatcher.counts.values()) == 0
        clock.now += 11
        state.tick(clock.now)
    assert state.dispatcher.counts[Status.CRITICAL] == 1


def test_rows_are_counted_by_source(state: MonitorState, clock: Clock) -> None:
    """The tap and direct calls share a window and have counters of their own."""
    observe(state, 7)
    state.observe(columns_of(rows(3)), source="direct", at=clock.now)
    assert state.rows == {"tap": 7, "direct": 3}
    assert state.detector.report(clock.now).window.rows == 10


@pytest.mark.parametrize(("given", "label"), [("v" * 200, "v" * 128), ("\udcff7", "?7"), ("ü", "ü")])
def test_version_is_made_a_label(state: MonitorState, clock: Clock, given: str, label: str) -> None:
    """A version from the wire is bounded, and can be written as UTF-8."""
    observation = state.observe(columns_of(rows(1)), source="tap", at=clock.now, model_version=given)
    assert observation.model_version == label
