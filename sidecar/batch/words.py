"""How numbers, bins and names are written for people."""

from collections.abc import Iterator, Mapping, Sequence
from math import inf
from typing import Any

from sidecar.histogram import ScoreBin
from sidecar.reasons import Insufficiency
from sidecar.verdict import FeatureReport, Report

REASONS: Mapping[Insufficiency, str] = {
    Insufficiency.NO_BASELINE: "there is no baseline",
    Insufficiency.NO_ROWS: "no rows carry it",
    Insufficiency.BASELINE_TOO_SMALL: "the baseline has too few rows",
    Insufficiency.TOO_FEW_ROWS: "too few rows to tell",
    Insufficiency.NO_EVIDENCE: "it may be chance",
}
LONGEST = 40


def number(value: float | None) -> str:
    """Write a figure.

    >>> number(0.23456), number(None), number(1234567.0)
    ('0.235', '-', '1.23e+06')
    """
    return "-" if value is None else f"{value:.3g}"


def share(count: int, rows: int) -> str:
    """Write a part of some rows.

    >>> share(1, 3), share(0, 3), share(1, 100_000)
    ('33.3 %', '0', '<0.1 %')
    """
    part = count / rows if rows else 0.0
    if not part:
        return "0"
    return "<0.1 %" if part < 0.001 else f"{part:.1%}".replace("%", " %")


def plain(text: str, longest: int = LONGEST) -> str:
    r"""Return a name that fits into a table and cannot command a terminal.

    >>> plain("a\x1b[31m"), plain("x" * 100, 8)
    ('a?[31m', 'xxxxx...')
    """
    printable = "".join(character if character.isprintable() else "?" for character in text)
    return printable if len(printable) <= longest else printable[: longest - 3] + "..."


def named(bins: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the bins of a feature's report with a "name" each.

    >>> ranges = [(None, 18.0), (18.0, 30.5), (30.5, 90.0), (90.0, 90.0), (90.0, None)]
    >>> [each["name"] for each in named([{"from": low, "to": high} for low, high in ranges])]
    ['<= 18', '18 .. 30.5', '30.5 .. <90', '= 90', '> 90']
    """
    followers = [*bins[1:], {}]
    return [{**each, "name": _score_bin(each, after).label} for each, after in zip(bins, followers, strict=True)]


def _score_bin(of: Mapping[str, Any], after: Mapping[str, Any]) -> ScoreBin:
    """Return a bin of a report, which ends before the one after it if that holds a single value."""
    if "label" in of:
        return ScoreBin(0, plain(of["label"]))
    low, high = of["from"], of["to"]
    below = high is not None and low != high == after.get("from") == after.get("to")
    return ScoreBin(0, None, -inf if low is None else low, inf if high is None else high, below)


def ranked(report: Report) -> Iterator[tuple[str, FeatureReport]]:
    """Yield the features, the gravest first, and among equals the largest score."""
    order = sorted(report.features.items(), key=lambda item: (-item[1].status.rank, -(item[1].score or 0.0)))
    yield from order


def verdict(feature: FeatureReport) -> str:
    """Return a status with what is lacking where something is."""
    return feature.status.value if feature.reason is None else f"{feature.status.value}: {REASONS[feature.reason]}"


def oddities(report: Report, most: int = 3) -> Iterator[tuple[str, str]]:
    """Yield for each feature its most frequent issues, the feature with the most first."""
    rows = report.window.rows
    for name, issues in sorted(report.quality.items(), key=lambda item: -max(item[1].values())):
        often = sorted(issues.items(), key=lambda item: -item[1])[:most]
        yield name, ", ".join(f"{issue} {share(count, rows)}" for issue, count in often)
