"""The OpenAPI document is valid, complete, and true of what is really answered."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from prometheus_client.parser import text_string_to_metric_families

from sidecar.monitor import MonitorState, build_app
from tests.monitor.world import MonitorServer, envelopes, make_state, rows

Client = TestClient[Any, Any]
Json = dict[str, Any]
PROBLEM = "application/problem+json"
POSTED: Json = {"/monitor/predict": {"features": {"age": 1}}, "/monitor/batch": [{"age": 1}]}


@pytest.fixture
async def document(client: Client) -> Json:
    """Return the document as it is served."""
    async with client.get("/monitor/openapi.json") as answer:
        assert (answer.status, answer.content_type) == (200, "application/json")
        content: Json = await answer.json()
        return content


def check(document: Json, name: str, instance: object) -> None:
    """Hold `instance` against a schema of the document."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    Draft202012Validator(schema).validate(instance)


def declared(document: Json, path: str, method: str, answer: ClientResponse) -> Json:
    """Return the schema that the document has for this answer."""
    responses = document["paths"][path][method]["responses"]
    content: Json = responses.get(str(answer.status), responses["default"])["content"]
    schema: Json = content[answer.content_type]["schema"]
    return schema


async def hold(document: Json, path: str, method: str, answer: ClientResponse) -> Any:
    """Check that an answer is one that the document declares, and return its JSON."""
    schema = declared(document, path, method, answer)
    content = json.loads(await answer.read())
    Draft202012Validator(schema | {"components": document["components"]}).validate(content)
    return content


async def test_document_is_valid_openapi_3_1(document: Json) -> None:
    """It is held against the specification's own schema."""
    assert document["openapi"].startswith("3.1")
    validate(document)


async def test_every_route_is_documented_and_every_documented_one_answers(
    client: Client, document: Json, state: MonitorState
) -> None:
    """The routes of the application and the paths of the document are the same."""
    for path, operations in document["paths"].items():
        for method in operations:
            async with client.request(method, path, json=POSTED.get(path)) as answer:
                assert answer.status == 200, path
                assert answer.content_type in operations[method]["responses"]["200"]["content"]
    served = {resource.canonical for resource in build_app(state).router.resources()}
    assert served - {"/{path}", "/monitor"} == set(document["paths"])


@pytest.mark.parametrize("count", [0, 1, 30, 300])
@pytest.mark.parametrize("older", [0, 15])
async def test_real_answers_conform(client: Client, document: Json, state: MonitorState, count: int, older: float) -> None:
    """From the first row to an alarm, every answer is one that the document describes."""
    for number, envelope in enumerate(envelopes(rows(count, older=older))):
        async with client.post("/monitor/predict", json=envelope) as answer:
            if number in (0, count - 1):
                await hold(document, "/monitor/predict", "post", answer)
    state.hear_relay(
        {"upstream": "model:80", "connections": 3, "refused_total": 0, "engine_last_exit": "", "dropped": {"overflow": 2}}
    )
    for path in ("/monitor/drift", "/monitor/health", "/monitor/baseline"):
        async with client.get(path) as answer:
            assert answer.status == 200
            await hold(document, path, "get", answer)


async def test_rows_full_of_oddities_conform(client: Client, document: Json) -> None:
    """Quality issues are described, in the answer to the row and in the report."""
    for features in ({"age": None}, {"age": "x", "plan": 3}, {"x": 1}, {"age": 1e9, "plan": None}):
        async with client.post("/monitor/predict", json={"features": features}) as answer:
            content = await hold(document, "/monitor/predict", "post", answer)
            assert content["quality"]
    async with client.get("/monitor/drift") as answer:
        assert (await hold(document, "/monitor/drift", "get", answer))["quality"]


async def test_answers_without_a_baseline_conform(
    document: Json, aiohttp_client: Callable[[MonitorServer], Awaitable[Client]]
) -> None:
    """Where there is nothing to compare with, the shapes are the same."""
    client = await aiohttp_client(MonitorServer(make_state()))
    async with client.post("/monitor/predict", json={"features": {"age": 1}}) as answer:
        await hold(document, "/monitor/predict", "post", answer)
    for path, status in (("/monitor/drift", 200), ("/monitor/health", 200), ("/monitor/baseline", 404)):
        async with client.get(path) as answer:
            assert answer.status == status
            await hold(document, path, "get", answer)


@pytest.mark.parametrize(
    ("path", "method", "body"),
    [
        ("/monitor/predict", "post", "{"),
        ("/monitor/predict", "post", "{}"),
        ("/monitor/batch", "post", "{"),
        ("/monitor/batch", "post", "{}"),
        ("/monitor/drift?model_version=nobody", "get", None),
        ("/monitor/health", "put", None),
    ],
)
async def test_problems_conform(client: Client, document: Json, path: str, method: str, body: str | None) -> None:
    """An error has the one shape that is declared for all of them."""
    async with client.request(method, path, data=body, headers={"Content-Type": "application/json"}) as answer:
        assert answer.content_type == PROBLEM
        check(document, "ProblemSchema", await answer.json(content_type=PROBLEM))


@pytest.mark.parametrize(
    "envelope",
    [
        {},
        {"features": {}},
        {"features": 1},
        {"features": {"a": 1}, "model_version": 1},
        {"features": {"a": 1}, "timestamp": []},
    ],
)
async def test_schema_of_the_envelope_refuses_what_the_service_refuses(client: Client, document: Json, envelope: Json) -> None:
    """A client that checks its envelope against the document learns the same as from the service."""
    async with client.post("/monitor/predict", json=envelope) as answer:
        assert answer.status == 422
    schema = {"$ref": "#/components/schemas/PredictRequest", "components": document["components"]}
    assert not Draft202012Validator(schema).is_valid(envelope)


async def test_metrics_are_declared_and_readable(client: Client, document: Json) -> None:
    """The content types of both expositions are in the document."""
    for accept in ("text/plain", "application/openmetrics-text"):
        async with client.get("/monitor/metrics", headers={"Accept": accept}) as answer:
            assert answer.content_type == accept
            assert declared(document, "/monitor/metrics", "get", answer)
            assert accept != "text/plain" or list(text_string_to_metric_families(await answer.text()))
