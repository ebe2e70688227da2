"""Table 4: direct calls of ``POST /monitor/predict`` a second that one core answers, without a model."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from benchmarks import wrk
from benchmarks.percentiles import middle
from benchmarks.processes import cpu_seconds, resident_mib
from benchmarks.relay import sidecar
from benchmarks.report import table
from benchmarks.subjects import PROXY_CORE, Bench


@dataclass(frozen=True, slots=True)
class Run:
    """One run; latencies and CPU time in microseconds, memory in MiB."""

    rate: float
    p50: float
    p99: float
    cpu: float
    rss: float


def measure(bench: Bench, *, seconds: float, warm: float) -> Run:
    """Start the sidecar without a model, its engine on core 0, and load the monitor API from core 1."""
    with sidecar(bench.folder, None, engine_core=PROXY_CORE) as station:
        url = f"http://127.0.0.1:{station.monitor}/monitor/predict"
        wrk.drive(url, bench.bodies, seconds=warm)
        before = cpu_seconds(station.engine)
        load = wrk.drive(url, bench.bodies, seconds=seconds)
        cpu = (cpu_seconds(station.engine) - before) / load.requests * 1e6
        return Run(load.rate, load.p50, load.p99, cpu, resident_mib(station.engine))


def text(runs: Sequence[Run]) -> str:
    """Return the table for people."""
    names = {"rate": "requests/s", "p50": "p50 us", "p99": "p99 us", "cpu": "cpu us/req", "rss": "rss MiB"}
    row = {shown: middle(asdict(run)[field] for run in runs) for field, shown in names.items()}
    return table("Monitor API: 32 connections, engine alone on core 0", [{"call": "POST /monitor/predict", **row}])


def as_json(runs: Sequence[Run]) -> list[dict[str, float]]:
    """Return every run, for the file."""
    return [asdict(run) for run in runs]
