"""Time the sidecar: from rows in memory to a report with every score.

python -m benchmarks.peers.ours sidecar ROWS REPEATS
"""

import json
import sys
from time import perf_counter

from benchmarks.peers.tables import BASELINE, table
from sidecar.baseline import profile_of_columns
from sidecar.columns import Columns, slices
from sidecar.drift_detector import DriftDetector
from sidecar.window import WindowRule

CELLS = 1 << 21
"""Cells that are counted at once: nobody else waits for the processor here, as traffic would."""


def main(_name: str, rows: str, repeats: str) -> None:
    """Print the seconds of each repetition, as a JSON list."""
    profile, window = profile_of_columns(table(BASELINE, 1)), table(int(rows), 2)
    detector = DriftDetector(profile, window=WindowRule(rows=20 * int(rows)))
    seconds = []
    for version in map(str, range(int(repeats) + 1)):  # each model version has a window of its own
        began = perf_counter()
        for piece in slices(Columns(int(rows), window), CELLS):
            detector.observe(piece, at=0.0, model_version=version)
        scores = detector.report(0.0, model_version=version).to_dict()["features"]
        seconds.append(perf_counter() - began)
        assert all(feature["score"] is not None for feature in scores.values())  # noqa: S101 - nothing was left out
    json.dump(seconds[1:], sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
