"""Table 1: requests a second through each proxy, each alone on core 0, in interleaved rounds.

Every run starts its subject afresh, warms it up, and measures it under 32 connections that never pause. CPU
microseconds per request are what the kernel charged the subject's processes during the run, divided by the answers;
they tell a fast proxy from one that is held back by core 1. ``read`` is the share of the relayed exchanges that the
engine turned into rows during the run.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from benchmarks import wrk
from benchmarks.payloads import SMALL_PATH
from benchmarks.percentiles import middle
from benchmarks.processes import busy_seconds, cpu_seconds, resident_mib
from benchmarks.relay import rows_read
from benchmarks.report import Cell, table
from benchmarks.subjects import PROXY_CORE, Bench, Station, Subject

RIVALS = ("nginx", "envoy mirror", "nginx mirror", "aiohttp")


@dataclass(frozen=True, slots=True)
class Run:
    """One measured run of one subject. Latencies and CPU times are in microseconds, memory is in MiB."""

    rate: float
    p50: float
    p99: float
    proxy_cpu: float | None
    engine_cpu: float | None
    proxy_rss: float | None
    engine_rss: float | None
    read: float | None
    foreign: float


@dataclass(frozen=True, slots=True)
class Reading:
    """The counters of a station at one moment."""

    at: float
    proxy: float
    engine: float
    busy: float
    rows: float | None

    @classmethod
    def of(cls, station: Station) -> "Reading":
        """Read them now."""
        rows = None if station.monitor is None else rows_read(station.monitor)
        return cls(time.monotonic(), cpu_seconds(station.proxy), cpu_seconds(station.engine), busy_seconds(PROXY_CORE), rows)


def measure(subject: Subject, bench: Bench, *, seconds: float, warm: float) -> Run:
    """Start a subject, warm it up, and return what one run of wrk through it gave."""
    with subject.start(bench) as station:
        url = f"http://127.0.0.1:{station.port}{SMALL_PATH}"
        wrk.drive(url, bench.bodies, seconds=warm)
        before = Reading.of(station)
        load = wrk.drive(url, bench.bodies, seconds=seconds)
        return _run(station, load, before, Reading.of(station))


def _run(station: Station, load: wrk.Load, before: Reading, after: Reading) -> Run:
    per_request = 1e6 / load.requests
    proxy, engine = after.proxy - before.proxy, after.engine - before.engine
    rows = None if before.rows is None or after.rows is None else after.rows - before.rows
    return Run(
        load.rate, load.p50, load.p99,
        proxy * per_request if station.proxy else None,
        engine * per_request if station.engine else None,
        resident_mib(station.proxy) if station.proxy else None,
        resident_mib(station.engine) if station.engine else None,
        None if rows is None else rows / load.requests,
        max(0.0, (after.busy - before.busy - proxy) / (after.at - before.at)),
    )  # fmt: skip


def rounds(subjects: Sequence[Subject], bench: Bench, *, count: int, seconds: float, warm: float) -> dict[str, list[Run]]:
    """Measure every subject once in each round."""
    runs: dict[str, list[Run]] = {subject.name: [] for subject in subjects}
    for _ in range(count):
        for subject in subjects:
            runs[subject.name].append(measure(subject, bench, seconds=seconds, warm=warm))
    return runs


def ratio(runs: Mapping[str, Sequence[Run]], name: str, rival: str) -> float | None:
    """Return the median over the rounds of one subject's rate divided by a rival's in the same round."""
    if rival not in runs:
        return None
    return middle(one.rate / other.rate for one, other in zip(runs[name], runs[rival], strict=True))


def summary(runs: Mapping[str, Sequence[Run]]) -> list[dict[str, Cell]]:
    """Return the rows of the table: medians over the rounds, and the ratios to the rivals last."""
    return [_row(runs, name) for name in runs]


def _row(runs: Mapping[str, Sequence[Run]], name: str) -> dict[str, Cell]:
    def of(field: str) -> float | None:
        return middle(getattr(run, field) for run in runs[name])

    figures: dict[str, Cell] = {
        "proxy": name, "requests/s": of("rate"), "p50 us": of("p50"), "p99 us": of("p99"),
        "cpu us/req": of("proxy_cpu"), "engine us/req": of("engine_cpu"),
        "rss MiB": of("proxy_rss"), "engine MiB": of("engine_rss"), "read": of("read"), "foreign": of("foreign"),
    }  # fmt: skip
    return figures | {f"x {rival}": ratio(runs, name, rival) for rival in RIVALS}


def text(runs: Mapping[str, Sequence[Run]]) -> str:
    """Return the table for people."""
    return table(
        "Throughput: 32 connections, 160-byte predicts, proxy alone on core 0 (medians of interleaved rounds)", summary(runs)
    )


def as_json(runs: Mapping[str, Sequence[Run]]) -> dict[str, list[dict[str, float | None]]]:
    """Return every run, for the file."""
    return {name: [asdict(run) for run in taken] for name, taken in runs.items()}
