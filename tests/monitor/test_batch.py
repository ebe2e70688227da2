"""``POST /monitor/batch``: every format is one report, large bodies cost another process, and the live window hears nothing."""

import asyncio
import csv
import gzip
import io
import json
from collections.abc import Awaitable, Callable
from typing import Any

import polars as pl
import pytest
from aiohttp.test_utils import TestClient

from sidecar.batch import document
from sidecar.columns import columns_of
from sidecar.monitor import MonitorState
from sidecar.monitor.batch import SMALL
from sidecar.monitor.elsewhere import Elsewhere
from sidecar.web.problems import Problem
from tests.monitor.world import MonitorServer, Row, make_state, rows

Client = TestClient[Any, Any]
Json = dict[str, Any]
FEW, MANY = 300, 2000
PROBLEM = "application/problem+json"


def in_format(form: str, given: list[Row]) -> bytes:
    """Write rows as a body of some media type."""
    columns = {name: [row[name] for row in given] for name in given[0]}
    if form == "text/csv":
        text = io.StringIO()
        writer = csv.DictWriter(text, list(given[0]))
        writer.writeheader()
        writer.writerows(given)
        return text.getvalue().encode()
    if form == "application/x-ndjson":
        return "\n".join(map(json.dumps, given)).encode()
    if form == "application/vnd.apache.parquet":
        file = io.BytesIO()
        pl.DataFrame(columns).write_parquet(file)
        return file.getvalue()
    return json.dumps(columns if form.endswith("columns") else given).encode()


async def posted(client: Client, body: bytes, kind: str | None, **headers: str) -> tuple[int, Json]:
    """Post a body; return status and document."""
    more = headers | ({} if kind is None else {"Content-Type": kind.removesuffix(";columns")})
    async with client.post("/monitor/batch", data=body, headers=more, skip_auto_headers=["Content-Type"]) as answer:
        return answer.status, await answer.json(content_type=None)


@pytest.mark.parametrize("count", [FEW, MANY])
@pytest.mark.parametrize(
    "form",
    ["application/json", "application/json;columns", "text/csv", "application/x-ndjson", "application/vnd.apache.parquet"],
)
async def test_every_format_is_the_report_of_its_rows(form: str, count: int, client: Client, state: MonitorState) -> None:
    """Here or in a process of its own, it is what the detector says of these rows, and the live window stays empty."""
    given = rows(count, seed=5, older=20)
    body = in_format(form, given)
    assert (len(body) > SMALL) == (count == MANY) or form.endswith(("csv", "columns", "parquet"))
    status, report = await posted(client, body, form)
    expected = json.loads(json.dumps(document(state.detector.batch([columns_of(given)]))))
    assert (status, report) == (200, expected)
    assert report["features"]["age"]["status"] == "critical"
    assert (state.detector.totals.rows, state.detector.versions, state.rows) == (0, [], {"tap": 0, "direct": 0})


async def test_a_body_may_be_compressed_and_of_no_type(client: Client) -> None:
    """What nobody calls anything is read as JSON, and gzip is undone."""
    body = gzip.compress(in_format("application/json", rows(FEW)))
    status, report = await posted(client, body, None, **{"Content-Encoding": "gzip"})
    assert (status, report["window"]["rows"]) == (200, FEW)


@pytest.mark.parametrize("padding", [0, 2 * SMALL])
@pytest.mark.parametrize(
    ("kind", "body", "status", "fault"),
    [
        ("application/json", b"{", 400, "is no JSON"),
        ("application/json", b"", 400, "is no JSON"),
        ("application/json", b" \n", 400, "is no JSON"),
        ("text/csv", b"", 422, "is empty"),
        ("application/json", b"[]", 422, "is empty"),
        ("application/json", b"[1]", 422, "row 1 is no object"),
        ("application/json", b'{"age": 1}', 422, "is no list of values"),
        ("application/json", b'{"age": [1], "plan": []}', 422, "not equally long"),
        ("application/json", b'[{"price": 1}]', 422, "none of the baseline's features: age, plan; it has price"),
        ("text/csv", b"age,plan\n1\n", 422, "row 1 has 1 cells"),
        ("text/csv", b"age,plan\n", 422, "is empty"),
        ("application/x-ndjson", b'{"age": 1}\n{', 400, "line 2 is no JSON"),
        ("application/vnd.apache.parquet", b"PAR1", 400, "is no Parquet"),
        ("image/png", b"x", 415, "a batch is JSON, CSV, NDJSON or Parquet"),
        ("text/csv; charset=utf-16", b"x", 415, "UTF-8"),
    ],
)
async def test_what_cannot_be_judged_is_a_problem(
    kind: str, body: bytes, status: int, fault: str, padding: int, client: Client
) -> None:
    """The same document whether the body is small or, with blank space behind it, large; and no word of a file."""
    found, problem = await posted(client, body + b"\n" * padding, kind)
    assert (found, problem["status"]) == (status, status)
    assert fault in json.dumps(problem)
    assert "/proc" not in json.dumps(problem)


async def test_bounds_hold(aiohttp_client: Callable[[MonitorServer], Awaitable[Client]]) -> None:
    """A body beyond tap.max_body is refused, one at the bound is not."""
    client = await aiohttp_client(MonitorServer(make_state({"DRIFT_TAP__MAX_BODY": "1000"})))
    body = b'[{"age": 1}]'
    assert (await posted(client, body.ljust(1000), "application/json"))[0] == 200
    assert (await posted(client, body.ljust(1001), "application/json"))[0] == 413


async def test_without_a_baseline_the_report_says_so(aiohttp_client: Callable[[MonitorServer], Awaitable[Client]]) -> None:
    """Rows are counted, and the reason is no_baseline, here and elsewhere."""
    client = await aiohttp_client(MonitorServer(make_state()))
    for body in (b'[{"age": 1}]', b'[{"age": 1}]'.ljust(2 * SMALL)):
        status, report = await posted(client, body, "application/json")
        assert (status, report["reason"], report["window"]["rows"]) == (200, "no_baseline", 1)


async def test_one_large_batch_at_a_time(client: Client) -> None:
    """While one is worked on, another is asked to come again, a small one and everything else is answered."""
    large = in_format("application/json", rows(MANY))
    first, second = await asyncio.gather(*(posted(client, large, "application/json") for _ in range(2)))
    assert sorted([first[0], second[0]]) == [200, 503]
    assert (await posted(client, b'[{"age": 1}]', "application/json"))[0] == 200
    assert (await posted(client, large, "application/json"))[0] == 200


async def test_thresholds_of_the_settings_hold_elsewhere_too(
    aiohttp_client: Callable[[MonitorServer], Awaitable[Client]], state: MonitorState
) -> None:
    """The process of its own has the settings that the engine has."""
    settings = {"DRIFT_THRESHOLDS__WARNING": "7", "DRIFT_THRESHOLDS__CRITICAL": "8"}
    client = await aiohttp_client(MonitorServer(make_state(settings, profile=state.detector.profile)))
    _, report = await posted(client, in_format("application/json", rows(MANY, older=20)), "application/json")
    assert report["status"] == "ok"
    assert report["features"]["age"]["thresholds"] == {"warning": 7.0, "critical": 8.0}


@pytest.mark.parametrize(
    ("limits", "fault"),
    [({"seconds": 0.01}, "takes longer than 0.01 s"), ({"memory": 200 << 20}, "takes more than 200 MiB")],
)
async def test_a_batch_that_takes_too_much_is_ended(state: MonitorState, limits: dict[str, Any], fault: str) -> None:
    """Its process is killed at the time limit, and stops at the memory limit; the next batch is welcome."""
    elsewhere = Elsewhere(state, **limits)
    body = b"[" + b'{"age":1},' * 1_500_000 + b"{}]"
    for _ in range(2):
        with pytest.raises(Problem, match=fault) as caught:
            await elsewhere.report(body, ".json")
        assert caught.value.status == 413


async def test_parquet_without_the_extra_is_unsupported(monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    """The answer is 415, names the extra, and lists what is read instead."""
    monkeypatch.setattr("sidecar.monitor.batch.find_spec", lambda _name: None)
    kind = {"Content-Type": "application/vnd.apache.parquet"}
    async with client.post("/monitor/batch", data=b"PAR1", headers=kind) as answer:
        assert (answer.status, answer.content_type) == (415, PROBLEM)
        assert "drift-sidecar[files]" in (await answer.json(content_type=None))["detail"]
        assert "parquet" not in answer.headers["Accept"]
        assert "text/csv" in answer.headers["Accept"]
