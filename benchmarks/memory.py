"""Table 6: memory with 100 features, early and after many requests, which is how a leak shows.

The baseline is built from 10 000 made-up rows (80 numbers, 20 categories) by the sidecar's own command, and every
request carries one such row, about 2 KB of JSON.
"""

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks import wrk
from benchmarks.payloads import SMALL_PATH
from benchmarks.processes import BenchmarkError, resident_mib
from benchmarks.relay import sidecar, tapped
from benchmarks.report import table
from benchmarks.subjects import ROOT, Bench

NUMBERS, CATEGORIES, ROWS = 80, 20, 10_000


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident MiB after so many requests: under load, with what waits for the engine, and once nothing waits any more."""

    requests: int
    loaded: float
    relay: float
    engine: float


def wide_rows(seed: int = 3) -> Iterator[dict[str, object]]:
    """Yield rows of 100 features without end.

    >>> len(next(wide_rows()))
    100
    """
    draw = random.Random(seed)
    while True:
        numbers: dict[str, object] = {f"number_{i:02}": round(draw.gauss(i, 1 + i), 3) for i in range(NUMBERS)}
        yield numbers | {f"category_{i:02}": f"kind_{draw.randrange(3 + i)}" for i in range(CATEGORIES)}


def _build(folder: Path) -> Path:
    source, baseline = folder / "wide.ndjson", folder / "wide.json"
    rows = wide_rows()
    source.write_text("".join(json.dumps(next(rows)) + "\n" for _ in range(ROWS)))
    command = [sys.executable, "-m", "sidecar", "baseline", "build", str(source), "-o", str(baseline)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=ROOT)
    if done.returncode:
        raise BenchmarkError(f"no baseline: {done.stderr}")
    return baseline


def measure(bench: Bench, *, requests: int, warm: float) -> list[Memory]:
    """Load the sidecar until ``requests`` were answered; return its memory after the warm-up and after every fifth of them."""
    rows = wide_rows(4)
    bodies = bench.folder / "wide-bodies"
    bodies.write_text("".join(json.dumps({"features": next(rows)}) + "\n" for _ in range(256)))
    seen: list[Memory] = []
    with sidecar(bench.folder, bench.model, DRIFT_BASELINE=str(_build(bench.folder)), DRIFT_TAP__CPU="1") as station:
        url, answered, seconds = f"http://127.0.0.1:{station.port}{SMALL_PATH}", 0, warm
        while answered < requests:
            load = wrk.drive(url, bodies, seconds=seconds)
            answered += load.requests
            loaded = resident_mib(station.proxy)
            if station.monitor is not None:
                _caught_up(station.monitor)
            seen.append(Memory(answered, loaded, resident_mib(station.proxy), resident_mib(station.engine)))
            seconds = max(1.0, min(30.0, requests / 5 / load.rate))
    return seen


def _caught_up(monitor: int, seconds: float = 60.0) -> None:
    """Wait until the engine has read what waits: two looks, further apart than the relay's reports, find the same rows."""
    deadline, before = time.monotonic() + seconds, -1.0
    while time.monotonic() < deadline:
        rows = tapped(monitor).rows
        if rows == before:
            return
        before = rows
        time.sleep(1.2)
    raise BenchmarkError("the engine does not catch up")


def text(seen: list[Memory]) -> str:
    """Return the table for people."""
    return table(
        "Memory: 100 features, full tap",
        [
            {"after requests": point.requests, "under load": point.loaded, "relay MiB": point.relay, "engine MiB": point.engine}
            for point in seen
        ],
    )


def as_json(seen: list[Memory]) -> list[dict[str, float]]:
    """Return every point, for the file."""
    return [asdict(point) for point in seen]
