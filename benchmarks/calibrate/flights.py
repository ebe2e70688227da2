"""Table 4: real data in the order in which it came, all flights from New York in 2013.

Odd days are the baseline, even days the stream, so that both have the same seasons and nothing drifts that the model was not
trained on; but hours, days and storms differ, as they do in all traffic. Then faults are injected, one at a time.

Here the real detector is fed, ten flights at a time, with their times. A status counts as in alarm as a reader would see it:
with what the last pane close said, and what holds an alarm until its score has been low for three closes.
"""

import csv
import io
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.calibrate.columns import Values
from benchmarks.calibrate.kept import Kept
from sidecar.baseline import Choices, Profile, profile_of_columns
from sidecar.baseline.source import Table
from sidecar.columns import Columns
from sidecar.dispersion import learn
from sidecar.drift_detector import DriftDetector
from sidecar.verdict import Report
from sidecar.window import WindowRule

Rows = dict[str, Values]
Fault = Callable[[np.random.Generator, Rows], Rows]

TEXTS: Final = frozenset({"carrier", "origin", "dest"})
WINDOW: Final = WindowRule(rows=1000, seconds=7 * 86_400)
"""A thousand flights take more than a day, and rows leave after an hour by default."""
BATCH: Final = 10
DAY: Final = 86_400
MOST: Final = 2000
WARM: Final = 1200
NAIVE: Final = 0.2


def _slower(_: np.random.Generator, rows: Rows) -> Rows:
    return rows | {"distance": rows["distance"].astype(np.float64) * 1.2}


def _merged(random: np.random.Generator, rows: Rows) -> Rows:
    return rows | {"carrier": np.where(random.random(len(rows["carrier"])) < 0.2, "ZZ", rows["carrier"])}


def _stuck(column: str, value: float, _: np.random.Generator, rows: Rows) -> Rows:
    return rows | {column: np.full(len(rows[column]), value)}


FAULTS: Final[Mapping[str, tuple[str, Fault]]] = {
    "distance x 1.2": ("distance", _slower),
    "20 % unseen carrier": ("carrier", _merged),
    "distance always 1000": ("distance", partial(_stuck, "distance", 1000.0)),
    "dep_delay always 0": ("dep_delay", partial(_stuck, "dep_delay", 0.0)),
}


def measure(kept: Kept, python: Path, starts: int) -> list[dict[str, Any]]:
    """Return how much of the year is in alarm, and how soon faults are found; `python` has the flights installed."""
    return kept.get(f"flights {starts}", lambda: _rows(*read(python), starts))  # type: ignore[no-any-return]


def read(python: Path) -> tuple[Rows, Rows]:
    """Return the flights of odd days and of even ones, in order."""
    command = [str(python), "-m", "benchmarks.calibrate.year"]
    text = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout
    names, *flights = csv.reader(io.StringIO(text))
    columns = dict(zip(names, zip(*flights, strict=True), strict=True))
    year: Rows = {name: np.array(cells, dtype=str if name in TEXTS else float) for name, cells in columns.items()}
    odd = year["at"].astype(np.float64) // DAY % 2 == 1
    return {name: cells[odd] for name, cells in year.items()}, {name: cells[~odd] for name, cells in year.items()}


def _rows(baseline: Rows, stream: Rows, starts: int) -> list[dict[str, Any]]:
    timed = learn(Table(baseline), profile_of_columns(baseline, Choices(drop=frozenset({"at"}))), "at")
    without = replace(timed, dispersion=None)
    return [*_calm({"with times": timed, "without times": without}, stream), *_found(timed, stream, starts)]


def _calm(profiles: Mapping[str, Profile], stream: Rows) -> Iterator[dict[str, Any]]:
    for name, profile in profiles.items():
        reports = [report for _, report in _reports(profile, stream) if report.window.rows >= WINDOW.rows]
        naive = [any((feature.psi or 0) > NAIVE for feature in report.features.values()) for report in reports]
        alarms = [report.status.alarming for report in reports]
        yield {"stream": f"as it was, {name}", "evaluations": len(reports), "in alarm": sum(alarms), "psi > 0.2": sum(naive)}


def _found(profile: Profile, stream: Rows, starts: int) -> Iterator[dict[str, Any]]:
    """Begin each fault at several moments of the year, and see how soon its column is in alarm."""
    random = np.random.default_rng(2013)
    begins = random.integers(WARM, len(stream["at"]) - MOST, size=starts)
    for name, (column, fault) in FAULTS.items():
        delays = [_until(profile, stream, int(begin), partial(fault, random), column) for begin in begins]
        yield {
            "stream": name,
            "starts": starts,
            "median": float(np.median(delays)),
            "90 %": float(np.quantile(delays, 0.9)),
            "not found": int(np.isinf(delays).sum()),
        }


def _until(profile: Profile, stream: Rows, begin: int, fault: Callable[[Rows], Rows], column: str) -> float:
    before = {name: cells[begin - WARM : begin] for name, cells in stream.items()}
    after = fault({name: cells[begin : begin + MOST] for name, cells in stream.items()})
    joined = {name: np.concatenate([before[name], after[name]]) for name in stream}
    alarms = [rows for rows, report in _reports(profile, joined) if report.features[column].status.alarming and rows > WARM]
    return float(alarms[0] - WARM) if alarms else np.inf


def _reports(profile: Profile, stream: Rows) -> Iterator[tuple[int, Report]]:
    """Feed a detector, and yield after each batch how many rows it has had, and its report."""
    detector = DriftDetector(profile, window=WINDOW)
    times = stream["at"].astype(np.float64)
    for start in range(0, len(times) - BATCH + 1, BATCH):
        batch = {name: cells[start : start + BATCH] for name, cells in stream.items() if name != "at"}
        at = float(times[start + BATCH - 1])
        detector.observe(Columns(BATCH, batch), at=at)
        yield start + BATCH, detector.report(at)


def broken(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what does not hold: one evaluation in twenty in alarm, faults found within three hundred rows."""
    faults = []
    for row in rows:
        if row["stream"] == "as it was, with times" and row["in alarm"] > 0.05 * row["evaluations"]:
            faults.append(f"{row['in alarm']} of {row['evaluations']} evaluations of flights in alarm")
        if row.get("median", 0) > 300:
            faults.append(f"{row['stream']} found after {row['median']} flights")
    return faults
