"""The window: rows go in, pane closes come out.

Time is an argument and moves in two ways only: rows arrive at a time (`Window.feed`), or it passes (`Window.advance`). Both
are generators of what happened in between, in order, and while one is suspended the window is in the state of the event that
it has just handed out. A pane's ten seconds end at their own time, even if nobody looks until later: a close that is noticed
late is dated, and judged, as if it had been noticed then.

Times are the wall clock's, which may be set back. Here it only stands still then, until the old time is reached.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sidecar.histogram import Binned, Counts, Encoded, Layout, tally
from sidecar.window.block import Block, Full, Sparse
from sidecar.window.newest import Newest, newest
from sidecar.window.recent import RECENT, Recent
from sidecar.window.rule import PANE_SECONDS, WindowRule
from sidecar.window.sight import Sight, suffix_rows
from sidecar.window.totals import Totals


@dataclass(frozen=True, slots=True)
class Closed:
    """A pane is complete: the moment to judge the window."""

    at: float


@dataclass(frozen=True, slots=True)
class Emptied:
    """The last rows have left by age."""

    at: float


Event = Closed | Emptied


class Window:
    """The newest rows, as counts.

    Parameters
    ----------
    rule
        How many rows, over how long.
    layout
        The bins that rows are counted in.
    totals
        Where every row is counted once more, for good.

    Attributes
    ----------
    counts
        Of all rows in the window, those of the open pane among them. Not to be changed.
    revision
        A number that is another one whenever the rows in the window are.
    """

    def __init__(self, rule: WindowRule, layout: Layout, totals: Totals) -> None:
        self.rule = rule
        self.counts = Counts.zero(layout)
        self.revision = 0
        self._layout = layout
        self._totals = totals
        self._sealed: deque[Block] = deque()
        # Suffixes are only looked at where it is known how blocks of rows vary.
        self._recent = Recent(layout, RECENT if layout.profile.dispersion else 0)
        self._block = Counts.zero(layout)
        self._block_started = 0.0
        self._pane_rows = 0
        self._pane_started = 0.0
        self._now = float("-inf")
        self._newest = 0.0

    def feed(self, encoded: Encoded, at: float) -> Iterator[Event]:
        """Count rows that arrived at a time, cut at the panes that they fill."""
        yield from self.advance(at)
        start = 0
        while start < encoded.rows:
            stop = min(start + self.rule.pane_rows - self._pane_rows, encoded.rows)
            self._recent.take(encoded, start, stop)
            self._take(tally(encoded, self._layout, start, stop))
            if self._pane_rows == self.rule.pane_rows:
                yield self._close(self._now)
            start = stop

    def advance(self, at: float) -> Iterator[Event]:
        """Let time pass: the open pane may close, the oldest block may leave."""
        at = max(at, self._now)
        while min(closes := self._closes_at(), leaves := self._leaves_at()) <= at:
            if closes <= leaves:
                yield self._close(closes)
            elif self._leave():
                yield Emptied(leaves)
        self._now = at

    @property
    def panes(self) -> int:
        """How many blocks the window consists of, the open one among them."""
        return len(self._sealed) + bool(self._block.rows)

    @property
    def started(self) -> float | None:
        """When the oldest row in the window came, to a block; None without rows."""
        return self._oldest() if self.counts.rows else None

    @property
    def seconds(self) -> float:
        """How long the window spans, from its oldest row to its newest."""
        return self._newest - self._oldest() if self.counts.rows else 0.0

    def sight(self, *, suffixes: bool = True, distances: bool = True) -> Sight:
        """Return what there is to see; suffixes row by row where they are short, else in blocks."""
        lengths = [*suffix_rows(self.counts.rows)] if suffixes and self._recent.rows else []
        pace = self.seconds / max(self.counts.rows - 1, 1) or None
        if not lengths:
            return Sight.of_whole(self.counts, self._layout, pace, distances=distances)
        short = [rows for rows in lengths if rows <= self._recent.rows]
        single = self._recent.in_bins(short, distances=distances)
        rows, blocks = self._in_blocks(lengths[len(short) :], distances=distances)
        parts = Binned._make(map(np.concatenate, zip(single, blocks, strict=True)))
        return Sight(pace, (*short, *rows), parts)

    def _in_blocks(self, lengths: list[int], *, distances: bool) -> tuple[list[int], Binned]:
        """Return the suffixes that are made of blocks, and the window: how many rows, and their bins."""
        sealed, rows = reversed(self._sealed), self.counts.rows
        suffixes = newest(self._block, sealed, lengths, sums=distances)
        whole = Newest(rows, self.counts.fine, self.counts.sums if distances else self.counts.sums[:, :0])
        seen = [*(suffix for suffix in suffixes if suffix.rows < rows), whole]
        fine, sums = np.stack([part.fine for part in seen]), np.stack([part.sums for part in seen])
        parts = Binned(self._layout.to_score(fine), fine if distances else fine[..., :0], sums)
        return [part.rows for part in seen], parts

    def _take(self, counts: Counts) -> None:
        if not self._block.rows:
            self._block_started = self._now
        if not self._pane_rows:
            self._pane_started = self._now
        self.counts.add(counts)
        self._block.add(counts)
        self._totals.add(counts)
        self._pane_rows += counts.rows
        self._newest = self._now
        self._trim()
        self.revision += 1

    def _trim(self) -> None:
        """Let the oldest blocks go that the window does without."""
        while self._sealed and self.counts.rows - self._sealed[0].rows >= self.rule.rows:
            rest = self._sealed[1].started if len(self._sealed) > 1 else self._block_started
            if self._newest - rest < self.rule.min_seconds:
                break
            self._sealed.popleft().leave(self.counts)

    def _closes_at(self) -> float:
        """When the open pane's time is over; never later than its block leaves."""
        if not self._pane_rows:
            return float("inf")
        return min(self._pane_started + PANE_SECONDS, self._block_started + self.rule.seconds)

    def _leaves_at(self) -> float:
        return self._oldest() + self.rule.seconds if self.counts.rows else float("inf")

    def _oldest(self) -> float:
        return self._sealed[0].started if self._sealed else self._block_started

    def _close(self, at: float) -> Closed:
        """End the pane, and its block if that has lasted long enough."""
        self._pane_rows = 0
        if at - self._block_started >= self.rule.block_seconds:
            self._seal()
        self.revision += 1
        return Closed(at)

    def _seal(self) -> None:
        full = self._block.rows >= self.rule.pane_rows
        self._sealed.append((Full if full else Sparse.of)(self._block_started, self._block))
        self._block = Counts.zero(self._layout)

    def _leave(self) -> bool:
        """Let the oldest block go, and tell whether it was the last one."""
        if not self._sealed:
            self._seal()
        self._sealed.popleft().leave(self.counts)
        self.revision += 1
        return not self.counts.rows
