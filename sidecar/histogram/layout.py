"""The arrays behind a profile: where each bin of each feature stands, and what the baseline counted there.

All features share two grids, so that a whole window is scored by a handful of array operations and not feature by feature:

- the *fine* grid, features times `G`, is what is counted;
- the *score* grid, features times `B`, is what is judged; `to_score` adds the fine bins up to it.

Both begin with four special columns (`Special`), at the same place for every feature, then come the feature's own bins:
ranges in ascending order, or categories, most frequent first. Columns that a feature does not use hold 0 in the baseline and in
every window, and a bin with neither adds nothing to any score. A categorical feature has the same bins in both grids.
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sidecar.baseline.profile import CategoricalFeature, Feature, NumericFeature, Profile
from sidecar.histogram.bins import ScoreBin, score_bins
from sidecar.histogram.categorical import CategoryReader
from sidecar.histogram.grid import FIRST, Special
from sidecar.histogram.numeric import NumericReader

Integers = NDArray[np.int64]
Doubles = NDArray[np.float64]


class Layout:
    """Everything about a profile that does not change from row to row.

    Attributes
    ----------
    profile
        The baseline.
    names, index
        Feature names in order, and each name's row in every array.
    ignored
        Names that the baseline left out on purpose.
    numeric
        ``bool (F,)``: which features are numeric.
    fine_counts, fine_sums
        ``int64 (F, G)``: baseline rows and sums of their values (fixed-point units) in each fine bin.
    score_counts
        ``int64 (F, B)``: baseline rows in each score bin.
    evidence_counts
        ``int64 (F, B)``: `score_counts` after Good-Turing: the rows of values that the baseline holds once are moved from
        `other` to `unseen`, which holds at least 1. For categorical score and evidence; plain statistics use `score_counts`.
    fine_edges
        ``float64 (F, G)``: the right edge of each fine bin; NaN where the bin is no range, +inf for the last one of a feature.
    score_of_fine
        ``int64 (F, G)``: the score column of each fine column; unused columns point at the feature's last used one.
    origin, unit
        ``float64 (F,)``: value = origin + units * unit.
    deviation
        ``float64 (F,)``: the baseline's standard deviation; NaN for categories and where there is no number.
    number_reader, category_readers
        What `encode` reads cells with.
    """

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.names = profile.names
        self.index = {name: row for row, name in enumerate(self.names)}
        features = profile.features
        self.ignored = frozenset(profile.ignored)
        self.numeric = np.array([isinstance(feature, NumericFeature) for feature in features], dtype=np.bool_)
        self.fine_counts = _padded([_special(feature) + _own_counts(feature) for feature in features])
        self.fine_sums = _padded([[0] * FIRST + _own_sums(feature) for feature in features])
        self.score_of_fine = _score_of_fine(features, self.fine_counts.shape[1])
        self.score_width = int(self.score_of_fine.max(initial=FIRST - 1)) + 1
        self.fine_edges = _fine_edges(features, self.fine_counts.shape[1])
        self.origin = np.array([_scale(feature)[0] for feature in features], dtype=np.float64)
        self.unit = np.array([_scale(feature)[1] for feature in features], dtype=np.float64)
        self.deviation = np.array([_deviation(feature) for feature in features], dtype=np.float64)
        self.score_counts = self.to_score(self.fine_counts)
        self.evidence_counts = _good_turing(features, self.score_counts)
        self.number_reader = NumericReader(profile)
        self.category_readers = {
            row: CategoryReader(feature) for row, feature in enumerate(features) if isinstance(feature, CategoricalFeature)
        }

    def score_bins(self, row: int) -> tuple[ScoreBin, ...]:
        """Return the score bins that a feature has, with their columns and names."""
        return self._bins[row]

    @cached_property
    def _bins(self) -> list[tuple[ScoreBin, ...]]:
        return [score_bins(feature) for feature in self.profile.features]

    def to_score(self, fine: Integers) -> Integers:
        """Add fine bins up to score bins: ``(..., F, G)`` to ``(..., F, B)``, exactly."""
        starts, targets = self._segments
        flat = np.ascontiguousarray(fine).reshape(*fine.shape[:-2], -1)
        score = np.zeros((*fine.shape[:-2], len(self.names) * self.score_width), dtype=np.int64)
        if len(starts):
            score[..., targets] = np.add.reduceat(flat, starts, axis=-1)
        return score.reshape(*fine.shape[:-2], len(self.names), self.score_width)

    @cached_property
    def _segments(self) -> tuple[Integers, Integers]:
        """Where a new score bin begins in the flattened fine grid, and its place in the flattened score grid."""
        rows = np.arange(len(self.names))[:, None]
        targets = (rows * self.score_width + self.score_of_fine).ravel()
        begins = np.ones(len(targets), dtype=np.bool_)
        begins[1:] = targets[1:] != targets[:-1]
        starts = np.flatnonzero(begins)
        return starts, targets[starts]


def _own_counts(feature: Feature) -> list[int]:
    return list(feature.counts if isinstance(feature, NumericFeature) else feature.categories.values())


def _own_sums(feature: Feature) -> list[int]:
    return list(feature.sums) if isinstance(feature, NumericFeature) else [0] * len(feature.categories)


def _special(feature: Feature) -> list[int]:
    if isinstance(feature, NumericFeature):
        return [feature.missing, feature.infinite, 0, 0]
    return [feature.missing, 0, feature.unseen, feature.other]


def _scale(feature: Feature) -> tuple[float, float]:
    return (feature.scale.origin, feature.scale.unit) if isinstance(feature, NumericFeature) else (0.0, 1.0)


def _deviation(feature: Feature) -> float:
    if isinstance(feature, CategoricalFeature) or feature.deviation is None:
        return np.nan
    return feature.deviation


def _padded(rows: Sequence[Sequence[int]]) -> Integers:
    """Stack rows of unlike length, filled up with 0."""
    width = max((len(row) for row in rows), default=FIRST)
    stacked = np.zeros((len(rows), width), dtype=np.int64)
    for target, row in zip(stacked, rows, strict=True):
        target[: len(row)] = row
    return stacked


def _score_of_fine(features: Sequence[Feature], width: int) -> Integers:
    columns = np.arange(width)
    return np.array([_score_columns(feature, columns) for feature in features], dtype=np.int64).reshape(-1, width)


def _score_columns(feature: Feature, columns: Integers) -> Integers:
    if isinstance(feature, CategoricalFeature):
        return np.minimum(columns, FIRST + max(len(feature.categories) - 1, 0))
    own = np.searchsorted(feature.score_edges, [*feature.edges, np.inf], side="left") + FIRST
    return np.concatenate([columns[:FIRST], own, np.full(len(columns) - FIRST - len(own), own[-1])])


def _fine_edges(features: Sequence[Feature], width: int) -> Doubles:
    edges = np.full((len(features), width), np.nan)
    for target, feature in zip(edges, features, strict=True):
        if isinstance(feature, NumericFeature):
            target[FIRST : FIRST + len(feature.counts)] = [*feature.edges, np.inf]
    return edges


def _good_turing(features: Sequence[Feature], score_counts: Integers) -> Integers:
    """Give the values that nobody has seen yet their share: Good (1953) estimates it by the share of the singletons."""
    counts = score_counts.copy()
    for row, feature in enumerate(features):
        if isinstance(feature, CategoricalFeature):
            moved = min(feature.singletons, feature.other)
            counts[row, Special.OTHER] -= moved
            counts[row, Special.UNSEEN] = max(feature.unseen + moved, 1)
    return counts
