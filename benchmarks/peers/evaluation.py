"""Time one full evaluation of a hundred features: after one more row, the report with every number, status and bin.

python -m benchmarks.peers.evaluation REPEATS

It prints the milliseconds of each repetition as a JSON object, by what the baseline knows: without times the window is judged
as a whole, with them its newest parts too. One core is used, whatever the machine has.
"""

import json
import os
import sys
from time import perf_counter

import numpy as np

from benchmarks.calibrate.columns import table
from benchmarks.calibrate.streams import profile_of
from sidecar.columns import Columns
from sidecar.drift_detector import DriftDetector

FEATURES = 100
BASELINE = 10_000
WINDOW = 1000


def evaluations(repeats: int, *, timed: bool) -> list[float]:
    """Return the milliseconds of some evaluations."""
    random = np.random.default_rng(1)
    detector = DriftDetector(profile_of(table(random, FEATURES, BASELINE), timed=timed))
    stream = table(random, FEATURES, WINDOW + repeats)
    for row in range(0, WINDOW, 50):
        detector.observe(Columns(50, {name: cells[row : row + 50] for name, cells in stream.items()}), at=float(row))
    milliseconds = []
    for row in range(WINDOW, WINDOW + repeats):
        one = Columns(1, {name: [cells[row].item()] for name, cells in stream.items()})
        detector.observe(one, at=float(row))
        began = perf_counter()
        detector.report(float(row))
        milliseconds.append(1000 * (perf_counter() - began))
    return milliseconds


def main(repeats: str) -> None:
    """Print the times of both."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    times = {name: evaluations(int(repeats), timed=timed) for name, timed in (("window alone", False), ("with the scan", True))}
    json.dump(times, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
