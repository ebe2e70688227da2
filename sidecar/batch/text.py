"""The report for a terminal: what to do about it first, then every feature in one line."""

from collections.abc import Iterator

from sidecar.batch.words import named, number, oddities, plain, ranked, share, verdict
from sidecar.reasons import Status
from sidecar.verdict import FeatureReport, Report

CHANGES = 3
"""Bins that are named for a feature in alarm."""


def text(report: Report, source: str) -> str:
    """Return the report for people."""
    return "\n".join(_lines(report, source))


def _lines(report: Report, source: str) -> Iterator[str]:
    baseline = "no baseline" if report.baseline is None else f"{report.baseline['rows']} baseline rows"
    yield f"{source}: {report.window.rows} rows against {baseline}"
    yield f"{report.status.value}{_why(report)}"
    for name in report.alarms:
        feature = report.features[name]
        yield f"\n{plain(name)} is {feature.status.value}: {feature.method} {number(feature.score)}, above {_passed(feature)}"
        yield from (f"    {change}" for change in _changes(feature))
    if report.features:
        yield ""
        yield from _table(report)
    issues = [*oddities(report)]
    if issues or report.window.unknown:
        yield "\ndata quality, shares of all rows:"
        yield from (f"    {plain(name)}: {found}" for name, found in issues)
    if report.window.unknown:
        yield f"    {share(report.window.unknown, report.window.rows)} of the rows have columns that the baseline does not have"


def _why(report: Report) -> str:
    if report.alarms:
        drifted = f"{len(report.alarms)} of {len(report.features)} features drifted"
        return f": {drifted}, the largest score is {number(report.drift_score)}"
    return "" if report.reason is None else f": {report.reason.value}"


def _passed(feature: FeatureReport) -> str:
    return number(feature.thresholds["critical" if feature.status is Status.CRITICAL else "warning"])


def _changes(feature: FeatureReport) -> Iterator[str]:
    """Say where the shares differ most."""
    bins = named(feature.bins or ())
    before, after = (max(sum(each[side] for each in bins), 1) for side in ("baseline", "window"))
    changed = sorted(bins, key=lambda each: -abs(each["window"] / after - each["baseline"] / before))
    for each in changed[:CHANGES]:
        yield f"{each['name']}: {share(each['baseline'], before)} -> {share(each['window'], after)}"


def _table(report: Report) -> Iterator[str]:
    rows = [("feature", "kind", "method", "score", "psi", "missing", "status")]
    rows += [
        (
            plain(name),
            feature.kind,
            feature.method,
            number(feature.score),
            number(feature.psi),
            share(feature.missing, feature.rows),
            verdict(feature),
        )
        for name, feature in ranked(report)
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
