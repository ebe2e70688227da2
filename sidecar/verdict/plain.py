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


def plain_numbers(layout: Layout, counts: Counts) -> PlainNumbers:
    """Compare a window with the baseline of a layout: on the score bins, KS and Wasserstein on the fine ones."""
    window, baseline = layout.to_score(counts.fine), layout.score_counts
    divergences = (statistic(window, baseline) for statistic in (psi, kl, js))
    return PlainNumbers._make((*divergences, *chi_square_test(window, baseline), *_distances(layout, counts)))


def _distances(layout: Layout, counts: Counts) -> tuple[Floats, Floats]:
    """Return KS and Wasserstein of the numeric features, by the finite values alone.

    Sums, and here edges too, are in units from the feature's origin, where a timestamp's digits are not lost to its epoch.
    """
    distances = np.full((2, len(layout.names)), np.nan)
    numeric, unit = layout.numeric, layout.unit[layout.numeric]
    if not numeric.any():
        return distances[0], distances[1]
    edges = layout.fine_edges[numeric, FIRST:] / unit[:, np.newaxis] - (layout.origin[numeric] / unit)[:, np.newaxis]
    window, baseline, window_sums, baseline_sums = (
        grid[numeric, FIRST:] for grid in (counts.fine, layout.fine_counts, counts.sums, layout.fine_sums)
    )
    distances[0, numeric] = ks(window, baseline)
    distances[1, numeric] = wasserstein(window, baseline, window_sums, baseline_sums, edges) * unit
    return distances[0], distances[1]
