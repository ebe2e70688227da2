"""Hysteresis: an alarm comes at once and goes slowly.

A score that stands exactly at its threshold crosses it again and again by chance, and every crossing would be an alert: 62
in 1000 evaluations. A feature is therefore held at the step that it has reached, and falls by one step when its score has
been below 0.8 of that step's threshold at three pane closes in a row; then the count begins anew. That leaves 7.

Losing the evidence, as a window does that shrinks overnight, clears nothing: it takes a low score to say that drift is over.
"""

from typing import Final

import numpy as np

from sidecar.score.shares import Bools, Floats
from sidecar.verdict.rule import CRITICAL, WARNING, Ranks
from sidecar.verdict.thresholds import Limits

CLEARING_SHARE: Final = 0.8
"""Part of a step's threshold that the score must stay below."""

CLEARING_CLOSES: Final = 3
"""Pane closes in a row at which it must."""

_NONE: Final = np.int8(0)


class Hold:
    """The step that each feature is held at.

    Attributes
    ----------
    rank
        ``int8 (F,)``: the rank of warning or critical, 0 where a feature is not held.

    Examples
    --------
    One feature, thresholds 0.2 and 0.5: critical for one close, then low. It takes three closes to warning, three more to
    nothing.

    >>> hold, limits, rows = Hold(1), Limits(np.array([0.2]), np.array([0.5])), np.array([1000.0])
    >>> hold.close(np.array([CRITICAL]), np.array([0.6]), rows, limits)
    >>> [hold.close(np.array([0]), np.array([0.1]), rows, limits) or int(hold.rank[0]) for _ in range(6)]
    [3, 3, 2, 2, 2, 0]
    """

    def __init__(self, features: int) -> None:
        self.rank: Ranks = np.zeros(features, dtype=np.int8)
        self._low = np.zeros(features, dtype=np.int8)

    def close(self, fresh: Ranks, score: Floats, rows: Floats, limits: Limits) -> None:
        """Take a pane close into account: the fresh ranks, and the scores and rows that they come from.

        A feature that the window has no rows of is let go: what it was held for has left. One that has rows and no score (a
        distance, of values that are all missing) is not: nothing says that its drift is over.
        """
        threshold = np.where(self.rank == CRITICAL, limits.critical, limits.warning)
        # What a suffix has found may not show in the whole window's score yet, and must not be cleared by it.
        low = (score < CLEARING_SHARE * threshold) & (fresh < self.rank)
        self._low = np.where(low, self._low + 1, 0).astype(np.int8)
        falls = (self.rank > 0) & (self._low >= CLEARING_CLOSES)
        held = np.where(falls, _below(self.rank), self.rank)
        rises = (fresh >= WARNING) & (fresh > held)
        self._low[falls | rises | (self.rank == 0)] = 0
        self.rank = np.where(rises, fresh, held).astype(np.int8)
        self._let_go(rows == 0)

    def reset(self) -> None:
        """Let every feature go."""
        self._let_go(np.ones(len(self.rank), dtype=np.bool_))

    def _let_go(self, features: Bools) -> None:
        self.rank[features] = _NONE
        self._low[features] = 0


def _below(rank: Ranks) -> Ranks:
    """Return the next lower step."""
    return np.where(rank == CRITICAL, WARNING, _NONE)
