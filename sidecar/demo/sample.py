"""Rows drawn from a profile, so that the demo plays with any baseline and needs no data set.

A profile holds counts per bin, not rows. Drawing a bin by its count and a value within it gives rows whose histogram is
the baseline's, which is all that the score compares; correlations are lost, and nobody here looks at them.

Drifted rows come from the same bins, drawn with their weight moved towards the far end: a uniform deviate u becomes 1 -
u**3, for every second feature. So a person sees some features move and the others stay where they are.
"""

from collections.abc import Iterator
from itertools import accumulate
from math import floor
from random import Random

from sidecar.baseline import CategoricalFeature, NumericFeature, Profile
from sidecar.demo.phases import Record

# Above this share of rows whose text the profile does not keep, a categorical feature cannot be imitated.
UNNAMED_SHARE = 0.01
TILT = 3


def imitable(profile: Profile) -> list[NumericFeature | CategoricalFeature]:
    """Return the features that can be drawn; of rare categories a profile keeps only hashes, which is not enough."""
    return [
        feature
        for feature in profile.features
        if isinstance(feature, NumericFeature) or (feature.other + feature.unseen) <= UNNAMED_SHARE * feature.rows
    ]


def draw(profile: Profile, rows: int, seed: int, *, drifted: bool = False) -> list[Record]:
    """Return `rows` rows that look like the baseline, or that have drifted in every second feature."""
    rng = Random(seed)  # noqa: S311 - it draws rows, and guards nothing
    columns = {
        feature.name: _column(feature, rows, rng, tilted=drifted and number % 2 == 0)
        for number, feature in enumerate(imitable(profile))
    }
    return [{name: next(column) for name, column in columns.items()} for _ in range(rows)]


def _column(feature: NumericFeature | CategoricalFeature, rows: int, rng: Random, *, tilted: bool) -> Iterator[object]:
    counts = _counts(feature)
    bounds = list(accumulate(counts))
    for _ in range(rows):
        u = 1 - rng.random() ** TILT if tilted else rng.random()
        yield _value(feature, _pick(bounds, u), rng)


def _counts(feature: NumericFeature | CategoricalFeature) -> list[int]:
    """Rows of each bin that can be drawn, the missing ones first, where the tilt leaves them alone."""
    named = feature.counts if isinstance(feature, NumericFeature) else tuple(feature.categories.values())
    return [feature.missing, *named]


def _pick(bounds: list[int], u: float) -> int:
    """Return the first bin whose cumulated count exceeds the share `u` of all.

    >>> [_pick([0, 10, 20], u) for u in (0.0, 0.4999, 0.5, 1.0)]
    [1, 1, 2, 2]
    """
    target = min(u * bounds[-1], bounds[-1] - 0.5)
    return next(number for number, bound in enumerate(bounds) if bound > target)


def _value(feature: NumericFeature | CategoricalFeature, picked: int, rng: Random) -> object:
    if picked == 0:
        return None
    if isinstance(feature, CategoricalFeature):
        return list(feature.categories)[picked - 1]
    return _number(feature, picked - 1, rng)


def _number(feature: NumericFeature, number: int, rng: Random) -> float | int | None:
    """Return a value of fine bin `number`, ``(edges[number-1], edges[number]]``, within the baseline's range."""
    if feature.minimum is None or feature.maximum is None:
        return None
    low = feature.edges[number - 1] if number > 0 else None
    high = min(feature.edges[number] if number < len(feature.edges) else feature.maximum, feature.maximum)
    if feature.whole:
        first = floor(low) + 1 if low is not None else int(feature.minimum)
        return rng.randint(min(first, floor(high)), floor(high))
    start = feature.minimum if low is None else low
    value = high - rng.random() * (high - start)
    return high if low is not None and value <= low else value
