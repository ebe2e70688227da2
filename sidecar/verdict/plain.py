"""The plain numbers of every feature, for the report: what a person, or another tool, would compute from the same counts.

They are worked out when somebody reads a report, not at pane closes: no status depends on them.
"""

from typing import NamedTuple

import numpy as np

from sidecar.histogram import FIRST, Counts, Layout
from sidecar.score import chi_square_test, js, kl, ks, psi, wasserstein
from sidecar.score.shares import Floats


class PlainNumbers(NamedTuple):
    """One ``float64 (F,)`` each; nan where a feature has no such number."""

    psi: Floats
    kl: Floats
    js: Floats
    statistic: Floats
    dof: Floats
    p_value: Floats
    ks: Floats
    wasserstein: Floats


class PlainComparison:
    """Compares windows with the baseline of a layout.

    Divergences and the chi-square test are those of the score bins; KS and Wasserstein those of the fine ones, for numeric
    features, and by their finite values alone. Sums, and here edges too, are in units from a feature's origin, where the
    digits of a timestamp are not lost to its epoch.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._numeric = np.flatnonzero(layout.numeric)
        self._unit = layout.unit[self._numeric]
        # A unit is a power of two, so scaling both sides first loses nothing, and does not overflow as a difference may.
        edges = layout.fine_edges[self._numeric, FIRST:] / self._unit[:, np.newaxis]
        self._edges = edges - (layout.origin[self._numeric] / self._unit)[:, np.newaxis]
        self._baseline = layout.fine_counts[self._numeric, FIRST:]
        self._baseline_sums = layout.fine_sums[self._numeric, FIRST:]

    def numbers(self, counts: Counts) -> PlainNumbers:
        """Return the plain numbers of a window."""
        window, baseline = self._layout.to_score(counts.fine), self._layout.score_counts
        divergences = (statistic(window, baseline) for statistic in (psi, kl, js))
        return PlainNumbers._make((*divergences, *chi_square_test(window, baseline), *self._distances(counts)))

    def _distances(self, counts: Counts) -> Floats:
        """Return KS and Wasserstein, ``float64 (2, F)``."""
        window, sums = counts.fine[self._numeric, FIRST:], counts.sums[self._numeric, FIRST:]
        distances = np.full((2, len(self._layout.names)), np.nan)
        distances[0, self._numeric] = ks(window, self._baseline)
        units = wasserstein(window, self._baseline, sums, self._baseline_sums, self._edges)
        distances[1, self._numeric] = units * self._unit
        return distances
