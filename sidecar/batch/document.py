"""A report as JSON values, with the rates that its counts are."""

from typing import Any

from sidecar.verdict import Report

Rates = dict[str, dict[str, float]]


def document(report: Report) -> dict[str, Any]:
    """Return the report with ``quality_rates`` beside ``quality``."""
    return report.to_dict() | {"quality_rates": rates(report)}


def rates(report: Report) -> Rates:
    """Return the share of the rows that each issue of each feature has.

    A rate is of all rows of the window, those in which the feature is absent among them, so that one number is comparable
    with another.
    """
    rows = report.window.rows
    return {name: {issue: count / rows for issue, count in issues.items()} for name, issues in report.quality.items()}
