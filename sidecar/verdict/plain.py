"""The plain numbers of every feature, for the report: what a person, or another tool, would compute from the same counts.

They are worked out when somebody reads a report, not at pane closes: no status depends on them.
"""

from typing import NamedTuple

import numpy as np

from sidecar.histogram import Binned, Counts, Layout
from sidecar.score import chi_square_test, divergences
from sidecar.score.shares import Floats
from sidecar.verdict.distances import Distances, Integers


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
        distances = self._of_numbers(Binned(window, counts.fine, counts.sums))
        return PlainNumbers(*divergences(window, baseline), *chi_square_test(window, baseline), *distances)

    def _of_numbers(self, window: Binned) -> Floats:
        """Return KS and Wasserstein, ``float64 (2, F)``."""
        own, distances = self._distances, np.full((2, len(self._layout.names)), np.nan)
        distances[:, own.features] = own.both(window)
        distances[1, own.features] *= own.unit
        return distances
