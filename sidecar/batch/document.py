"""A report as the JSON that leaves: from ``/monitor/drift``, ``/monitor/batch`` and ``analyze``, in the same words."""

from typing import Any, TypedDict

from sidecar.reasons import Issue
from sidecar.verdict import Report


class CountedIssue(TypedDict):
    """An oddity of some rows: how many of them have it, and which share of all rows they are."""

    feature: str
    issue: str
    rows: int
    rate: float


def document(report: Report) -> dict[str, Any]:
    """Return the report with its issues as a list."""
    return report.to_dict() | {"quality": issues_of(report)}


def issues_of(report: Report) -> list[CountedIssue]:
    """Return the issues of the rows, by feature; those of whole rows, unknown features among them, go without a name.

    A rate is of all rows, those in which the feature is absent among them, so that one is comparable with another.
    """
    counted = [(feature, issue, rows) for feature, issues in report.quality.items() for issue, rows in issues.items()]
    whole_rows = {Issue.UNKNOWN_FEATURE: report.window.unknown, Issue.STALE_TIMESTAMP: report.window.stale}
    counted += [("", issue.value, rows) for issue, rows in whole_rows.items() if rows]
    whole = report.window.rows
    return [{"feature": feature, "issue": issue, "rows": rows, "rate": rows / whole} for feature, issue, rows in counted]
