"""The plain numbers of every feature, for the report: what a person, or another tool, would compute from the same counts.

They are worked out when somebody reads a report, not at pane closes: no status depends on them.
"""

from typing import NamedTuple

import numpy as np

from sidecar.histogram import Counts, Layout
from sidecar.score import chi_square_test, js, kl, psi
from sidecar.score.shares import Floats
from sidecar.verdict.distances import Distances, Fine, Integers


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
    features, and by their finite values alone.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._distances = Distances(layout, np.flatnonzero(layout.numeric))

    def numbers(self, counts: Counts, window: Integers) -> PlainNumbers:
        """Return the plain numbers of a window, by its counts and what they are in score bins, ``int64 (F, B)``."""
        baseline = self._layout.score_counts
        divergences = (statistic(window, baseline) for statistic in (psi, kl, js))
        return PlainNumbers._make((*divergences, *chi_square_test(window, baseline), *self._of_numbers(counts)))

    def _of_numbers(self, counts: Counts) -> Floats:
        """Return KS and Wasserstein, ``float64 (2, F)``."""
        fine, own = Fine(counts.fine, counts.sums), self._distances
        distances = np.full((2, len(self._layout.names)), np.nan)
        distances[0, own.features] = own.ks(counts.fine, counts.fine, fine)
        distances[1, own.features] = own.wasserstein(fine) * own.unit
        return distances
