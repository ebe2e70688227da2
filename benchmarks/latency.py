"""Table 2: latency added at a fixed rate, against the model asked directly; with large bodies mixed in, and without.

At 1000 requests a second every proxy is mostly idle: what is measured is the way through it, wake-ups included, and
what its other work does to a request that happens to arrive meanwhile. Every 50th request of the mixed load has a body
of 200 KB, which the engine decodes too. The percentiles of small and large requests stand apart, since a mixture would
show the size of the large ones and nothing else.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.percentiles import middle
from benchmarks.processes import BenchmarkError, on_core
from benchmarks.report import Cell, table
from benchmarks.subjects import ROOT, WORLD_CORE, Bench, Subject

RATE = 1000
LARGE_EVERY = 50
MARKS = ("p50", "p99", "p99.9")


@dataclass(frozen=True, slots=True)
class Run:
    """Percentiles of one run in milliseconds; ``large`` is empty where no large bodies were sent."""

    small: Mapping[str, float]
    large: Mapping[str, float]


def measure(subject: Subject, bench: Bench, *, seconds: float, large_every: int) -> Run:
    """Start a subject and send it one schedule."""
    with subject.start(bench) as station:
        command = [
            sys.executable,
            "-m",
            "benchmarks.openloop",
            str(station.port),
            "--rate",
            str(RATE),
            "--seconds",
            str(seconds),
        ]
        command += ["--large-every", str(large_every)]
        done = subprocess.run(
            on_core(WORLD_CORE, command), capture_output=True, text=True, timeout=seconds + 60, check=False, cwd=ROOT
        )
    if done.returncode:
        raise BenchmarkError(f"open-loop load through {subject.name} failed:\n{done.stderr[-2000:]}")
    result = json.loads(done.stdout)
    return Run(result["small"], result["large"] or {})


def rounds(subjects: Sequence[Subject], bench: Bench, *, count: int, seconds: float, large_every: int) -> dict[str, list[Run]]:
    """Measure every subject once in each round."""
    runs: dict[str, list[Run]] = {subject.name: [] for subject in subjects}
    for _ in range(count):
        for subject in subjects:
            runs[subject.name].append(measure(subject, bench, seconds=seconds, large_every=large_every))
    return runs


def added(runs: Mapping[str, Sequence[Run]], name: str, mark: str) -> float | None:
    """Return the median over the rounds of a percentile of the small requests less that of ``direct`` in the same round."""
    return middle(run.small[mark] - direct.small[mark] for run, direct in zip(runs[name], runs["direct"], strict=True))


def summary(runs: Mapping[str, Sequence[Run]]) -> list[dict[str, Cell]]:
    """Return the rows of the table: medians over the rounds, and what is added to ``direct``."""
    return [_row(runs, name) for name in runs]


def _row(runs: Mapping[str, Sequence[Run]], name: str) -> dict[str, Cell]:
    row: dict[str, Cell] = {"proxy": name}
    row |= {f"{mark} ms": middle(run.small[mark] for run in runs[name]) for mark in MARKS}
    row |= {f"+{mark}": None if name == "direct" else added(runs, name, mark) for mark in MARKS}
    if any(run.large for run in runs[name]):
        row |= {f"large {mark}": middle(run.large[mark] for run in runs[name]) for mark in MARKS[:2]}
    return row


def text(runs: Mapping[str, Sequence[Run]], *, large_every: int) -> str:
    """Return the table for people."""
    load = f"one in {large_every} with 200 KB" if large_every else "160-byte predicts"
    return table(f"Latency at {RATE} requests/s, {load} (medians of interleaved rounds)", summary(runs))


def as_json(runs: Mapping[str, Sequence[Run]]) -> dict[str, list[dict[str, Mapping[str, float]]]]:
    """Return every run, for the file."""
    return {name: [{"small": run.small, "large": run.large} for run in taken] for name, taken in runs.items()}
