"""The quality issues of the rows of one call, as its answer lists them."""

from typing import TypedDict

import numpy as np

from sidecar.drift_detector import Observation
from sidecar.reasons import Issue

MAX_ISSUES = 100
"""Issues that one answer names at most: a row of garbage is not answered with more garbage."""

_LONGEST_NAME = 128


class QualityIssue(TypedDict):
    """One oddity of a row that was accepted all the same."""

    feature: str
    issue: str


class RowIssues:
    """What was odd about the rows of one call; the same oddity of several rows is named once."""

    __slots__ = ("_found",)

    def __init__(self) -> None:
        self._found: dict[tuple[str, Issue], None] = {}

    def note(self, feature: str, issue: Issue) -> None:
        """Add an issue, unless it is known or there are too many."""
        if len(self._found) < MAX_ISSUES:
            self._found[feature, issue] = None

    def to_list(self) -> list[QualityIssue]:
        """Return the issues as they are answered: names in bounded length, and as something that can be encoded."""
        return [
            {"feature": feature[:_LONGEST_NAME].encode("utf-8", "replace").decode(), "issue": issue.value}
            for feature, issue in self._found
        ]


def note_issues(observation: Observation, owners: list[RowIssues]) -> None:
    """Note the issues of each row of `observation` with its owner."""
    encoded = observation.encoded
    if encoded is None:
        return
    odd = encoded.issues.any(axis=0) | (encoded.unknown > 0)
    for row in np.flatnonzero(odd).tolist():
        for feature, issue in observation.issues(row):
            owners[row].note(feature, issue)
