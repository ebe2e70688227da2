"""``python -m benchmarks.calibrate``: make the tables, print them, keep them, and say whether the rule's promises hold."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.calibrate import delay, flights, peers, replay, silence
from benchmarks.calibrate.kept import Kept
from benchmarks.peers.__main__ import PEERS_PYTHON
from benchmarks.report import table


@dataclass(frozen=True, slots=True)
class Effort:
    """How much of each table.

    Attributes
    ----------
    evaluations
        Of each of the 24 cells of table 1.
    runs
        Of each drift in table 2.
    windows
        Shown to the peers, of each cell of table 3; none without their environment.
    starts
        Moments of the year at which each fault begins, in table 4.
    replays
        Windows of training rows, of each cell of table 5.
    """

    evaluations: int
    runs: int
    windows: int
    starts: int
    replays: int


FULL: Final = Effort(evaluations=8500, runs=200, windows=10, starts=50, replays=100)
SHORT: Final = Effort(evaluations=100, runs=8, windows=0, starts=0, replays=2)
TABLES: Final = ("silence", "delay", "peers", "flights", "replay")


def tables(effort: Effort, kept: Kept, only: Sequence[str], python: Path) -> tuple[dict[str, Any], list[str]]:
    """Make the tables that are wanted, print them, and return them with what does not hold."""
    made: dict[str, Any] = {}
    faults: list[str] = []
    if "silence" in only:
        made["silence"] = silence.measure(kept, effort.evaluations)
        faults += silence.broken(made["silence"])
        print(table("1. evaluations without drift, with alarms among them", silence.shown(made["silence"])), flush=True)
    if "delay" in only:
        made["delay"] = delay.measure(kept, effort.runs)
        faults += delay.broken(made["delay"]) if effort.runs >= FULL.runs else []
        print(table("\n2. rows until the alarm, one of 20 columns drifts, window of 1000 rows", made["delay"]), flush=True)
    if "peers" in only and effort.windows:
        made["peers"] = peers.measure(kept, python, effort.windows)
        print(table("\n3. windows without drift that other tools call drifted", made["peers"]), flush=True)
    if "flights" in only and effort.starts:
        made["flights"] = flights.measure(kept, python, effort.starts)
        faults += flights.broken(made["flights"])
        calm, found = ([row for row in made["flights"] if (name in row)] for name in ("evaluations", "starts"))
        print(table("\n4. a year of flights in order", calm))
        print(table("\n   flights until a fault is found", found), flush=True)
    if "replay" in only:
        made["replay"] = replay.measure(kept, effort.replays)
        faults += replay.broken(made["replay"])
        print(table("\n5. windows of training rows, with alarms among them", made["replay"]), flush=True)
    return made, faults


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the tables and judge them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.calibrate", description="Calibrate the drift rule.")
    parser.add_argument("only", nargs="*", metavar="TABLE", help=f"tables to make: {', '.join(TABLES)}; all by default")
    parser.add_argument("--short", action="store_true", help="a little of tables 1, 2 and 5, within a minute")
    parser.add_argument("--fresh", action="store_true", help="forget what was kept of an earlier run")
    parser.add_argument("--python", type=Path, default=PEERS_PYTHON, help="the Python that has the peers and the flights")
    options = parser.parse_args(arguments)
    if strangers := sorted({*options.only} - {*TABLES}):
        parser.error(f"no table is called {', '.join(strangers)}")
    effort, name = (SHORT, "short") if options.short else (FULL, "full")
    made, faults = tables(effort, Kept(name, fresh=options.fresh), options.only or TABLES, options.python)
    out = Path("build/calibration-short.json" if options.short else "build/calibration.json")
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(made, indent=1))
    print("\n".join(["", *(faults or ["every promise holds"])]))
    return int(bool(faults))


if __name__ == "__main__":
    raise SystemExit(main())
