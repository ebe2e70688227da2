"""Phi of a window: how many of its rows count as one, learned from blocks of the baseline that were as long.

The profile holds phi for blocks of a ladder of lengths, in seconds. What belongs to a length is not phi itself, which grows
with the rows that happen to be in a block, but what each row adds to it (`sidecar.score.excess`). That is interpolated in the
logarithm of the length, and held beyond both ends of the ladder; the window's own rows then make it phi again.

The length of a part of the window is that of its share of the window's rows: traffic has nights, and the seconds between
the first and the last of a few rows say more of those than of the rows.
"""

import numpy as np
from numpy.typing import ArrayLike

from sidecar.histogram import Layout
from sidecar.score import excess
from sidecar.score.shares import Floats


class OverDispersion:
    """The over-dispersion that a baseline expects of windows.

    Parameters
    ----------
    layout
        The baseline.

    Attributes
    ----------
    known
        Whether anything was learned; phi is 1 otherwise.
    """

    def __init__(self, layout: Layout) -> None:
        table = layout.profile.dispersion
        self.known = table is not None
        if table is not None:
            self._log_spans = np.log(table.spans)
            self._pace = table.seconds / layout.profile.rows
            names = layout.names
            self._excess = excess([table.phi[name] for name in names], [table.rows[name] for name in names]).T

    def phi(self, effective_rows: Floats, rows: ArrayLike, pace: float | None = None) -> Floats:
        """Return phi of windows, ``(..., F)``, by their effective rows, and their rows ``(...)`` that took `pace` seconds each.

        Where nobody knows the pace, rows are taken to come as fast as the baseline's did.
        """
        if not self.known:
            return np.ones(effective_rows.shape)
        seconds = np.multiply(rows, pace or self._pace)
        phi: Floats = 1 + effective_rows * self._interpolated(np.log(np.maximum(seconds, 1e-9)))
        return phi

    def _interpolated(self, log_seconds: Floats) -> Floats:
        """Return the excess at lengths, ``(..., F)``."""
        last = len(self._log_spans) - 1
        above = np.clip(np.searchsorted(self._log_spans, log_seconds), min(1, last), last)
        below = np.maximum(above - 1, 0)
        low, high = self._log_spans[below], self._log_spans[above]
        weight = np.clip((log_seconds - low) / np.maximum(high - low, 1e-9), 0.0, 1.0)[..., np.newaxis]
        between: Floats = (1 - weight) * self._excess[below] + weight * self._excess[above]
        return between
