"""Table 1: what is said of streams in which nothing drifts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np

from benchmarks.calibrate.columns import table
from benchmarks.calibrate.kept import Kept
from benchmarks.calibrate.streams import Evaluated, Flags, Streams, profile_of, without_scan

WINDOWS: Final = (50, 100, 200, 1000)
BASELINES: Final = (100, 1000, 10_000)
FEATURES: Final = (20, 100)
CLOSES: Final = 500
"""Evaluations of one baseline, before another is drawn."""

NUMBERS: Final = "psi > 0.2, numbers"
CATEGORIES: Final = "psi > 0.2, categories"


@dataclass(frozen=True, slots=True)
class Setting:
    """One cell of the table."""

    window: int
    baseline: int
    features: int

    @property
    def key(self) -> str:
        """Name the cell in the file of results."""
        return f"silence {self.window} {self.baseline} {self.features}"


def settings() -> Iterator[Setting]:
    """Yield all cells, the quickest first."""
    for features in FEATURES:
        for baseline in BASELINES:
            for window in WINDOWS:
                yield Setting(window, baseline, features)


def measure(kept: Kept, evaluations: int) -> list[dict[str, Any]]:
    """Return a row for each cell, of at least so many evaluations each."""
    return [kept.get(f"{each.key} {evaluations}", partial(_row, each, evaluations)) for each in settings()]


class Watched(NamedTuple):
    """One baseline's stream: judged by the window alone, and with the scan; and which of its columns are numbers."""

    whole: Evaluated
    scanned: Evaluated
    numeric: Flags


def _row(setting: Setting, evaluations: int) -> dict[str, Any]:
    random = np.random.default_rng([setting.window, setting.baseline, setting.features])
    done: list[Watched] = []
    while sum(len(each.whole.alarms) for each in done) < evaluations:
        done.append(_baseline(setting, random))
    return {
        "window": setting.window,
        "baseline": setting.baseline,
        "features": setting.features,
        "evaluations": sum(len(each.whole.alarms) for each in done),
        "alarms": _any(each.whole.alarms for each in done),
        "alarms, scan": _any(each.scanned.alarms for each in done),
        "insufficient": _any(each.whole.insufficient for each in done),
        NUMBERS: _any(each.whole.naive[:, each.numeric] for each in done),
        CATEGORIES: _any(each.whole.naive[:, ~each.numeric] for each in done),
    }


def _baseline(setting: Setting, random: np.random.Generator) -> Watched:
    scanning = Streams.of(profile_of(table(random, setting.features, setting.baseline), timed=True), setting.window)
    stream = table(random, setting.features, setting.window + CLOSES * -(-setting.window // 20))
    return Watched(without_scan(scanning).evaluate(stream), scanning.evaluate(stream), scanning.rule.layout.numeric)


def _any(flags: Iterable[Flags]) -> int:
    """Count the evaluations in which a flag is up for any feature."""
    return int(sum(np.count_nonzero(each.any(axis=1)) for each in flags))


def shown(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows for people: shares in per cent where they are not to be 0."""
    return [
        row | {name: f"{100 * row[name] / row['evaluations']:.1f} %" for name in ("insufficient", NUMBERS, CATEGORIES)}
        for row in rows
    ]


def broken(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Return what does not hold: no alarm at all, and at most one evaluation in a hundred without a word."""
    faults = [f"{row['alarms']} alarms without drift in {row}" for row in rows if row["alarms"] or row["alarms, scan"]]
    for row in rows:
        large = row["window"] >= 1000 and row["baseline"] >= 10_000
        if large and row["insufficient"] > 0.01 * row["evaluations"]:
            faults.append(f"insufficient_data in {row['insufficient']} of {row['evaluations']} evaluations")
    return faults
