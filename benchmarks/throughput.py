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
from benchmarks.relay import Tapped, tapped
from benchmarks.report import Cell, table
from benchmarks.subjects import PROXY_CORE, Bench, Station, Subject

FOREIGN_ALLOWED = 0.05
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
    copied: float | None
    read: float | None
    foreign: float | None


@dataclass(frozen=True, slots=True)
class Reading:
    """The counters of a station at one moment."""

    at: float
    proxy: float
    engine: float
    busy: float
    tap: Tapped | None

    @classmethod
    def of(cls, station: Station) -> "Reading":
        """Read them now."""
        tap = None if station.monitor is None else tapped(station.monitor)
        return cls(time.monotonic(), cpu_seconds(station.proxy), cpu_seconds(station.engine), busy_seconds(PROXY_CORE), tap)


def measure(subject: Subject, bench: Bench, *, seconds: float, warm: float) -> Run:
    """Start a subject, warm it up, and return what one run of wrk through it gave."""
    with subject.start(bench) as station:
        url = f"http://127.0.0.1:{station.port}{SMALL_PATH}"
        wrk.drive(url, bench.bodies, seconds=warm)
        before = Reading.of(station)
        load = wrk.drive(url, bench.bodies, seconds=seconds)
        return _run(station, load, before, Reading.of(station))


def _run(station: Station, load: wrk.Load, before: Reading, after: Reading) -> Run:
    proxy, engine = after.proxy - before.proxy, after.engine - before.engine
    taken, left = _shares(before.tap, after.tap, load.requests)
    return Run(
        rate=load.rate,
        p50=load.p50,
        p99=load.p99,
        proxy_cpu=proxy / load.requests * 1e6 if station.proxy else None,
        engine_cpu=engine / load.requests * 1e6 if station.engine else None,
        proxy_rss=resident_mib(station.proxy) if station.proxy else None,
        engine_rss=resident_mib(station.engine) if station.engine else None,
        copied=left,
        read=taken,
        foreign=max(0.0, (after.busy - before.busy - proxy) / (after.at - before.at)) if station.proxy else None,
    )


def _shares(before: Tapped | None, after: Tapped | None, requests: int) -> tuple[float | None, float | None]:
    """Return what share of the requests the engine has read, and what share the relay has not left out."""
    if before is None or after is None:
        return None, None
    return (after.rows - before.rows) / requests, 1 - (after.left_out - before.left_out) / requests


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
        "rss MiB": of("proxy_rss"), "engine MiB": of("engine_rss"),
        "copied": of("copied"), "read": of("read"), "foreign": of("foreign"),
    }  # fmt: skip
    return figures | {f"x {rival}": ratio(runs, name, rival) for rival in RIVALS}


def disturbed(runs: Mapping[str, Sequence[Run]]) -> list[str]:
    """Return the subjects that did not have core 0 to themselves."""
    return [name for name in runs if (middle(run.foreign for run in runs[name]) or 0) > FOREIGN_ALLOWED]


def text(runs: Mapping[str, Sequence[Run]]) -> str:
    """Return the table for people, and a warning where somebody else was at work."""
    title = "Throughput: 32 connections, 160-byte predicts, proxy alone on core 0 (medians of interleaved rounds)"
    others = disturbed(runs)
    warning = f"\nNOT ALONE on core 0, so believe the CPU times and not the rates: {', '.join(others)}" if others else ""
    return table(title, summary(runs)) + warning


def as_json(runs: Mapping[str, Sequence[Run]]) -> dict[str, list[dict[str, float | None]]]:
    """Return every run, for the file."""
    return {name: [asdict(run) for run in taken] for name, taken in runs.items()}
