"""Table 2: how many rows of a drift it takes until the alarm.

Rows come one a second. Panes then close every ten rows, for a pane waits ten seconds; what is shown between closes is as
new as the newest row anyway. On a model with more than five rows a second panes are full after fifty rows, and an
alert waits for that: the column `panes of 50`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

import numpy as np

from benchmarks.calibrate.columns import Values, gaussian, table
from benchmarks.calibrate.kept import Kept
from benchmarks.calibrate.streams import Streams, profile_of, without_scan

WINDOW: Final = 1000
FEATURES: Final = 20
LONGEST: Final = 2000
SHORT_PANE: Final = 10
FULL_PANE: Final = 50
BASELINES: Final = (10_000, 1000)
COLOURS: Final = np.array(["red", "green", "blue", "white", "black"])

Drift = Callable[[np.random.Generator, Values], Values]


def _unseen(random: np.random.Generator, values: Values) -> Values:
    return np.where(random.random(len(values)) < 0.2, "never seen", values)


DRIFTS: Final[Mapping[str, tuple[str, Drift, int]]] = {
    "mean + 1 sd": ("number", lambda _, values: values.astype(np.float64) + 1.0, 80),
    "variance x 4": ("number", lambda _, values: 2.0 * values.astype(np.float64), 150),
    "mean + 0.5 sd": ("number", lambda _, values: values.astype(np.float64) + 0.5, 1000),
    "20 % unseen": ("colour", _unseen, 150),
}
"""Drift -> the column, what becomes of its values, and the rows within which half of the alarms have to come."""


def measure(kept: Kept, runs: int) -> list[dict[str, Any]]:
    """Return a row for each drift and size of the baseline, of so many runs each."""
    cells = [(drift, baseline) for baseline in BASELINES for drift in DRIFTS]
    return [kept.get(f"delay {drift} {rows} {runs}", partial(_row, drift, rows, runs)) for drift, rows in cells]


def _row(drift: str, baseline: int, runs: int) -> dict[str, Any]:
    random = np.random.default_rng([len(drift), baseline])
    shown, closed, whole = zip(*(_run(drift, baseline, random) for _ in range(runs)), strict=True)
    return {
        "drift": drift,
        "baseline": baseline,
        "runs": runs,
        "median": float(np.median(shown)),
        "90 %": float(np.quantile(shown, 0.9)),
        "panes of 50": float(np.median(closed)),
        "no scan": float(np.median(whole)),
        "early": sum(rows <= 0 for rows in (*shown, *closed, *whole)),
    }


def _run(drift: str, baseline: int, random: np.random.Generator) -> tuple[float, float, float]:
    """Return the rows until an alarm of a drift that begins anywhere: in short panes, in full ones, and without a scan."""
    scanning = Streams.of(profile_of(_table(random, baseline), timed=True), WINDOW, SHORT_PANE)
    begin = WINDOW + int(random.integers(FULL_PANE))
    stream = _table(random, begin + LONGEST)
    column, changed, _ = DRIFTS[drift]
    stream[column] = np.concatenate([stream[column][:begin], changed(random, stream[column][begin:])])
    subjects = scanning, replace(scanning, pane=FULL_PANE), replace(without_scan(scanning), pane=FULL_PANE)
    shown, closed, whole = (_until(subject, stream, begin) for subject in subjects)
    return shown, closed, whole


def _table(random: np.random.Generator, rows: int) -> dict[str, Values]:
    columns = table(random, FEATURES - 2, rows)
    return columns | {"number": gaussian(random, rows), "colour": random.choice(COLOURS, rows)}


def _until(streams: Streams, stream: Mapping[str, Values], begin: int) -> float:
    found = np.flatnonzero(streams.evaluate(stream).alarms.any(axis=1))
    return float(WINDOW + streams.pane * found[0] - begin) if len(found) else np.inf


def broken(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what takes too long: the medians beside 10 000 rows, and one and a half times as long beside 1000."""
    return [
        f"{row['drift']} beside {row['baseline']} rows: {row['median']} rows, {bound:.0f} were promised"
        for row in rows
        if row["median"] > (bound := DRIFTS[row["drift"]][2] * (1.0 if row["baseline"] == BASELINES[0] else 1.5))
        or row["early"]
    ]
