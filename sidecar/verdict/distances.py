"""The distances of numeric features: what fine bins tell of two samples of numbers."""

import numpy as np
from numpy.typing import NDArray

from sidecar.histogram import FIRST, Binned, Layout
from sidecar.score import distances, ks, shares
from sidecar.score.shares import Floats, over_bins

Integers = NDArray[np.int64]


class Distances:
    """KS and Wasserstein of some numeric features, from their fine bins and by their finite values alone.

    Sums, and here edges too, are in units from a feature's origin, where the digits of a timestamp are not lost to its epoch.
    """

    def __init__(self, layout: Layout, features: Integers) -> None:
        self.features = features
        self.unit = layout.unit[features]
        self.deviation = layout.deviation[features] / self.unit
        # A unit is a power of two, so scaling both sides first loses nothing, and does not overflow as a difference may.
        edges = layout.fine_edges[features, FIRST:] / self.unit[:, np.newaxis]
        self._edges = edges - (layout.origin[features] / self.unit)[:, np.newaxis]
        self._rows = layout.fine_counts[features, FIRST:]
        self._sums = layout.fine_sums[features, FIRST:]

    def ks(self, window: Binned) -> Floats:
        """Return the Kolmogorov-Smirnov distances, ``(..., features)``."""
        return ks(window.fine[..., self.features, FIRST:], self._rows)

    def wasserstein(self, window: Binned) -> Floats:
        """Return the Wasserstein distances in units, ``(..., features)``."""
        return self.both(window)[1]

    def both(self, window: Binned) -> tuple[Floats, Floats]:
        """Return both, Wasserstein in units, for less than one after the other."""
        rows, sums = window.fine[..., self.features, FIRST:], window.sums[..., self.features, FIRST:]
        return distances(rows, self._rows, sums, self._sums, self._edges)

    def bridges(self) -> Floats:
        r"""Return what the Wasserstein distance is without drift, in deviations, times the root of the effective rows.

        .. math:: \sqrt{2 / \pi} \int \sqrt{F (1 - F)} \, dx

        with F the baseline's, between whose known values at the edges the integrand is taken to be straight.
        """
        known = np.cumsum(shares(self._rows), axis=-1)
        inner = np.isfinite(self._edges)
        heights = np.where(inner, np.sqrt(np.clip(known * (1 - known), 0.0, None)), 0.0)
        widths = np.where(inner[:, 1:], np.diff(np.where(inner, self._edges, 0.0), axis=-1), 0.0)
        area = over_bins((heights[:, :-1] + heights[:, 1:]) / 2 * widths)
        bridges: Floats = np.sqrt(2 / np.pi) * area / self.deviation
        return bridges
