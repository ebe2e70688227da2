"""The routes that only read: the live report, health, the baseline, the page."""

import gzip
import json
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from sidecar.baseline import profile_from_json
from sidecar.columns import columns_of
from sidecar.monitor import MonitorState
from sidecar.reasons import TapReason
from tests.monitor.wire import exchange
from tests.monitor.world import Clock, baseline, make_state, rows

Client = TestClient[Any, Any]
Json = dict[str, Any]


async def get(client: Client, path: str) -> Json:
    """Return the JSON at `path`."""
    async with client.get(path) as answer:
        assert (answer.status, answer.content_type) == (200, "application/json")
        assert answer.headers["Cache-Control"] == "no-store"
        content: Json = await answer.json()
        return content


def observe(state: MonitorState, count: int, version: str | None = None, older: float = 0) -> None:
    """Count rows as if the tap had read them."""
    state.observe(columns_of(rows(count, older=older)), source="tap", at=state.clock(), model_version=version)


async def test_report_before_the_first_row_says_so(client: Client) -> None:
    """There is a report from the start, and it claims nothing."""
    report = await get(client, "/monitor/drift")
    assert (report["status"], report["reason"], report["drift_score"]) == ("insufficient_data", "no_rows", None)
    assert (report["versions"], report["model_version"], report["window"]["rows"]) == ([], "unknown", 0)


async def test_report_has_histograms_of_baseline_and_window(client: Client, state: MonitorState) -> None:
    """The bins of a feature hold all its rows."""
    observe(state, 500)
    report = await get(client, "/monitor/drift")
    for feature in report["features"].values():
        assert sum(entry["window"] for entry in feature["bins"]) == feature["rows"] == 500
        assert sum(entry["baseline"] for entry in feature["bins"]) == 2000
        assert all(("label" in entry) != ("from" in entry and "to" in entry) for entry in feature["bins"])
    assert report["baseline"] == {"fingerprint": baseline().fingerprint, "rows": 2000}


async def test_report_lists_the_oddities_of_its_rows_as_an_answer_to_a_row_does(client: Client) -> None:
    """By feature and issue, with the rows that have it; of unknown features there is one count and no name."""
    assert (await get(client, "/monitor/drift"))["quality"] == []
    for features in ({"age": None, "plan": "pro"}, {"age": None, "plan": "pro", "x": 1}, {"age": 40, "y": 1}):
        async with client.post("/monitor/predict", json={"features": features}) as answer:
            assert answer.status == 200
    assert (await get(client, "/monitor/drift"))["quality"] == [
        {"feature": "age", "issue": "missing", "rows": 2, "rate": 2 / 3},
        {"feature": "plan", "issue": "absent", "rows": 1, "rate": 1 / 3},
        {"feature": "", "issue": "unknown_feature", "rows": 2, "rate": 2 / 3},
    ]


async def test_report_is_of_the_most_recent_version_unless_another_is_asked_for(client: Client, state: MonitorState) -> None:
    """Every version that is followed can be asked for by name."""
    for version, count in (("1", 10), ("2 ü/&", 20), ("3", 30)):
        observe(state, count, version)
    newest = await get(client, "/monitor/drift")
    assert (newest["model_version"], newest["versions"]) == ("3", ["3", "2 ü/&", "1"])
    async with client.get("/monitor/drift", params={"model_version": "2 ü/&"}) as answer:
        assert (await answer.json())["window"]["rows"] == 20


@pytest.mark.parametrize("version", ["4", "", "unknown"])
async def test_report_of_a_version_that_nobody_saw_is_404(client: Client, state: MonitorState, version: str) -> None:
    """An unknown version is not answered with somebody else's report."""
    observe(state, 1, "3")
    async with client.get("/monitor/drift", params={"model_version": version}) as answer:
        assert (answer.status, answer.content_type) == (404, "application/problem+json")


async def test_configured_version_has_a_report_before_its_first_row(client: Client) -> None:
    """A dashboard that asks for the version by name is not met with an error while nothing has come."""
    report = await get(client, "/monitor/drift?model_version=unknown")
    assert report["window"]["rows"] == 0


async def test_reading_changes_nothing(client: Client, state: MonitorState, clock: Clock) -> None:
    """Whoever reads whatever and however often, the history is that of a state nobody reads."""
    alone = make_state(profile=baseline(), clock=clock)
    for step in range(12):
        for each in (state, alone):
            each.observe(columns_of(rows(100, seed=step, older=2 * step)), source="tap", at=clock.now)
        for path in ("drift", "health", "metrics", "openapi.json", "baseline", ""):
            async with client.get(f"/monitor/{path}") as answer:
                assert answer.status == 200
        clock.now += 3.7
        for each in (state, alone):
            each.tick(clock.now)
        assert state.detector.report(clock.now).to_dict() == alone.detector.report(clock.now).to_dict()
    assert state.dispatcher.counts == alone.dispatcher.counts
    assert sum(state.dispatcher.counts.values()) > 1


async def test_health_of_a_service_without_a_model_is_ok(client: Client, clock: Clock) -> None:
    """With a baseline and no upstream there is nothing to complain of."""
    health = await get(client, "/monitor/health")
    assert (health["status"], health["reasons"]) == ("ok", [])
    assert health["drift"] == {
        "status": "insufficient_data",
        "drift_score": None,
        "features_in_alarm": [],
        "model_version": "unknown",
    }
    assert health["baseline"]["fingerprint"] == baseline().fingerprint
    assert (health["relay"]["upstream"], health["relay"]["heard"]) == (None, None)
    assert health["tap"] == {"sampled_share": 1.0, "dropped": {reason.value: 0 for reason in TapReason}}
    assert (health["engine"]["started"], health["engine"]["restarts"]) == (clock.now, 0)
    assert health["engine"]["resident_bytes"] > 1_000_000


async def test_health_names_the_features_in_alarm(client: Client, state: MonitorState) -> None:
    """Drift is told, and does not make the service unhealthy."""
    observe(state, 1000, older=25)
    health = await get(client, "/monitor/health")
    assert health["status"] == "ok"
    assert (health["drift"]["status"], health["drift"]["features_in_alarm"]) == ("critical", ["age"])
    assert health["engine"]["rows"] == {"tap": 1000, "direct": 0}


async def test_health_without_a_baseline_is_degraded_and_says_why(aiohttp_client: Any, clock: Clock) -> None:
    """The reason that the engine had is shown."""
    from tests.monitor.world import MonitorServer

    client: Client = await aiohttp_client(MonitorServer(make_state({"DRIFT_UPSTREAM": "127.0.0.1:9"}, clock=clock)))
    health = await get(client, "/monitor/health")
    assert (health["status"], health["reasons"]) == ("degraded", ["no_baseline"])
    assert (health["baseline"]["error"], health["relay"]["upstream"]) == ("no baseline is set", "127.0.0.1:9")
    async with client.get("/monitor/baseline") as answer:
        assert (answer.status, (await answer.json(content_type=None))["detail"]) == (404, "no baseline is set")


async def test_health_is_degraded_while_the_settings_file_is_not_the_one_in_force(client: Client, state: MonitorState) -> None:
    """The file would keep the next start from succeeding, and nobody sees that in the figures."""
    state.settings_error = "bogus: unknown key"
    assert (await get(client, "/monitor/health"))["reasons"] == ["settings_rejected"]
    state.settings_error = None
    assert (await get(client, "/monitor/health"))["status"] == "ok"


async def test_health_passes_on_what_the_relay_says(client: Client, state: MonitorState, clock: Clock) -> None:
    """The relay's figures, what it left unread, and how long it has been silent."""
    figures = {
        "connections": 4,
        "sampled_share": 0.25,
        "sampled_out": 9,
        "dropped": {"overflow": 2},
        "engine_restarts_total": 1,
    }
    state.hear_relay(figures)
    state.tap.drop(TapReason.OVERFLOW)
    clock.now += 10
    health = await get(client, "/monitor/health")
    assert (health["status"], health["relay"]["connections"], health["relay"]["heard"]) == ("ok", 4, 10)
    assert (health["tap"]["sampled_share"], health["engine"]["restarts"]) == (0.25, 1)
    assert (health["tap"]["dropped"]["overflow"], health["tap"]["dropped"]["sampled_out"]) == (3, 9)
    clock.now += 0.1
    assert (await get(client, "/monitor/health"))["reasons"] == ["relay_silent"]


async def test_a_tap_that_is_switched_off_reads_no_share_of_the_traffic(aiohttp_client: Any, clock: Clock) -> None:
    """Without that, rows that stay at zero would look like a model that nobody asks."""
    from tests.monitor.world import MonitorServer

    state = make_state({"DRIFT_UPSTREAM": "127.0.0.1:9", "DRIFT_TAP__CPU": "0"}, profile=baseline(), clock=clock)
    state.hear_relay({"sampled_share": 1.0})
    client: Client = await aiohttp_client(MonitorServer(state))
    assert (await get(client, "/monitor/health"))["tap"]["sampled_share"] == 0


async def test_health_is_degraded_while_the_model_cannot_be_reached(client: Client, state: MonitorState, clock: Clock) -> None:
    """A refusal is news for half a minute."""
    state.hear_relay({"refused_total": 3})
    clock.now += 29
    state.hear_relay({"refused_total": 3})
    assert (await get(client, "/monitor/health"))["reasons"] == ["upstream_unreachable"]
    clock.now += 1
    assert (await get(client, "/monitor/health"))["reasons"] == []


async def test_baseline_is_answered_as_a_file_that_can_be_used(client: Client) -> None:
    """What is downloaded reads back as the same profile."""
    assert profile_from_json(await get(client, "/monitor/baseline")).fingerprint == baseline().fingerprint


async def test_large_answers_are_compressed_where_that_is_accepted(client: Client, state: MonitorState) -> None:
    """A client that cannot inflate, or says so, gets the plain text."""
    observe(state, 10)
    for accepted, coding in (("gzip", "gzip"), ("*", "gzip"), ("br", None), ("gzip;q=0", None), ("identity", None)):
        head = f"GET /monitor/drift HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAccept-Encoding: {accepted}\r\n\r\n"
        answer = await exchange(client, head.encode())
        assert answer.header("Content-Encoding") == coding
        assert answer.header("Vary") == "Accept, Accept-Encoding"
        assert json.loads(gzip.decompress(answer.body) if coding else answer.body)["window"]["rows"] == 10


@pytest.mark.parametrize("path", ["/monitor/", "/monitor"])
async def test_page_links_the_routes_and_may_load_nothing(client: Client, path: str) -> None:
    """Every link of the page leads somewhere."""
    async with client.get(path) as answer:
        assert (answer.status, answer.content_type, answer.charset) == (200, "text/html", "utf-8")
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        text = await answer.text()
    links = [part.partition('"')[0] for part in text.split('href="')[1:]]
    assert {"/monitor/drift", "/monitor/health", "/monitor/metrics", "/monitor/openapi.json"} <= set(links)
    for link in links:
        async with client.get(link) as answer:
            assert answer.status == 200


@pytest.mark.parametrize(
    ("host", "shown"),
    [("model.shop:15090", "curl -X POST model.shop:15090/monitor/"), ("<b>&", "curl -X POST &lt;b&gt;&amp;/monitor/")],
)
async def test_page_shows_the_address_that_its_reader_came_by(client: Client, host: str, shown: str) -> None:
    """A command that is copied from it works through a forwarded port, and nobody's address becomes markup."""
    async with client.get("/monitor/", headers={"Host": host}) as answer:
        assert shown in await answer.text()


@pytest.mark.parametrize(
    "path", ["/monitor/", "/monitor/drift", "/monitor/health", "/monitor/metrics", "/monitor/openapi.json"]
)
async def test_head_is_get_without_the_body(client: Client, path: str) -> None:
    """The headers of HEAD are those of GET."""
    async with client.head(path) as head, client.get(path) as answer:
        assert head.status == answer.status == 200
        assert head.content_type == answer.content_type
        assert await head.read() == b""
