"""``python -m benchmarks.peers``: time all tools in turn, and print how they compare."""

import argparse
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.peers.evaluation import REPORT
from benchmarks.report import Cell, table

OURS: Final = "sidecar"
PEERS: Final = ("evidently", "nannyml", "alibi-detect", "whylogs")
WINDOWS: Final = (1000, 10_000, 100_000)
PROMISED: Final = {"evidently": 20.0, "nannyml": 1.0, "alibi-detect": 5.0, "whylogs": 1.0}
"""Peer -> how many times its time ours goes into."""
PEERS_PYTHON: Final = Path(".venv-peers/bin/python")

EVALUATION: Final = 5.0
"""Milliseconds that an evaluation of a hundred features may take, on one core."""

Times = Mapping[tuple[str, int], Sequence[float]]


def run(name: str, rows: int, repeats: int, python: Path) -> list[float]:
    """Return the seconds that a tool takes for a window, in a process of its own."""
    module = ("ours", sys.executable) if name == OURS else ("theirs", str(python))
    command = [module[1], "-m", f"benchmarks.peers.{module[0]}", name, str(rows), str(repeats)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=900)
    seconds: list[float] = json.loads(done.stdout.splitlines()[-1])
    return seconds


def measure(windows: Sequence[int], rounds: int, repeats: int, python: Path) -> Times:
    """Return the times of every tool, round by round, ours anew just before each of the others: A B, A C, A B, A C."""
    times: dict[tuple[str, int], list[float]] = defaultdict(list)
    for rows, peer in product(list(windows) * rounds, PEERS):
        for name in (OURS, peer):
            times[name, rows].append(median(run(name, rows, repeats, python)))
            print(f"{name}, {rows} rows: {1000 * times[name, rows][-1]:.1f} ms", file=sys.stderr, flush=True)
    return times


def evaluate(repeats: int) -> dict[str, float]:
    """Return the median milliseconds of one evaluation of a hundred features, by what the baseline knows."""
    command = [sys.executable, "-m", "benchmarks.peers.evaluation", str(repeats)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=300)
    return {name: median(milliseconds) for name, milliseconds in json.loads(done.stdout).items()}


def rows_of(times: Times, windows: Sequence[int]) -> list[dict[str, Cell]]:
    """Return a row for each tool: milliseconds for each window, and how many times ours."""
    rows = []
    for name in (OURS, *PEERS):
        row: dict[str, Cell] = {"tool": name}
        for size in windows:
            row[f"{size:,} rows, ms".replace(",", " ")] = 1000 * median(times[name, size])
            row[f"x ({size // 1000}k)"] = ratio(times, name, size)
        rows.append(row)
    return rows


def ratio(times: Times, name: str, rows: int) -> float:
    """Return the median over rounds of a tool's time as a multiple of ours just before it."""
    first, step = (PEERS.index(name), len(PEERS)) if name in PEERS else (0, 1)
    return median([theirs / ours for theirs, ours in zip(times[name, rows], times[OURS, rows][first::step], strict=True)])


def broken(times: Times, windows: Sequence[int]) -> list[str]:
    """Return which promise does not hold."""
    found = {(name, rows): ratio(times, name, rows) for name in PEERS for rows in windows}
    return [
        f"{name}, {rows} rows: {times_ours:.1f} x, more than {PROMISED[name]:.0f} x was promised"
        for (name, rows), times_ours in found.items()
        if times_ours <= PROMISED[name]
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, keep, and judge."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description="Time the sidecar's scores and its peers'.")
    parser.add_argument("--short", action="store_true", help="one round of the smallest window, to see that the harness works")
    parser.add_argument("--rounds", type=int, default=3, help="of all tools in turn; the median is shown")
    parser.add_argument("--check", action="store_true", help="end with 1 when a promise is missed")
    parser.add_argument("--python", type=Path, default=PEERS_PYTHON, help="the Python that has the peers")
    options = parser.parse_args(arguments)
    windows = WINDOWS[:1] if options.short else WINDOWS
    rounds, repeats = (1, 1) if options.short else (options.rounds, 3)
    times = measure(windows, rounds, repeats, options.python)
    print(table("from rows in memory to all scores, 20 numeric and 5 categorical columns", rows_of(times, windows)))
    evaluation = evaluate(20 if options.short else 500)
    print(table("\none evaluation of 100 features", [{"judged": name, "ms": value} for name, value in evaluation.items()]))
    slow = [
        f"an evaluation {name} takes {value:.1f} ms"
        for name, value in evaluation.items()
        if value > EVALUATION and name != REPORT
    ]
    faults = broken(times, windows) + slow
    print("\n".join(faults) or "every promise holds")
    out = Path("build/peers-short.json" if options.short else "build/peers.json")
    out.parent.mkdir(exist_ok=True)
    kept = {"times": {f"{name} {rows}": values for (name, rows), values in times.items()}, "evaluation": evaluation}
    out.write_text(json.dumps(kept, indent=1))
    return int(bool(faults) and options.check)


if __name__ == "__main__":
    raise SystemExit(main())
