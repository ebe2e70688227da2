"""Which rows are judged, and when.

The window holds the newest rows as counts. They come in panes, because counts can be added and taken away but not aged: a
row leaves together with the rows that came with it. A pane's close is also the only moment at which a status changes, so
the history of statuses depends on the rows and their times alone, not on who read the state in between, nor on how rows were
cut into batches on their way.

Glossary
--------
pane
    Rows that came one after the other: a twentieth of the window's rows, or 10 seconds, whichever is full first.
close
    The end of a pane, when it is judged (`Closed`).
block
    What leaves the window at once: a pane, or on a busy model with `min_seconds` as many as fit in a twentieth of it.
window
    The newest blocks that hold `rows` and span `min_seconds` at least, none older than `seconds` (`WindowRule`).
suffix
    The newest part of the window: 0.7 of it, half, and so on down to twenty rows (`Sight`).
"""

from sidecar.window.block import Block, Full, Sparse
from sidecar.window.recent import RECENT, Recent
from sidecar.window.rule import PANE_SECONDS, PANES, WindowRule
from sidecar.window.sight import SHORTEST, Sight, suffix_rows
from sidecar.window.totals import Totals
from sidecar.window.window import Closed, Emptied, Event, Window

__all__ = [
    "PANES",
    "PANE_SECONDS",
    "RECENT",
    "SHORTEST",
    "Block",
    "Closed",
    "Emptied",
    "Event",
    "Full",
    "Recent",
    "Sight",
    "Sparse",
    "Totals",
    "Window",
    "WindowRule",
    "suffix_rows",
]
