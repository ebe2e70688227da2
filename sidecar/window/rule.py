"""How large the window is, and how large its panes are."""

from dataclasses import dataclass
from typing import Final

PANES: Final = 20
"""Panes in a full window."""

PANE_SECONDS: Final = 10.0
"""How long a pane waits for its rows."""


@dataclass(frozen=True, slots=True)
class WindowRule:
    """Which rows are compared with the baseline.

    Attributes
    ----------
    rows
        The window holds at least as many, once they have come.
    min_seconds
        The window spans at least as long: on a busy model a thousand rows may be a second's, and a second is not a sample.
    seconds
        Rows of this age leave, however few remain.

    Examples
    --------
    >>> WindowRule().pane_rows, WindowRule(rows=30).pane_rows, WindowRule(rows=3).pane_rows
    (50, 2, 1)
    """

    rows: int = 1000
    min_seconds: float = 0.0
    seconds: float = 3600.0

    @property
    def pane_rows(self) -> int:
        """Rows that close a pane: a twentieth of the window's, rounded up."""
        return -(-self.rows // PANES)

    @property
    def block_seconds(self) -> float:
        """How long panes are put together into one block: no longer than a twentieth of what the window spans at least."""
        return self.min_seconds / PANES
