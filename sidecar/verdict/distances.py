"""The distances of numeric features: what fine bins tell of two samples of numbers."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sidecar.histogram import FIRST, Layout
from sidecar.score import ks, shares, wasserstein
from sidecar.score.shares import Floats, over_bins

Integers = NDArray[np.int64]


class Fine(NamedTuple):
    """Rows, and sums of values, of windows in fine bins: ``int64 (..., F, G)`` both."""

    rows: Integers
    sums: Integers


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
        self._baseline = Fine(layout.fine_counts[features, FIRST:], layout.fine_sums[features, FIRST:])

    def ks(self, _: Integers, __: Integers, fine: Fine) -> Floats:
        """Return the Kolmogorov-Smirnov distances, ``(..., features)``."""
        return ks(fine.rows[..., self.features, FIRST:], self._baseline.rows)

    def wasserstein(self, fine: Fine) -> Floats:
        """Return the Wasserstein distances in units, ``(..., features)``."""
        rows, sums = fine.rows[..., self.features, FIRST:], fine.sums[..., self.features, FIRST:]
        return wasserstein(rows, self._baseline.rows, sums, self._baseline.sums, self._edges)

    def wasserstein_in_deviations(self, _: Integers, __: Integers, fine: Fine) -> Floats:
        """Return the Wasserstein distances in standard deviations of the baseline."""
        distance: Floats = self.wasserstein(fine) / self.deviation
        return distance

    def bridges(self) -> Floats:
        r"""Return what the Wasserstein distance is without drift, in deviations, times the root of the effective rows.

        .. math:: \sqrt{2 / \pi} \int \sqrt{F (1 - F)} \, dx

        with F the baseline's, between whose known values at the edges the integrand is taken to be straight.
        """
        known = np.cumsum(shares(self._baseline.rows), axis=-1)
        inner = np.isfinite(self._edges)
        heights = np.where(inner, np.sqrt(np.clip(known * (1 - known), 0.0, None)), 0.0)
        widths = np.where(inner[:, 1:], np.diff(np.where(inner, self._edges, 0.0), axis=-1), 0.0)
        area = over_bins((heights[:, :-1] + heights[:, 1:]) / 2 * widths)
        bridges: Floats = np.sqrt(2 / np.pi) * area / self.deviation
        return bridges
