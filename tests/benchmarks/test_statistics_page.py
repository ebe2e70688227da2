"""docs/statistics.md holds what was measured, in tables that the measurements write themselves."""

import re
from pathlib import Path
from typing import Any

import pytest

from benchmarks import statistics_page
from benchmarks.calibrate import delay, replay, silence
from benchmarks.peers.__main__ import EVALUATION, OURS, PEERS, PROMISED, WINDOWS, ratio

TABLES = ("silence", "others", "delay", "flights", "faults", "replay", "speed", "evaluation")
SILENT = {"window": 50, "baseline": 100, "evaluations": 10, "alarms": 0, "alarms, scan": 0, "insufficient": 10}
CALIBRATION: dict[str, list[dict[str, Any]]] = {
    "silence": [SILENT | {"features": each, silence.NUMBERS: 9, silence.CATEGORIES: 10} for each in (20, 100)],
    "peers": [
        {"window": 50, "baseline": 100, "windows": 10, "evidently any": "8 %", "evidently dataset": "0 %", "nannyml any": None}
    ],
    "delay": [
        {"drift": "m", "baseline": 1, "runs": 2, "median": 68.5, "90 %": 9.0, "panes of 50": 9.0, "no scan": 9.0, "early": 0}
    ],
    "flights": [
        {"stream": "as it was, with times", "evaluations": 10, "in alarm": 0, "psi > 0.2": 5},
        {"stream": "distance x 1.2", "starts": 50, "median": 55.0, "90 %": 80.0, "not found": 0},
    ],
    "replay": [{"baseline": 1000, "window": 200, "windows": 2} | dict.fromkeys(replay.COLUMNS, 0)],
}
SPEED: dict[str, dict[str, Any]] = {
    "times": {f"{tool} {rows}": [0.002, 0.004, 0.006] for tool in PEERS for rows in WINDOWS}
    | {f"{OURS} {rows}": [0.001] * 3 * len(PEERS) for rows in WINDOWS},
    "evaluation": {"window alone": 1.5, "with the scan": 2.5},
}


def on_the_page(root: Path, name: str) -> list[dict[str, str]]:
    """Return the rows of a table of the page."""
    page = (root / statistics_page.PAGE).read_text(encoding="utf-8")
    text = page.partition(f"<!-- table: {name} -->")[2].partition(statistics_page.END)[0].strip().splitlines()
    head, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text]
    return [dict(zip(head, row, strict=True)) for row in rows]


def number(cell: str) -> float:
    """Return the number that a cell begins with."""
    return float(re.match(r"[\d ]*\.?\d+", cell)[0].replace(" ", ""))  # type: ignore[index]


def test_every_table_has_its_place(root: Path) -> None:
    """All tables are written where the page has marks for them, once however often, and nothing else changes."""
    page = (root / statistics_page.PAGE).read_text(encoding="utf-8")
    made = statistics_page.tables(CALIBRATION, SPEED)
    once = statistics_page.filled(page, made)
    assert set(made) == set(TABLES)
    assert set(re.findall(r"<!-- table: (\w+) -->", page)) == set(TABLES)
    assert statistics_page.filled(once, made) == once
    assert "| m | 1 | 2 | 68.5 |" in once
    assert "| 1 | 2 | 3 |" not in re.sub(r"<!-- table.*?<!-- end -->", "", once, flags=re.DOTALL)
    with pytest.raises(ValueError, match="no place for the table 'speed'"):
        statistics_page.filled("", {"speed": made["speed"]})


def test_what_was_not_measured_stays(root: Path) -> None:
    """A run of some tables leaves the others as they are."""
    page = (root / statistics_page.PAGE).read_text(encoding="utf-8")
    only = statistics_page.tables({"delay": CALIBRATION["delay"]}, {})
    assert set(only) == {"delay"}
    assert statistics_page.filled(page, {}) == page


def test_the_page_says_that_nothing_alarmed_without_drift(root: Path) -> None:
    """The measured evaluations are more than 200 000, and none is an alarm; training rows that come again are none either."""
    rows = on_the_page(root, "silence")
    assert len(rows) == len(silence.WINDOWS) * len(silence.BASELINES)
    assert sum(number(row["evaluations"]) for row in rows) >= 200_000
    assert {row["alarms"] for row in rows} == {"0"}
    assert {row[name] for row in on_the_page(root, "replay") for name in replay.COLUMNS} == {"0"}


def test_the_page_says_that_drift_is_found_in_time(root: Path) -> None:
    """The measured medians are what was promised, beside large baselines and small ones."""
    rows = on_the_page(root, "delay")
    assert {row["drift"] for row in rows} == set(delay.DRIFTS)
    found = [
        {"drift": row["drift"], "baseline": int(number(row["baseline"])), "median": number(row["median"]), "early": 0}
        for row in rows
    ]
    assert delay.broken(found) == []
    assert all(number(row["median"]) <= 300 for row in on_the_page(root, "faults"))


def test_the_page_says_how_much_faster_it_is(root: Path) -> None:
    """The measured ratios are what was promised."""
    for row in on_the_page(root, "speed")[1:]:
        assert all(number(cell) > PROMISED[row["tool"]] for name, cell in row.items() if name.startswith("times ours"))
    assert all(number(row["ms"]) <= EVALUATION for row in on_the_page(root, "evaluation")[:2])


def test_a_tool_is_compared_with_our_run_just_before_it() -> None:
    """What the machine did in the meantime is in both, and the median over rounds is shown."""
    ours = [0.001, 0.002, 0.003, 0.004, 0.005, 0.006, 0.007, 0.008]
    times = {(OURS, 1000): ours, (PEERS[1], 1000): [0.02, 0.12]}
    assert ratio(times, PEERS[1], 1000) == pytest.approx((10 + 20) / 2)
    assert ratio(times, OURS, 1000) == 1
