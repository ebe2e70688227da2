"""Odd data is answered to whoever sends it, counted in the metrics, and told to the person on call where that is wanted."""

import asyncio
import json
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from sidecar.columns import columns_of
from sidecar.metrics.exposition import expose
from sidecar.monitor import MonitorState
from tests.alerts.conftest import receiver
from tests.alerts.world import Receiver
from tests.monitor.world import Clock, baseline, make_state, rows

__all__ = ["receiver"]

Client = TestClient[Any, Any]


@pytest.mark.parametrize(("age", "stale"), [(0, False), (3600, False), (3601, True), (-3601, False)])
async def test_a_row_older_than_the_window_is_stale(
    age: int, *, stale: bool, client: Client, clock: Clock, state: MonitorState
) -> None:
    """It is counted; its answer, the window's report and a counter say so. The window goes by arrival."""
    envelope = {"features": {"age": 40, "plan": "pro"}, "timestamp": clock.now - age}
    async with client.post("/monitor/predict", json=envelope) as answer:
        content = await answer.json()
    issue = {"feature": "", "issue": "stale_timestamp"}
    assert (content["quality"], content["window"]["rows"]) == ([issue] if stale else [], 1)
    async with client.get("/monitor/metrics") as answer:
        assert f'drift_quality_total{{feature="",issue="stale_timestamp"}} {float(stale)}' in await answer.text()
    async with client.get("/monitor/drift") as answer:
        report = await answer.json()
    assert report["window"]["stale"] == stale
    assert report["quality"] == ([issue | {"rows": 1, "rate": 1.0}] if stale else [])


async def test_stale_rows_leave_the_report_with_the_window_and_stay_in_the_counter(
    client: Client, clock: Clock, state: MonitorState
) -> None:
    """Of two calls in the same instant one is stale, and that one only; an hour later the window has forgotten both."""
    row = {"age": 40, "plan": "pro"}
    calls = ({"features": row, "timestamp": at} for at in (0, clock.now))
    answers = await asyncio.gather(*(client.post("/monitor/predict", json=call) for call in calls))
    assert [bool((await answer.json())["quality"]) for answer in answers] == [True, False]
    assert state.detector.report(clock.now).window.stale == 1
    clock.now += 3601
    assert state.detector.report(clock.now).window.stale == 0
    assert state.detector.totals.stale == 1


async def test_a_share_over_the_threshold_is_told_once_and_its_end_too(receiver: Receiver, clock: Clock) -> None:
    """A receiver hears of it under one id, beside the alerts for drift and apart from them; a counter counts them."""
    settings = {"DRIFT_QUALITY__THRESHOLD": "0.2", "DRIFT_ALERTS__WEBHOOK": str(receiver.url)}
    state = make_state(settings, profile=baseline(), clock=clock)
    state.observe(columns_of([row | {"plan": 7} for row in rows(200)]), source="direct", at=clock.now)
    for pause in (1, 1, 1, 4000):
        clock.now += pause
        state.tick(clock.now)
    await state.dispatcher.close()
    bodies = [json.loads(body) for body in receiver.bodies]
    odd = [body for body in bodies if body.get("kind") == "quality"]
    assert [(body["status"], body["features"]) for body in odd] == [("firing", ["plan"]), ("resolved", [])]
    assert odd[0]["id"] == odd[1]["id"]
    assert odd[0]["issues"] == [{"feature": "plan", "issue": "unseen_category", "rows": 200, "rate": 1.0}]
    drifted = [body for body in bodies if "kind" not in body]
    assert drifted
    assert all(body.keys() == odd[0].keys() - {"kind", "issues"} for body in drifted)
    assert state.dispatcher.quality_counts == {"firing": 1, "resolved": 1}
    exposition = b"".join(expose(state, openmetrics=False))
    assert b'drift_quality_alerts_total{status="firing"} 1.0' in exposition


def test_the_threshold_is_off_by_default_and_reads_no_report(state: MonitorState, clock: Clock) -> None:
    """Whoever does not ask for it pays nothing."""
    assert state.settings.quality.threshold is None
    state.tick(clock.now)
    assert state.dispatcher.quality_counts == {"firing": 0, "resolved": 0}
