"""Score the features of one baseline: each by its method, all of a method at once.

A feature of numbers is scored by PSI and one of categories by the chi-square effect size, each on the score bins. Features
of a method are taken out of the common grid together, and without the columns that none of them uses: a hundred numeric
features have seventeen bins even where one categorical feature has fifty.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sidecar.histogram import Layout
from sidecar.score import chi_square_effect, degrees_of_freedom, effective_rows, less_bias, log_evidence, smoothed_psi
from sidecar.score.shares import Bools, Floats, over_bins

Integers = NDArray[np.int64]


class Method(StrEnum):
    """What a feature's score is."""

    PSI = "psi"
    CHI_SQUARE = "chi_square"


EFFECTS: Final = {Method.PSI: smoothed_psi, Method.CHI_SQUARE: chi_square_effect}
"""The effect size of each method; without drift, all are expected to be ``df / n_e``."""


class Scores(NamedTuple):
    """What the rule needs to know of the window, ``float64 (F,)`` each.

    Attributes
    ----------
    score
        Less its bias; nan where the window, or the baseline, has no rows of the feature.
    freedom
        Degrees of freedom.
    rows, baseline_rows
        Rows of the feature on either side.
    effective_rows
        Both together.
    """

    score: Floats
    freedom: Floats
    rows: Floats
    baseline_rows: Floats
    effective_rows: Floats


@dataclass(frozen=True, slots=True)
class _Group:
    """Features of one method: their rows in the grid, the columns that they use, and their baseline there."""

    method: Method
    features: Integers
    width: int
    baseline: Integers


class Scorer:
    """Scores windows against one baseline.

    Parameters
    ----------
    layout
        The baseline's bins and counts.

    Attributes
    ----------
    methods
        The method of each feature.
    """

    def __init__(self, layout: Layout) -> None:
        self.methods = [Method.PSI if numeric else Method.CHI_SQUARE for numeric in layout.numeric]
        groups = (_group(layout, method, self.methods) for method in Method)
        self._groups = [group for group in groups if len(group.features)]
        self._baseline = layout.evidence_counts
        self._baseline_rows = over_bins(layout.evidence_counts)

    def scores(self, window: Integers) -> Scores:
        """Score the window's counts in the score bins, ``int64 (F, B)``."""
        freedom, rows = degrees_of_freedom(window, self._baseline), effective_rows(window, self._baseline)
        effect = np.empty(len(rows))
        for group in self._groups:
            effect[group.features] = EFFECTS[group.method](window[group.features, : group.width], group.baseline)
        score = less_bias(effect, freedom / np.where(rows > 0, rows, np.nan))
        return Scores(score, freedom, over_bins(window), self._baseline_rows, rows)

    def evidence(self, window: Integers, wanted: Bools) -> Floats:
        """Return ``ln E`` of the wanted features, nan for the others."""
        evidence = np.full(len(wanted), np.nan)
        if wanted.any():
            evidence[wanted] = log_evidence(window[wanted], self._baseline[wanted])
        return evidence


def _group(layout: Layout, method: Method, methods: list[Method]) -> _Group:
    features = np.array([row for row, own in enumerate(methods) if own is method], dtype=np.int64)
    width = int(layout.score_of_fine[features].max(initial=0)) + 1
    return _Group(method, features, width, layout.evidence_counts[features, :width])
