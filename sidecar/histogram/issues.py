"""Quality issues as bits, so that what is odd about a cell travels beside its code in two bytes."""

from collections.abc import Iterator
from typing import Final

from sidecar.reasons import Issue

ISSUES: Final = tuple(Issue)
"""The order of the bits, and of the columns of `Counts.issues`."""

BIT: Final = {issue: 1 << position for position, issue in enumerate(ISSUES)}
"""The bit of each issue."""


def issues_in(mask: int) -> Iterator[Issue]:
    """Yield the issues whose bits are set.

    Examples
    --------
    >>> [str(issue) for issue in issues_in(BIT[Issue.MISSING] | BIT[Issue.WRONG_TYPE])]
    ['missing', 'wrong_type']
    """
    return (issue for issue in ISSUES if mask & BIT[issue])
