"""Table 3: what other tools say, by their defaults, of windows in which nothing drifts.

They are called in their own environment (`benchmarks.peers.theirs`), each window with a baseline of its own. `any` counts
the windows in which a column is called drifted; `dataset` those in which evidently calls the data drifted, by half of its
columns.
"""

import json
import subprocess
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from benchmarks.calibrate.kept import Kept
from benchmarks.calibrate.silence import BASELINES, WINDOWS

FEATURES: Final = 20
DATASET: Final = 0.5


def measure(kept: Kept, python: Path, count: int) -> list[dict[str, Any]]:
    """Return a row for each size of window and baseline, of so many windows each."""
    cells = [(window, baseline) for baseline in BASELINES for window in WINDOWS]
    return [kept.get(f"peers {window} {rows} {count}", partial(_row, python, window, rows, count)) for window, rows in cells]


def _row(python: Path, window: int, baseline: int, count: int) -> dict[str, Any]:
    command = [str(python), "-m", "benchmarks.peers.theirs", "alarms", str(window), str(baseline), str(count)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=3600)
    found = json.loads(done.stdout.splitlines()[-1])
    return {
        "window": window,
        "baseline": baseline,
        "windows": count,
        "evidently any": _share(found["evidently"], 1),
        "evidently dataset": _share(found["evidently"], DATASET * FEATURES),
        "nannyml any": _share(found["nannyml"], 1),
    }


def _share(drifted: Sequence[int] | None, least: float) -> str | None:
    """Return the share of windows with so many drifted columns at least."""
    return None if drifted is None else f"{100 * sum(columns >= least for columns in drifted) / len(drifted):.0f} %"
