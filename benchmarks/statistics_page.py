"""The tables of docs/statistics.md, from what was measured: ``python -m benchmarks.statistics_page``, or ``make docs``.

``make calibrate`` leaves its results in ``build/calibration.json`` and ``make bench-peers`` in ``build/peers.json``. What is in
them is written into the page, between the marks of each table; a table that was not measured stays as it is.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

from benchmarks.calibrate.silence import CATEGORIES, NUMBERS
from benchmarks.peers.__main__ import OURS, PEERS, WINDOWS, ratio
from benchmarks.report import Cell, shown

PAGE: Final = Path("docs/statistics.md")
BUILD: Final = Path("build")
END: Final = "<!-- end -->"

Rows = Sequence[Mapping[str, Any]]
Table = Sequence[Mapping[str, Cell]]


def tables(calibration: Mapping[str, Rows], speed: Mapping[str, Mapping[str, Any]]) -> dict[str, Table]:
    """Return the tables of the page that were measured, by their marks."""
    made: dict[str, Table] = {}
    if "silence" in calibration:
        made["silence"] = _silence(calibration["silence"])
    if "peers" in calibration:
        made["others"] = [_other(row) for row in calibration["peers"]]
    if "delay" in calibration:
        made["delay"] = [_without(row, "early") for row in calibration["delay"]]
    if "flights" in calibration:
        made["flights"] = [_share_of_year(row) for row in calibration["flights"] if "evaluations" in row]
        made["faults"] = [row for row in calibration["flights"] if "starts" in row]
    if "replay" in calibration:
        made["replay"] = calibration["replay"]
    if speed:
        made["speed"] = [_speed(speed["times"], name) for name in (OURS, *PEERS)]
        made["evaluation"] = [{"one evaluation of 100 features": name, "ms": ms} for name, ms in speed["evaluation"].items()]
    return made


def _silence(rows: Rows) -> Table:
    """Put the cells of 20 and of 100 features beside each other."""
    few, many = ([row for row in rows if row["features"] == features] for features in (20, 100))
    return [
        {
            "baseline": one["baseline"],
            "window": one["window"],
            "evaluations": one["evaluations"] + other["evaluations"],
            "alarms": max(one["alarms"], one["alarms, scan"]) + max(other["alarms"], other["alarms, scan"]),
            "insufficient": _both(one, other, "insufficient"),
            "PSI, numbers": _both(one, other, NUMBERS),
            "PSI, categories": _both(one, other, CATEGORIES),
        }
        for one, other in zip(few, many, strict=True)
    ]


def _both(one: Mapping[str, Any], other: Mapping[str, Any], name: str) -> str:
    return " / ".join(_share(row[name], row["evaluations"]) for row in (one, other))


def _share(count: int, whole: int) -> str:
    """Return a share that shows a single case of thousands.

    >>> _share(1, 8517), _share(0, 8517), _share(8517, 8517), _share(2522, 8517)
    ('0.012 %', '0', '100 %', '29.6 %')
    """
    per_cent = 100 * count / whole
    return "0" if not count else f"{per_cent:.2g} %" if per_cent < 1 else f"{per_cent:.3g} %"


def _other(row: Mapping[str, Any]) -> Mapping[str, Cell]:
    order = ("baseline", "window", "windows", "evidently any", "evidently dataset", "nannyml any")
    return {name: "no answer" if row[name] is None else row[name] for name in order}


def _share_of_year(row: Mapping[str, Any]) -> Mapping[str, Cell]:
    return {**row, **{name: _share(row[name], row["evaluations"]) for name in ("in alarm", "psi > 0.2")}}


def _without(row: Mapping[str, Any], name: str) -> Mapping[str, Cell]:
    return {key: value for key, value in row.items() if key != name}


def _speed(times: Mapping[str, Sequence[float]], name: str) -> Mapping[str, Cell]:
    by_tool = {(tool, int(rows)): seconds for key, seconds in times.items() for tool, _, rows in [key.rpartition(" ")]}
    row: dict[str, Cell] = {"tool": name}
    for size in WINDOWS:
        row[f"{shown(size)} rows"] = f"{shown(1000 * median(by_tool[name, size]))} ms"
        row[f"times ours, {shown(size)}"] = ratio(by_tool, name, size)
    return row


def markdown(rows: Table) -> str:
    """Return rows as a Markdown table; the keys of the first are the headings.

    >>> print(markdown([{"drift": "mean", "rows": 68.5}, {"drift": "spread", "rows": None}]))
    | drift | rows |
    |---|---|
    | mean | 68.5 |
    | spread | - |
    """
    names = list(rows[0])
    lines = [names, *([shown(row.get(name)) for name in names] for row in rows)]
    head, *body = (f"| {' | '.join(line)} |" for line in lines)
    return "\n".join([head, "|" + "---|" * len(names), *body])


def filled(page: str, made: Mapping[str, Table]) -> str:
    r"""Return the page with the tables between their marks.

    >>> filled("<!-- table: a -->\n\nold\n\n<!-- end -->", {"a": [{"x": 1}]})
    '<!-- table: a -->\n\n| x |\n|---|\n| 1 |\n\n<!-- end -->'
    """
    for name, rows in made.items():
        head, mark, rest = page.partition(f"<!-- table: {name} -->\n")
        if not mark:
            raise ValueError(f"{PAGE} has no place for the table {name!r}")
        page = f"{head}{mark}\n{markdown(rows)}\n\n{END}{rest.partition(END)[2]}"
    return page


def _read(name: str) -> Any:
    file = BUILD / name
    return json.loads(file.read_text()) if file.exists() else {}


def main() -> None:
    """Write what was measured into the page."""
    made = tables(_read("calibration.json"), _read("peers.json"))
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), made), encoding="utf-8")
    print(f"{PAGE}: {', '.join(made) or 'nothing was measured here'}")


if __name__ == "__main__":
    main()
