"""Features of one method: their statistic, and what chance makes of it.

Features of a method are taken out of the common grid together, and without the columns that none of them uses: a hundred
numeric features have seventeen bins even where one categorical feature has fifty.
"""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from sidecar.histogram import Binned, Layout
from sidecar.score import chi_square_effect, hellinger, js, smoothed_kl, smoothed_psi
from sidecar.score.shares import Floats
from sidecar.verdict.distances import Distances, Integers
from sidecar.verdict.method import KS_CHANCE, WASSERSTEIN_CHANCE, Method

EFFECTS: Final[Mapping[Method, Callable[[Floats, Floats], Floats]]] = {
    Method.PSI: smoothed_psi,
    Method.CHI_SQUARE: chi_square_effect,
    Method.KL: smoothed_kl,
    Method.JS: js,
    Method.HELLINGER: hellinger,
}
"""The statistics of score bins."""

Chance = tuple[Floats, Floats]


class Group:
    """Features of one method.

    Parameters
    ----------
    layout
        The baseline.
    method
        What they are scored by.
    features
        Their rows in the layout.

    Attributes
    ----------
    chance
        What chance makes of the statistic, mu and sigma of :mod:`sidecar.verdict.method`, ``float64 (features,)`` or less; None
        where that follows from the degrees of freedom.
    """

    def __init__(self, layout: Layout, method: Method, features: Integers) -> None:
        self.features = features
        self._method = method
        self._width = int(layout.score_of_fine[features].max(initial=0)) + 1
        self._distances = None if method in EFFECTS else Distances(layout, features)
        self.chance = None if self._distances is None else _chance(method, self._distances)

    def statistic(self, window: Binned, baseline: Integers) -> Floats:
        """Compare windows with a baseline, ``int64 (..., F, B)`` in score bins: ``float64 (..., features)``, chance and all."""
        own = self._distances
        if own is None:
            x, c = (counts[..., self.features, : self._width].astype(np.float64) for counts in (window.score, baseline))
            return EFFECTS[self._method](x, c)
        return own.ks(window) if self._method is Method.KS else own.wasserstein(window) / own.deviation


def _chance(method: Method, distances: Distances) -> Chance:
    """Return mu and sigma of a distance, which has them from elsewhere than its degrees of freedom."""
    if method is Method.KS:
        mean, spread = KS_CHANCE
        return np.asarray(mean), np.asarray(spread)
    mean, spread = WASSERSTEIN_CHANCE
    square = distances.bridges() ** 2
    return mean * square, spread * square
