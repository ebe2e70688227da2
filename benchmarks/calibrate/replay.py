"""Table 5: the training rows, sent again.

People try a monitor with the data that they have, and customers come again. What the baseline holds once is then no new value,
though it promises new ones: rows like these are no drift, and the rule has to know.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

import numpy as np

from benchmarks.calibrate.columns import Values, zipf
from benchmarks.calibrate.kept import Kept
from sidecar.baseline import profile_of_columns
from sidecar.columns import Columns
from sidecar.drift_detector import DriftDetector

COLUMNS: Final = ("identifier", "customer", "long tail")
BASELINES: Final = (1000, 10_000)
WINDOWS: Final = (200, 1000)
FAR: Final = 0.2


def training(random: np.random.Generator, rows: int) -> dict[str, Values]:
    """Return columns of which many values occur once: all of them, a third of them, and the tail of Zipf's law."""
    identifiers = np.char.add("id ", np.arange(rows).astype(np.str_))
    return dict(zip(COLUMNS, (identifiers, random.choice(identifiers, rows), zipf(random, rows)), strict=True))


def measure(kept: Kept, count: int) -> list[dict[str, Any]]:
    """Return a row for each size of baseline and window, of so many windows each."""
    cells = [(baseline, window) for baseline in BASELINES for window in WINDOWS]
    return [kept.get(f"replay {rows} {window} {count}", partial(_row, rows, window, count)) for rows, window in cells]


def _row(baseline: int, window: int, count: int) -> dict[str, Any]:
    random = np.random.default_rng([baseline, window])
    alarms, far = dict.fromkeys(COLUMNS, 0), 0
    for _ in range(count):
        columns = training(random, baseline)
        chosen = random.permutation(baseline)[:window]
        report = DriftDetector(profile_of_columns(columns)).batch(
            [Columns(len(chosen), {name: cells[chosen] for name, cells in columns.items()})]
        )
        for name, feature in report.features.items():
            alarms[name] += feature.status.alarming
        far += (report.drift_score or 0.0) > FAR
    return {"baseline": baseline, "window": window, "windows": count, "score > 0.2": far} | alarms


def broken(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what does not hold: training rows are no drift."""
    return [
        f"{row[name]} alarms of {name} when training rows come again: {row}" for row in rows for name in COLUMNS if row[name]
    ]
