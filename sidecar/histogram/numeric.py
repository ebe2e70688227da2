"""Numbers to bin codes, all numeric features of a batch as one matrix."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sidecar.baseline.fixed_point import to_units
from sidecar.baseline.profile import NumericFeature, Profile
from sidecar.columns import Columns, Numbers, numbers_of
from sidecar.histogram.edges import Edges
from sidecar.histogram.grid import FIRST, Special
from sidecar.histogram.issues import BIT
from sidecar.reasons import Issue

REACH = 3.0
"""Interquartile ranges beyond the outer quartiles at which a value is an outlier."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Codes, units and issues of some features, one row of each array a feature."""

    codes: NDArray[np.int32]
    units: NDArray[np.float64]
    issues: NDArray[np.uint16]


class NumericReader:
    """What the encoder needs to know of the numeric features; each array has one entry a numeric feature."""

    def __init__(self, profile: Profile) -> None:
        numeric = [(row, each) for row, each in enumerate(profile.features) if isinstance(each, NumericFeature)]
        self.rows = [row for row, _ in numeric]
        self._names = [feature.name for _, feature in numeric]
        self._edges = [Edges(feature.edges) for _, feature in numeric]
        self._origin = np.array([feature.scale.origin for _, feature in numeric]).reshape(-1, 1)
        self._per_unit = np.array([1.0 / feature.scale.unit for _, feature in numeric]).reshape(-1, 1)
        self._range = np.array([_range(feature) for _, feature in numeric]).reshape(-1, 2)
        self._fences = np.array([_fences(feature) for _, feature in numeric]).reshape(-1, 2)

    def read(self, columns: Columns) -> tuple[list[int], Cells]:
        """Return the features that the columns speak of, by their row in the layout, and their cells."""
        found = [k for k, name in enumerate(self._names) if name in columns.values]
        numbers = [numbers_of(columns.values[self._names[k]]) for k in found]
        values = np.array([each.values for each in numbers]).reshape(len(found), columns.rows)
        codes = np.empty(values.shape, dtype=np.int32)
        for target, k, row in zip(codes, found, values, strict=True):
            target[:] = self._edges[k].below(row)
        codes += FIRST
        issues = self._far(values, found)
        finite = np.isfinite(values)
        if not finite.all():
            _special(values, codes, issues)
            values = np.where(finite, values, self._origin[found])
        _odd(numbers, codes, issues)
        units = to_units(values, self._origin[found], self._per_unit[found])
        return [self.rows[k] for k in found], Cells(codes, units, issues)

    def _far(self, values: NDArray[np.float64], found: list[int]) -> NDArray[np.uint16]:
        """Flag what lies outside of the baseline's range, and of its fences; comparisons with NaN are false."""
        low, high = self._range[found].T[:, :, None]
        near, far = self._fences[found].T[:, :, None]
        issues = np.zeros(values.shape, dtype=np.uint16)
        issues[(values < low) | (values > high)] = BIT[Issue.OUT_OF_RANGE]
        issues[(values < near) | (values > far)] |= BIT[Issue.OUTLIER]
        return issues


def _special(values: NDArray[np.float64], codes: NDArray[np.int32], issues: NDArray[np.uint16]) -> None:
    """Send NaN and infinity to their bins; being infinite is all that is said of a value that is."""
    missing, infinite = np.isnan(values), np.isinf(values)
    codes[missing], codes[infinite] = Special.MISSING, Special.INFINITE
    issues[missing], issues[infinite] = BIT[Issue.MISSING], BIT[Issue.INFINITE]


def _odd(numbers: list[Numbers], codes: NDArray[np.int32], issues: NDArray[np.uint16]) -> None:
    """Mark the cells that hold no number because they hold something else, or nothing at all."""
    for row, each in enumerate(numbers):
        if each.wrong is not None:
            issues[row, each.wrong] = BIT[Issue.WRONG_TYPE]
        if each.absent is not None:
            codes[row, each.absent] = -1
            issues[row, each.absent] = BIT[Issue.ABSENT]


def _range(feature: NumericFeature) -> tuple[float, float]:
    if feature.minimum is None or feature.maximum is None:
        return np.nan, np.nan
    return feature.minimum, feature.maximum


def _fences(feature: NumericFeature) -> tuple[float, float]:
    """Return the least and the greatest value that is no outlier.

    Where the quartiles are one value (a column that is mostly zero), every other value would be an outlier, so there the
    baseline's range is the fence.
    """
    if feature.quartiles is None:
        return np.nan, np.nan
    first, third = feature.quartiles
    reach = REACH * (third - first)
    return (first - reach, third + reach) if reach else _range(feature)
