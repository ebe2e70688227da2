"""The metrics as Prometheus reads them: names and labels of the contract, and a number of series that is known in advance."""

import asyncio
import math
import subprocess
from collections import Counter
from collections.abc import Iterator
from time import monotonic, thread_time
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from sidecar.columns import columns_of
from sidecar.metrics import exposition
from sidecar.metrics.collector import StateCollector
from sidecar.metrics.exposition import expose, reports_of
from sidecar.monitor import MonitorState
from sidecar.monitor.app import build_app
from sidecar.monitor.scrape import REST, unhurried
from sidecar.reasons import Impairment, Status, TapReason
from tests.monitor.world import Clock, baseline, make_state, rows

Series = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture
def state() -> MonitorState:
    """Return a state without rows, whose relay has spoken."""
    state = make_state(profile=baseline(), clock=Clock())
    state.hear_relay({})
    return state


def series(state: MonitorState, *, openmetrics: bool = False) -> Series:
    """Scrape and parse."""
    body = b"".join(expose(state, openmetrics=openmetrics))
    families = (parse_openmetrics if openmetrics else parse_text)(body.decode())
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value for family in families for sample in family.samples
    }


class Frozen:
    """A collector of what was collected before."""

    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> list[Metric]:
        """Return the same each time."""
        return self._families


def value(found: Series, name: str, **labels: str) -> float:
    """Return one series' value."""
    return found[name, tuple(sorted(labels.items()))]


def observe(state: MonitorState, count: int, version: str | None = None, **more: Any) -> None:
    """Count rows as if the tap had read them."""
    state.observe(columns_of(rows(count, **more)), source="tap", at=state.clock(), model_version=version)


def test_both_formats_say_the_same(state: MonitorState) -> None:
    """The text format and OpenMetrics are two spellings of one state."""
    observe(state, 200)
    state.model.count(200, 0.3)
    text, openmetrics = series(state), series(state, openmetrics=True)
    volatile = {"drift_engine_cpu_seconds_total", "drift_engine_resident_memory_bytes", "drift_relay_resident_memory_bytes"}
    assert text.keys() == openmetrics.keys()
    for key in text:
        assert key[0] in volatile or text[key] == openmetrics[key] or math.isnan(text[key]), key


def test_metrics_of_the_contract_have_their_labels(state: MonitorState) -> None:
    """Every name of the contract is there from the first scrape, with the labels that it says."""
    labels: dict[str, set[str]] = {}
    for name, pairs in series(state):
        labels.setdefault(name, set()).update(label for label, _ in pairs)
    contract = {
        "drift_score": {"feature", "kind", "model_version"},
        "drift_feature_status": {"feature", "kind", "model_version"},
        "drift_status": {"model_version"},
        "drift_window_rows": {"model_version"},
        "drift_window_target_rows": set(),
        "drift_threshold": {"severity"},
        "drift_degraded": {"reason"},
        "drift_model_info": {"model"},
        "drift_rows_total": {"source"},
        "drift_tap_dropped_total": {"reason"},
        "drift_alerts_total": {"severity"},
        "drift_quality_total": {"feature", "issue"},
        "drift_model_requests_total": {"status_class"},
        "drift_model_latency_seconds_bucket": {"le"},
        "drift_model_latency_seconds_sum": set(),
        "drift_model_latency_seconds_count": set(),
        "drift_tap_sampled_share": set(),
        "drift_tap_decoded_total": set(),
        "drift_tap_unwatched_total": set(),
        "drift_build_info": {"version", "python"},
        "drift_baseline_info": {"fingerprint"},
        "drift_relay_connections": set(),
        "drift_relay_bytes_total": {"direction"},
    }
    assert {name: labels.get(name) for name in contract} == contract
    assert all(name.startswith("drift_") for name in labels)


def test_closed_lists_are_exported_whole(state: MonitorState) -> None:
    """A reason, severity or source that has not occurred is 0 and not missing."""
    found = series(state)
    for reason in TapReason:
        assert value(found, "drift_tap_dropped_total", reason=reason.value) == 0
    for status in Status:
        assert value(found, "drift_alerts_total", severity=status.value) == 0
    for impairment in Impairment:
        assert value(found, "drift_degraded", reason=impairment.value) == 0
    assert [value(found, "drift_rows_total", source=source) for source in ("tap", "direct")] == [0, 0]


def test_score_without_rows_is_nan_and_status_is_minus_one(state: MonitorState) -> None:
    """The series exist before the first row, under the configured version."""
    found = series(state)
    assert math.isnan(value(found, "drift_score", feature="age", kind="numeric", model_version="unknown"))
    assert value(found, "drift_status", model_version="unknown") == -1


def test_values_are_those_of_the_report(state: MonitorState) -> None:
    """Scores, status and rows of every version that is followed."""
    observe(state, 1000, "1")
    observe(state, 1000, "2", older=25)
    found = series(state)
    for version, status in (("1", 0), ("2", 2)):
        report = state.detector.report(state.clock(), model_version=version)
        assert value(found, "drift_status", model_version=version) == status
        assert value(found, "drift_window_rows", model_version=version) == report.window.rows
        for name, feature in report.features.items():
            labels = {"feature": name, "kind": feature.kind, "model_version": version}
            assert value(found, "drift_score", **labels) == feature.score
            assert value(found, "drift_feature_status", **labels) == feature.status.gauge
    assert value(found, "drift_rows_total", source="tap") == 2000
    assert value(found, "drift_alerts_total", severity="critical") == 1


def test_traffic_invents_no_series(state: MonitorState) -> None:
    """Unknown features, categories and issues change values, and never the number of series."""
    observe(state, 10)
    before = series(state).keys()
    garbage = [{f"x{number}": number, "plan": f"plan {number}", "age": "old"} for number in range(300)]
    state.observe(columns_of(garbage, state.detector.names), source="direct", at=state.clock())
    state.model.count(777, 1e9)
    state.hear_relay({"connections": 1, "an_invention": 3, "dropped": {}})
    found = series(state)
    assert found.keys() == before
    assert value(found, "drift_quality_total", feature="plan", issue="unseen_category") == 300
    assert value(found, "drift_quality_total", feature="age", issue="wrong_type") == 300
    assert value(found, "drift_quality_total", feature="", issue="unknown_feature") == 300


def test_versions_are_as_many_as_are_followed(state: MonitorState) -> None:
    """A client that invents a version for each row has four of them in the metrics."""
    for number in range(50):
        observe(state, 1, f"v{number}")
    versions = Counter(dict(pairs)["model_version"] for name, pairs in series(state) if name == "drift_status")
    assert versions == {"v46": 1, "v47": 1, "v48": 1, "v49": 1}


@pytest.mark.parametrize("version", ['quote " backslash \\ newline \n', "\ud800", "v" * 1000, "ü € 𝄞"])
def test_any_version_can_be_exported(state: MonitorState, version: str) -> None:
    """What the tap reads from a path cannot break a scrape."""
    observe(state, 1, version)
    for openmetrics in (False, True):
        (found,) = (
            dict(pairs)["model_version"] for name, pairs in series(state, openmetrics=openmetrics) if name == "drift_status"
        )
        assert found == version[:128].encode("utf-8", "replace").decode()


def test_scraping_changes_nothing(state: MonitorState) -> None:
    """Two scrapes in a row read the same, apart from what the process uses."""
    observe(state, 100, older=25)
    first, second = series(state), series(state)
    assert first.keys() == second.keys()
    changed = {name for name, pairs in first if first[name, pairs] != second[name, pairs]}
    assert changed <= {
        "drift_engine_cpu_seconds_total",
        "drift_engine_resident_memory_bytes",
        "drift_relay_resident_memory_bytes",
    }


def test_relay_is_exported_by_the_table(state: MonitorState) -> None:
    """The figures of the relay's last word, under their names as metrics."""
    figures = {"connections": 3, "connections_total": 9, "bytes_up_total": 10, "bytes_down_total": 20, "exchanges": 7}
    state.hear_relay(figures | {"sampled_share": 0.5, "engine_restarts_total": 2, "dropped": {"overflow": 4}, "sampled_out": 5})
    found = series(state)
    assert value(found, "drift_relay_connections") == 3
    assert value(found, "drift_relay_accepted_connections_total") == 9
    assert value(found, "drift_relay_bytes_total", direction="down") == 20
    assert value(found, "drift_relay_exchanges_total") == 7
    assert value(found, "drift_relay_engine_restarts_total") == 2
    assert value(found, "drift_tap_sampled_share") == 0.5
    assert value(found, "drift_tap_dropped_total", reason="overflow") == 4
    assert value(found, "drift_tap_dropped_total", reason="sampled_out") == 5


def test_figures_of_a_relay_that_has_not_spoken_are_missing() -> None:
    """After an engine's restart a 0 in between would make a counter reset, and an increase by all that there ever was."""
    state = make_state(profile=baseline(), clock=Clock())
    silent = {name for name, _ in series(state)}
    state.hear_relay({"connections_total": 10**6, "dropped": {"overflow": 500}})
    assert {name for name, _ in series(state)} - silent == {
        name for name, _ in series(state) if name.startswith(("drift_relay_", "drift_tap_"))
    }
    assert {"drift_relay_accepted_connections_total", "drift_tap_dropped_total"}.isdisjoint(silent)


def test_settings_that_a_reader_needs_are_metrics() -> None:
    """Scores can be drawn beside the thresholds in force, rows beside what a window is to hold, and all of it by model."""
    state = make_state({"DRIFT_MODEL__NAME": "churn", "DRIFT_WINDOW__ROWS": "300", "DRIFT_THRESHOLDS__CRITICAL": "0.7"})
    found = series(state)
    assert value(found, "drift_model_info", model="churn") == 1
    assert value(found, "drift_window_target_rows") == 300
    assert [value(found, "drift_threshold", severity=severity) for severity in ("warning", "critical")] == [0.2, 0.7]


def test_what_degrades_the_health_is_a_metric(state: MonitorState) -> None:
    """Each reason of ``/monitor/health`` is a series, 1 while it holds."""
    assert isinstance(state.clock, Clock)
    state.settings_error = "thresholds: unknown key"
    state.hear_relay({"refused_total": 1})
    found = series(state)
    assert [value(found, "drift_degraded", reason=reason.value) for reason in Impairment] == [0, 1, 0, 1]
    state.clock.now += 60
    found = series(state)
    assert [value(found, "drift_degraded", reason=reason.value) for reason in Impairment] == [0, 1, 1, 0]


def test_latency_is_a_histogram_that_adds_up(state: MonitorState) -> None:
    """Buckets are cumulative, end in +Inf, and agree with count and sum."""
    for seconds in (0.001, 0.02, 0.02, 120.0):
        state.model.count(200, seconds)
    found = series(state)
    assert [value(found, "drift_model_latency_seconds_bucket", le=le) for le in ("0.001", "0.025", "60", "+Inf")] == [
        1,
        3,
        3,
        4,
    ]
    assert value(found, "drift_model_latency_seconds_count") == 4
    assert value(found, "drift_model_latency_seconds_sum") == pytest.approx(120.041)


def test_state_without_a_baseline_has_metrics() -> None:
    """The absence of a baseline is a value, not an error."""
    found = series(make_state())
    assert value(found, "drift_baseline_rows") == 0
    assert value(found, "drift_status", model_version="unknown") == -1
    assert value(found, "drift_degraded", reason="no_baseline") == 1
    assert not [name for name, _ in found if name == "drift_score"]


@pytest.mark.parametrize("count", [0, 500])
def test_promtool_has_nothing_to_complain_of(state: MonitorState, count: int) -> None:
    """Prometheus' own linter accepts names, types, units and help texts."""
    if count:
        observe(state, count, older=25)
    body = b"".join(expose(state, openmetrics=False))
    done = subprocess.run(["promtool", "check", "metrics"], input=body, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.parametrize("openmetrics", [False, True])
@pytest.mark.parametrize("at_once", [1, 3, 10_000])
def test_pieces_are_the_whole(state: MonitorState, openmetrics: bool, at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However small the pieces, together they are what the library writes at one go, and none has more series than it may."""
    observe(state, 10)
    registry = CollectorRegistry()
    registry.register(Frozen(list(StateCollector(state, list(reports_of(state))).collect())))
    monkeypatch.setattr(StateCollector, "collect", lambda _self: iter(registry.collect()))
    monkeypatch.setattr(exposition, "SERIES_AT_ONCE", at_once)
    pieces = list(expose(state, openmetrics=openmetrics))
    assert b"".join(pieces) == (generate_openmetrics if openmetrics else generate_latest)(registry)
    assert max(sum(not line.startswith(b"#") for line in piece.splitlines()) for piece in pieces) <= at_once


def test_a_version_that_leaves_during_a_scrape_is_left_out(state: MonitorState) -> None:
    """While a scrape rests others count on, and a fifth version may end the first."""
    for version in "1234":
        observe(state, 1, version)
    pieces = expose(state, openmetrics=False)
    next(pieces)
    observe(state, 1, "5")
    found = parse_text(b"".join(pieces).decode())
    versions = {
        sample.labels["model_version"] for family in found if family.name == "drift_status" for sample in family.samples
    }
    assert versions == {"4", "3", "2"}


async def test_a_scrape_leaves_room_between_its_pieces() -> None:
    """Others get their turn, and the rest is in proportion to the work: a quarter of a core at most."""
    turns = 0

    def work() -> Iterator[bytes]:
        for number in range(5):
            until = thread_time() + 0.01
            while thread_time() < until:
                pass
            yield b"%d" % number

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    beside, began = asyncio.create_task(others()), monotonic()
    assert await unhurried(work()) == b"01234"
    beside.cancel()
    assert turns > 5
    assert monotonic() - began > 5 * 0.01 * (1 + REST)


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (None, "text/plain; version=0.0.4; charset=utf-8"),
        ("*/*", "text/plain; version=0.0.4; charset=utf-8"),
        ("text/html,*/*;q=0.8", "text/plain; version=0.0.4; charset=utf-8"),
        ("text/plain;version=0.0.4", "text/plain; version=0.0.4; charset=utf-8"),
        ("application/openmetrics-text;q=0", "text/plain; version=0.0.4; charset=utf-8"),
        ("application/openmetrics-text;version=1.0.0", "application/openmetrics-text; version=1.0.0; charset=utf-8"),
        (
            "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.2",
            "application/openmetrics-text; version=1.0.0; charset=utf-8",
        ),
        ("application/openmetrics-text;q=0.1,text/plain;q=0.9", "text/plain; version=0.0.4; charset=utf-8"),
    ],
)
async def test_reader_chooses_the_format(
    aiohttp_client: Any, state: MonitorState, accept: str | None, content_type: str
) -> None:
    """OpenMetrics is for those who ask for it; a browser gets plain text."""
    client = await aiohttp_client(build_app(state))
    headers = {} if accept is None else {"Accept": accept}
    async with client.get("/monitor/metrics", headers=headers) as answer:
        assert (answer.status, answer.headers["Content-Type"]) == (200, content_type)
        text = await answer.text()
    parse = parse_openmetrics if "openmetrics" in content_type else parse_text
    assert list(parse(text))
