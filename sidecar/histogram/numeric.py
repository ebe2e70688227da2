"""Numbers to bin codes, all numeric features of a batch as one matrix."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sidecar.baseline.fixed_point import to_units
from sidecar.baseline.profile import NumericFeature, Profile
from sidecar.columns import Columns, Numbers, numbers_of
from sidecar.histogram.categorical import ABSENT_CODE
from sidecar.histogram.edges import Edges
from sidecar.histogram.grid import FIRST, Special, blocks
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

    @classmethod
    def blank(cls, features: int, rows: int) -> "Cells":
        """Return cells that are yet to be filled in."""
        shape = (features, rows)
        return cls(np.empty(shape, dtype=np.int32), np.empty(shape), np.empty(shape, dtype=np.uint16))

    def fill_absent(self, row: int) -> None:
        """Say of a feature that no row carries it."""
        self.codes[row], self.units[row], self.issues[row] = ABSENT_CODE, 0.0, BIT[Issue.ABSENT]


class NumericReader:
    """What the encoder needs to know of the numeric features; each array has one entry a numeric feature."""

    def __init__(self, profile: Profile) -> None:
        numeric = [(row, each) for row, each in enumerate(profile.features) if isinstance(each, NumericFeature)]
        self.rows = [row for row, _ in numeric]
        self._names = [feature.name for _, feature in numeric]
        self._edges = [Edges(feature.edges, FIRST) for _, feature in numeric]
        self._origin = np.array([feature.scale.origin for _, feature in numeric]).reshape(-1, 1)
        self._per_unit = np.array([1.0 / feature.scale.unit for _, feature in numeric]).reshape(-1, 1)
        self._range = np.array([_range(feature) for _, feature in numeric]).reshape(-1, 2)
        self._fences = np.array([_fences(feature) for _, feature in numeric]).reshape(-1, 2)

    def read(self, columns: Columns, cells: Cells) -> list[int]:
        """Fill in the cells of the features that the columns speak of, and return those by their row in the layout."""
        found = [k for k, name in enumerate(self._names) if name in columns.values]
        rows = [self.rows[k] for k in found]
        if not rows:
            return rows
        together = rows[-1] - rows[0] == len(rows) - 1
        # Neighbours are filled in where they are; others are put there afterwards.
        place = slice(rows[0], rows[-1] + 1) if together else rows
        own = Cells(cells.codes[place], cells.units[place], cells.issues[place])
        self._fill(columns, found, own)
        if not together:
            cells.codes[rows], cells.units[rows], cells.issues[rows] = own.codes, own.units, own.issues
        return rows

    def _fill(self, columns: Columns, found: list[int], cells: Cells) -> None:
        numbers = [numbers_of(columns.values[self._names[k]]) for k in found]
        for block in blocks(len(found), columns.rows):
            self._fill_block(numbers[block], found[block], Cells(cells.codes[block], cells.units[block], cells.issues[block]))
        _odd(numbers, cells.codes, cells.issues)

    def _fill_block(self, numbers: list[Numbers], found: list[int], cells: Cells) -> None:
        values = np.array([each.values for each in numbers])
        for target, k, row in zip(cells.codes, found, values, strict=True):
            self._edges[k].bins(row, out=target)
        finite = np.isfinite(values)
        plain = values if finite.all() else np.where(finite, values, self._origin[found])
        self._far(plain, found, cells.issues)
        if plain is not values:
            _special(values, cells.codes, cells.issues)
        to_units(plain, self._origin[found], self._per_unit[found], out=cells.units)

    def _far(self, values: NDArray[np.float64], found: list[int], issues: NDArray[np.uint16]) -> None:
        """Flag what lies outside of the baseline's range, and of its fences; comparisons with NaN are false."""
        issues[:] = 0
        # Most features have no such value, which their extremes tell at once.
        least, most = np.min(values, axis=1, initial=np.inf), np.max(values, axis=1, initial=-np.inf)
        for bounds, issue in ((self._range[found], Issue.OUT_OF_RANGE), (self._fences[found], Issue.OUTLIER)):
            low, high = bounds.T
            for row in np.flatnonzero((least < low) | (most > high)):
                places = np.flatnonzero((values[row] < low[row]) | (values[row] > high[row]))
                issues[row, places] |= BIT[issue]


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
