"""CloudEvents, as KServe's logger posts them: requests are counted, answers are accepted."""

import base64
import gzip
import json
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from sidecar.monitor import MonitorState

Client = TestClient[Any, Any]
Json = dict[str, Any]
PREDICT = "/monitor/predict"
LOGGER = {
    "Content-Type": "application/json",
    "ce-specversion": "1.0",
    "ce-id": "36077800-0c23-4f38-a0b4-01f4369f670a",
    "ce-source": "http://localhost:9081/",
    "ce-type": "org.kubeflow.serving.inference.request",
    "ce-time": "2026-01-28T21:04:43.144141+00:00",
    "ce-inferenceservicename": "sk",
    "ce-namespace": "default",
    "ce-endpoint": "",
}
ROWS = [{"age": 40, "plan": "free"}, {"age": None, "plan": "basic"}, {"age": 41.5}]
INSTANCES = {"instances": ROWS}
STRUCTURED = {"Content-Type": "application/cloudevents+json; charset=utf-8"}


def event(**members: object) -> bytes:
    """Return an event in structured mode."""
    return json.dumps({"specversion": "1.0", "id": "a1", "source": "test", "type": "predict"} | members).encode()


async def post(client: Client, body: bytes, headers: dict[str, str]) -> Json:
    """Post an event that must be accepted; return the answer."""
    async with client.post(PREDICT, data=body, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        content: Json = await answer.json()
        return content


async def test_request_in_binary_mode_is_counted(client: Client, state: MonitorState) -> None:
    """The rows of the payload are counted, and their oddities named once each."""
    answer = await post(client, json.dumps(INSTANCES).encode(), LOGGER)
    assert answer["window"]["rows"] == state.rows["direct"] == 3
    assert answer["quality"] == [{"feature": "age", "issue": "missing"}, {"feature": "plan", "issue": "absent"}]


@pytest.mark.parametrize(
    "members",
    [
        {"data": INSTANCES},
        {"data": INSTANCES, "datacontenttype": "application/json"},
        {"data": json.dumps(INSTANCES)},
        {"data_base64": base64.b64encode(json.dumps(INSTANCES).encode()).decode()},
    ],
    ids=["object", "typed", "text", "base64"],
)
async def test_request_in_structured_mode_is_counted(client: Client, members: Json) -> None:
    """The payload may be JSON, text that is JSON, or base64."""
    answer = await post(client, event(**members), STRUCTURED)
    assert answer["window"]["rows"] == 3


@pytest.mark.parametrize(
    ("payload", "count"),
    [
        ({"instances": [[40, "free"], [41, "pro"]]}, 2),
        ({"features": {"age": 40}}, 1),
        ([{"age": 40}], 1),
        ({"age": 40, "plan": "free"}, 1),
    ],
)
async def test_payload_may_have_any_format_of_the_tap(client: Client, payload: object, count: int) -> None:
    """Rows without names take theirs from the baseline; the other formats are found as on the tap."""
    answer = await post(client, json.dumps(payload).encode(), LOGGER)
    assert (answer["window"]["rows"], answer["features"]["age"]["rows"]) == (count, count)


async def test_infinite_values_survive_the_way_through_structured_mode(client: Client) -> None:
    """A literal that only lenient JSON has is still itself."""
    answer = await post(client, event(data={"features": {"age": float("inf"), "plan": "free"}}), STRUCTURED)
    assert answer["quality"] == [{"feature": "age", "issue": "infinite"}]


async def test_payload_of_many_rows_is_counted_whole(client: Client) -> None:
    """Rows are counted in pieces, which nobody notices."""
    answer = await post(client, json.dumps({"instances": [[age % 60, "free"] for age in range(5000)]}).encode(), LOGGER)
    assert answer["features"]["age"]["rows"] >= 1000
    async with client.get("/monitor/metrics") as metrics:
        assert 'drift_rows_total{source="direct"} 5000.0' in await metrics.text()


@pytest.mark.parametrize("kind", ["org.kubeflow.serving.inference.response", "io.kserve.inference.Response"])
@pytest.mark.parametrize("body", [b'{"predictions": [1, 2, 3]}', b"\x00 anything at all"])
async def test_answer_of_the_model_is_accepted_and_not_counted(
    client: Client, state: MonitorState, kind: str, body: bytes
) -> None:
    """The logger posts both sides; only what the model was asked is traffic."""
    answer = await post(client, body, LOGGER | {"ce-type": kind})
    assert (answer["window"]["rows"], answer["quality"]) == (0, [])
    structured = event(type=kind, data={"predictions": [1]})
    assert (await post(client, structured, STRUCTURED))["window"]["rows"] == 0
    assert state.rows["direct"] == 0


async def test_compressed_event_is_inflated(client: Client) -> None:
    """Content-Encoding is undone as for any other body."""
    answer = await post(client, gzip.compress(json.dumps(INSTANCES).encode()), LOGGER | {"Content-Encoding": "gzip"})
    assert answer["window"]["rows"] == 3


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{", STRUCTURED, 400),
        (b"", STRUCTURED, 400),
        (b"[]", STRUCTURED, 422),
        (b'{"data": {}}', STRUCTURED, 422),
        (event(type=3, data={}), STRUCTURED, 422),
        (event(), STRUCTURED, 422),
        (event(data_base64="not base64!"), STRUCTURED, 422),
        (event(data="not json"), STRUCTURED, 400),
        (event(data={"instances": []}), STRUCTURED, 422),
        (event(data={"instances": [[1, 2, 3]]}), STRUCTURED, 422),
        (event(data=7), STRUCTURED, 422),
        (b"{", LOGGER, 400),
        (b"", LOGGER, 422),
        (b'{"instances": 3}', LOGGER, 422),
        (b'{"a": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", LOGGER, 400),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_event_that_cannot_be_read_is_a_problem(
    client: Client, state: MonitorState, body: bytes, headers: dict[str, str], status: int
) -> None:
    """Broken JSON is 400, an event or a payload that does not fit is 422 with the reason."""
    async with client.post(PREDICT, data=body, headers=headers) as answer:
        assert (answer.status, answer.content_type) == (status, "application/problem+json")
        document = await answer.json(content_type=None)
    assert status == 400 or document["errors"]
    assert state.rows["direct"] == 0
