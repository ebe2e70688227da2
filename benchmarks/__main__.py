"""``python -m benchmarks``: run the tables, print them, keep every number in a file, and say whether the promises hold."""

import argparse
import json
import os
import platform
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import decoding, engine, latency, memory, monitor, promises, startup, throughput
from benchmarks.payloads import write_bodies
from benchmarks.percentiles import middle
from benchmarks.processes import BenchmarkError
from benchmarks.promises import Promise, at_least, at_most
from benchmarks.relay import ALL_COPIED, DEFAULT_TAP, FULL_TAP, WITHOUT_TAP
from benchmarks.subjects import AIOHTTP, DIRECT, ENVOY, ENVOY_MIRROR, NGINX, NGINX_MIRROR, Bench, require_tools, world

PROXIES = (DIRECT, WITHOUT_TAP, ALL_COPIED, FULL_TAP, DEFAULT_TAP, NGINX, NGINX_MIRROR, ENVOY, ENVOY_MIRROR, AIOHTTP)
DELAYED = (DIRECT, NGINX, WITHOUT_TAP, DEFAULT_TAP, FULL_TAP)


@dataclass(frozen=True, slots=True)
class Effort:
    """How long and how often to measure."""

    rounds: int
    seconds: float
    warm: float
    requests: int


FULL = Effort(rounds=5, seconds=3, warm=1, requests=1_000_000)
SHORT = Effort(rounds=1, seconds=1, warm=1, requests=20_000)


@dataclass(frozen=True, slots=True)
class Result:
    """One table: its text, everything measured, and the promises it bears on."""

    text: str
    data: Any
    promises: Sequence[Promise]


def throughput_table(bench: Bench, effort: Effort) -> Result:
    """Table 1."""
    runs = throughput.rounds(PROXIES, bench, count=effort.rounds, seconds=effort.seconds, warm=effort.warm)
    bounds = ((NGINX, 0.8), (ENVOY_MIRROR, 3), (NGINX_MIRROR, 3), (AIOHTTP, 8))
    kept = [
        at_least(f"{subject.name} / {rival.name}", throughput.ratio(runs, subject.name, rival.name), bound)
        for subject in (ALL_COPIED, FULL_TAP)
        for rival, bound in bounds
    ]
    kept.append(at_least("relay without tap / nginx", throughput.ratio(runs, WITHOUT_TAP.name, NGINX.name), 1))
    return Result(throughput.text(runs), throughput.as_json(runs), kept)


def latency_table(bench: Bench, effort: Effort, large_every: int = 0) -> Result:
    """Table 2, with small bodies only."""
    runs = latency.rounds(DELAYED, bench, count=effort.rounds, seconds=effort.seconds, large_every=large_every)
    mixed = " beside 200 KB" if large_every else ""
    kept = [
        at_most(f"ms added{mixed}, {mark}, {subject.name}", latency.added(runs, subject.name, mark), bound)
        for subject in (WITHOUT_TAP, DEFAULT_TAP, FULL_TAP)
        for mark, bound in (("p50", 0.10), ("p99", 0.5))
    ]
    return Result(latency.text(runs, large_every=large_every), latency.as_json(runs), kept)


def mixed_table(bench: Bench, effort: Effort) -> Result:
    """Table 2, with large bodies mixed in."""
    return latency_table(bench, effort, latency.LARGE_EVERY)


def engine_table(bench: Bench, effort: Effort) -> Result:
    """Table 3."""
    runs = [engine.measure(bench, seconds=effort.seconds, warm=effort.warm) for _ in range(effort.rounds)]
    rate = middle(run.rate for run in runs)
    return Result(engine.text(runs), engine.as_json(runs), [at_least("tapped requests/s, engine alone", rate, 30_000)])


def monitor_table(bench: Bench, effort: Effort) -> Result:
    """Table 4."""
    runs = [monitor.measure(bench, seconds=effort.seconds, warm=effort.warm) for _ in range(effort.rounds)]
    rate = middle(run.rate for run in runs)
    return Result(monitor.text(runs), monitor.as_json(runs), [at_least("monitor predicts/s", rate, 5000)])


def startup_table(bench: Bench, effort: Effort) -> Result:
    """Table 5."""
    runs = startup.rounds(bench, count=effort.rounds)
    kept = [
        at_most("s to first byte, 1 core", startup.seconds(runs["1 core"], "relayed"), 0.5),
        at_most("s to first byte, 0.5 core", startup.seconds(runs["0.5 core"], "relayed"), 1.5),
        at_most("s to first verdict, 0.5 core", startup.seconds(runs["0.5 core"], "verdict"), 5),
    ]
    return Result(startup.text(runs), startup.as_json(runs), kept)


def memory_table(bench: Bench, effort: Effort) -> Result:
    """Table 6."""
    seen = memory.measure(bench, requests=effort.requests, warm=effort.warm)
    last = seen[-1]
    kept = [
        at_most("relay MiB, 100 features", last.relay, 45),
        at_most("relay MiB under load: tap.buffer + 45", max(point.loaded for point in seen), 16 + 45),
        at_most("engine MiB, 100 features", last.engine, 130),
    ]
    return Result(memory.text(seen), memory.as_json(seen), kept)


def decoding_table(_bench: Bench, effort: Effort) -> Result:
    """Table 8."""
    runs = decoding.rounds(count=effort.rounds)
    kept = [
        at_least("JSON, million values/s", decoding.rate(runs, "JSON"), 2),
        at_least("V2 binary, million values/s", decoding.rate(runs, "V2 binary"), 50),
        at_least("gRPC raw, million values/s", decoding.rate(runs, "gRPC raw"), 30),
    ]
    return Result(decoding.text(runs), decoding.as_json(runs), kept)


TABLES: dict[str, Callable[[Bench, Effort], Result]] = {
    "throughput": throughput_table,
    "latency": latency_table,
    "mixed": mixed_table,
    "engine": engine_table,
    "monitor": monitor_table,
    "startup": startup_table,
    "memory": memory_table,
    "decoding": decoding_table,
}


def arguments(given: Sequence[str]) -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=f"any of {', '.join(TABLES)}; all if none is named")
    parser.add_argument(
        "--short", action="store_true", help="one short round: whether the harness works, not how fast anything is"
    )
    parser.add_argument("--check", action="store_true", help="exit with 1 when a promise is missed")
    parser.add_argument("--rounds", type=int, help="rounds instead of the usual number")
    parser.add_argument("--seconds", type=float, help="seconds a run instead of the usual ones")
    parser.add_argument("--output", type=Path, default=Path("build/benchmark.json"), help="file for every number")
    parsed = parser.parse_args(given)
    if unknown := set(parsed.tables) - set(TABLES):
        parser.error(f"no such table: {', '.join(sorted(unknown))}")
    return parsed


def effort_of(given: argparse.Namespace) -> Effort:
    """Return the usual effort with what the command line changes."""
    usual = SHORT if given.short else FULL
    return Effort(given.rounds or usual.rounds, given.seconds or usual.seconds, usual.warm, usual.requests)


def machine() -> dict[str, str]:
    """Return what the numbers depend on and the benchmark cannot choose."""
    cpu = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        "",
    )
    load = " ".join(f"{value:.2f}" for value in os.getloadavg())
    return {
        "cpu": cpu,
        "cores": str(os.cpu_count()),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "load before": load,
    }


def run(given: argparse.Namespace) -> int:
    """Measure, print, write, and judge."""
    require_tools()
    about = machine()
    print(", ".join(f"{name} {value}" for name, value in about.items()), flush=True)
    results: dict[str, Result] = {}
    with tempfile.TemporaryDirectory(prefix="drift-benchmark-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # nginx's worker is another user and keeps its temporary files in here
        with world(folder, write_bodies(folder / "bodies")) as bench:
            for table in given.tables or TABLES:
                results[table] = TABLES[table](bench, effort_of(given))
                print(f"\n{results[table].text}", flush=True)
    return conclude(given, about, results)


def conclude(given: argparse.Namespace, about: dict[str, str], results: dict[str, Result]) -> int:
    """Print the verdicts, write the file, and return the exit code."""
    verdicts = [promise for result in results.values() for promise in result.promises]
    print(f"\n{promises.text(verdicts)}")
    given.output.parent.mkdir(parents=True, exist_ok=True)
    numbers = {"machine": about, "tables": {name: result.data for name, result in results.items()}}
    given.output.write_text(json.dumps(numbers, indent=1))
    print(f"\nevery number: {given.output}")
    return int(given.check and not all(promise.kept for promise in verdicts))


def main() -> int:
    """Run; an interrupt, a termination or an error ends everything that was started."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return run(arguments(sys.argv[1:]))
    except BenchmarkError as error:
        print(f"\nbenchmark failed: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
