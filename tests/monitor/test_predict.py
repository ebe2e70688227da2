"""``POST /monitor/predict``: what is counted, and what is answered."""

import asyncio
import io
import json
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from sidecar.columns import columns_of
from sidecar.monitor import MonitorState
from sidecar.monitor.coalesce import Coalescer
from tests.monitor.world import Clock, envelopes, make_state, rows

Client = TestClient[Any, Any]
PREDICT = "/monitor/predict"
JSON = {"Content-Type": "application/json"}
GOOD = {"age": 40, "plan": "free"}


async def predict(client: Client, document: object) -> dict[str, Any]:
    """Post `document`, which must be accepted, and return the answer."""
    async with client.post(PREDICT, json=document) as answer:
        assert answer.status == 200, await answer.text()
        assert answer.content_type == "application/json"
        content: dict[str, Any] = await answer.json()
        return content


async def test_answer_has_the_members_of_the_contract_and_no_others(client: Client) -> None:
    """The first row of a version is answered with a report on itself."""
    answer = await predict(client, {"features": GOOD})
    assert list(answer) == ["status", "drift_score", "model_version", "window", "features", "quality"]
    assert (answer["status"], answer["model_version"], answer["quality"]) == ("insufficient_data", "unknown", [])
    assert list(answer["features"]) == ["age", "plan"]
    assert answer["features"]["age"]["method"] == "psi"
    assert "bins" not in answer["features"]["age"]


async def test_answer_includes_its_row(client: Client) -> None:
    """Each call sees one row more than the one before it."""
    seen = [(await predict(client, {"features": GOOD}))["window"]["rows"] for _ in range(3)]
    assert seen == [1, 2, 3]


async def test_calls_of_one_instant_are_counted_and_answered_together(state: MonitorState) -> None:
    """Fifty calls at once make fifty rows and one report, which all of them get, each with its own issues."""
    coalescer = Coalescer(state)
    given = [{**GOOD, "age": None} if number % 2 else GOOD for number in range(50)]
    answers = [json.loads(body) for body in await asyncio.gather(*(coalescer.answer([row], None) for row in given))]
    assert {answer["window"]["rows"] for answer in answers} == {50}
    assert [len(answer["quality"]) for answer in answers] == [0, 1] * 25
    assert state.rows == {"tap": 0, "direct": 50}


async def test_clients_that_ask_in_step_wait_for_each_other(state: MonitorState) -> None:
    """After three calls in one instant, two wait for the third, which arrives some turns of the loop later."""
    coalescer = Coalescer(state)
    await asyncio.gather(*(coalescer.answer([row], None) for row in rows(3)))
    first = [asyncio.ensure_future(coalescer.answer([row], None)) for row in rows(2)]
    for _ in range(10):
        await asyncio.sleep(0)
    assert not any(call.done() for call in first)
    third = json.loads(await coalescer.answer([rows(1)[0]], None))
    assert all(call.done() for call in first)
    assert [json.loads(call.result())["window"]["rows"] for call in first] == [third["window"]["rows"]] * 2 == [6, 6]


async def test_a_call_that_the_others_leave_alone_is_answered_all_the_same(state: MonitorState) -> None:
    """Patience has an end, and whoever is alone next time waits for nobody."""
    coalescer = Coalescer(state)
    await asyncio.gather(*(coalescer.answer([row], None) for row in rows(3)))
    alone = json.loads(await coalescer.answer([rows(1)[0]], None))
    assert alone["window"]["rows"] == 4
    again = asyncio.ensure_future(coalescer.answer([rows(1)[0]], None))
    for _ in range(10):
        await asyncio.sleep(0)
    assert again.done()


async def test_concurrent_clients_lose_no_row(client: Client, state: MonitorState) -> None:
    """However calls fall together, every row is counted once and every answer includes its own."""
    answers = await asyncio.gather(*(predict(client, document) for document in envelopes(rows(200))))
    counts = sorted(answer["window"]["rows"] for answer in answers)
    assert counts[-1] == 200
    assert all(count >= position for position, count in enumerate(counts, 1))
    assert state.rows["direct"] == 200


async def test_counting_together_equals_counting_one_by_one(clock: Clock, state: MonitorState) -> None:
    """The report does not depend on how calls fell together."""
    given = rows(300, older=3)
    coalescer = Coalescer(state)
    await asyncio.gather(*(coalescer.answer([row], "1") for row in given))
    alone = make_state(profile=state.detector.profile, clock=clock)
    for row in given:
        alone.observe(columns_of([row]), source="direct", at=clock.now, model_version="1")
    assert state.detector.report(clock.now).to_dict() == alone.detector.report(clock.now).to_dict()


async def test_versions_have_windows_of_their_own(state: MonitorState) -> None:
    """Calls for several versions in one instant are counted to theirs, and the last one named is the newest."""
    coalescer = Coalescer(state)
    for _ in range(2):
        named = ["1", "2", "1", "3", "2", "1"]
        answers = [json.loads(body) for body in await asyncio.gather(*(coalescer.answer([GOOD], version) for version in named))]
        assert [answer["model_version"] for answer in answers] == named
    assert state.detector.versions == ["1", "2", "3"]
    assert [state.detector.report(0, model_version=version).window.rows for version in ("1", "2", "3")] == [6, 4, 2]


async def test_more_versions_than_are_followed_are_each_answered(state: MonitorState) -> None:
    """A fifth version makes the oldest leave, and still every call of the instant has its answer."""
    coalescer = Coalescer(state)
    named = [str(number % 7) for number in range(21)]
    answers = [json.loads(body) for body in await asyncio.gather(*(coalescer.answer([GOOD], version) for version in named))]
    assert [answer["model_version"] for answer in answers] == named
    assert state.detector.versions == ["6", "5", "4", "3"]


async def test_call_with_very_many_rows_holds_nobody_up(state: MonitorState) -> None:
    """A row that comes while they are being counted is answered before they all are, and none of them is lost."""
    coalescer = Coalescer(state)
    many = asyncio.create_task(coalescer.answer([{**GOOD, "age": None}, *[GOOD] * 20_000], "1"))
    await asyncio.sleep(0)
    await coalescer.answer([GOOD], "2")
    assert not many.done()
    answer = json.loads(await many)
    assert answer["quality"] == [{"feature": "age", "issue": "missing"}]
    assert state.rows["direct"] == 20_002


async def test_caller_that_has_gone_harms_nobody(state: MonitorState) -> None:
    """The row of a call that was given up is counted, and the others are answered."""
    coalescer = Coalescer(state)
    calls = [asyncio.create_task(coalescer.answer([GOOD], None)) for _ in range(3)]
    await asyncio.sleep(0)
    calls[1].cancel()
    first, second, third = await asyncio.gather(*calls, return_exceptions=True)
    assert isinstance(second, asyncio.CancelledError)
    assert isinstance(first, bytes)
    assert first == third
    assert state.rows["direct"] == 3


@pytest.mark.parametrize(
    ("features", "issues"),
    [
        ('{"age": null, "plan": "free"}', {("age", "missing")}),
        ('{"age": NaN, "plan": "free"}', {("age", "missing")}),
        ('{"age": Infinity, "plan": "free"}', {("age", "infinite")}),
        ('{"age": -Infinity, "plan": "free"}', {("age", "infinite")}),
        ('{"age": 1e400, "plan": "free"}', {("age", "infinite")}),
        ('{"age": "forty", "plan": "free"}', {("age", "wrong_type")}),
        ('{"age": [40], "plan": {"name": "free"}}', {("age", "wrong_type"), ("plan", "wrong_type")}),
        ('{"age": 500, "plan": "free"}', {("age", "outlier"), ("age", "out_of_range")}),
        ('{"age": 40, "plan": "gold"}', {("plan", "unseen_category")}),
        ('{"age": 40}', {("plan", "absent")}),
        ('{"age": 40, "plan": "free", "agee": 1}', {("agee", "unknown_feature")}),
        ('{"shoe_size": 40}', {("age", "absent"), ("plan", "absent"), ("shoe_size", "unknown_feature")}),
        ('{"age": 40, "plan": "\\ud800"}', {("plan", "unseen_category")}),
        ('{"\\ud800": 40, "age": 40, "plan": "free"}', {("\ufffd", "unknown_feature")}),
    ],
)
async def test_odd_values_are_issues_of_an_accepted_row(client: Client, features: str, issues: set[tuple[str, str]]) -> None:
    """A row with an oddity is counted, and the oddity is named."""
    async with client.post(PREDICT, data=f'{{"features": {features}}}', headers=JSON) as answer:
        assert answer.status == 200
        content = await answer.json()
    found = {(issue["feature"], issue["issue"]) for issue in content["quality"]}
    assert issues <= found
    assert {feature for feature, _ in found} == {feature for feature, _ in issues}
    assert content["window"]["rows"] == 1


async def test_row_of_garbage_is_answered_within_bounds(client: Client) -> None:
    """Thousands of unknown features, and one with a name of a megabyte, do not make a long answer."""
    garbage = {f"column {number}": number for number in range(10_000)} | {"x" * 1_000_000: 1}
    body = io.BytesIO(json.dumps({"features": garbage}).encode())
    async with client.post(PREDICT, data=body, headers=JSON) as answer:
        assert answer.status == 200
        assert len(await answer.read()) < 10_000


async def test_keys_that_the_contract_does_not_name_are_ignored(client: Client) -> None:
    """A client may send its own."""
    answer = await predict(client, {"features": GOOD, "request_id": 7, "model_version": None, "timestamp": None})
    assert answer["quality"] == []


@pytest.mark.parametrize(
    "timestamp", ["2026-02-03T04:05:06Z", "2026-02-03", "2026-02-03T04:05:06.7+02:00", 1.7e9, 1_700_000_000_000, 0]
)
async def test_timestamp_is_checked_and_changes_nothing(client: Client, clock: Clock, timestamp: object) -> None:
    """The window goes by arrival, whatever time a row names."""
    answer = await predict(client, {"features": GOOD, "timestamp": timestamp})
    assert answer["window"]["started"] == clock.now


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=UTF-8", "application/vnd.rows+json", None])
async def test_content_types_that_are_json_are_accepted(client: Client, kind: str | None) -> None:
    """JSON by any of its names, and no name at all."""
    skip = ["Content-Type"] if kind is None else []
    headers = {} if kind is None else {"Content-Type": kind}
    async with client.post(PREDICT, data=b'{"features": {"age": 1}}', headers=headers, skip_auto_headers=skip) as answer:
        assert answer.status == 200


async def test_byte_order_mark_is_passed_over(client: Client) -> None:
    """What some shells put before JSON does not matter."""
    async with client.post(PREDICT, data=b'\xef\xbb\xbf{"features": {"age": 1}}', headers=JSON) as answer:
        assert answer.status == 200


async def test_drift_turns_the_answer_critical_and_is_told_once(client: Client, state: MonitorState) -> None:
    """Rows of older customers end in a critical status, in the answer as in the alerts."""
    statuses = [(await predict(client, document))["status"] for document in envelopes(rows(1000, older=20))]
    assert statuses[0] == "insufficient_data"
    assert statuses[-1] == "critical"
    assert sum(state.dispatcher.counts.values()) == len({status for status in statuses if status in ("warning", "critical")})


async def test_without_a_baseline_rows_are_counted_and_nothing_is_claimed() -> None:
    """No baseline is no error of the caller."""
    coalescer = Coalescer(make_state())
    answer = json.loads(await coalescer.answer([GOOD], None))
    assert (answer["status"], answer["drift_score"], answer["features"]) == ("insufficient_data", None, {})
    assert answer["window"]["rows"] == 1
