"""What a score bin is called, for reports and for people."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import inf, isinf, nextafter

from sidecar.baseline.profile import CategoricalFeature, Feature, NumericFeature
from sidecar.histogram.grid import FIRST, Special


@dataclass(frozen=True, slots=True)
class ScoreBin:
    """One score bin of one feature.

    Attributes
    ----------
    column
        Its column in the score grid.
    text
        The category, or the name of the special bin; None for a range.
    low, high
        The range: above `low`, up to and with `high`; infinite where it is open. Both are one value where the bin is that one.
    below
        Whether `high` itself is excluded, because it is a bin of its own.
    """

    column: int
    text: str | None = None
    low: float = -inf
    high: float = inf
    below: bool = False

    @property
    def label(self) -> str:
        """What to call the bin in a table.

        Examples
        --------
        >>> ranges = [(-inf, 18.0), (18.0, 30.5), (30.5, 90.0, True), (90.0, 90.0), (90.0, inf)]
        >>> [ScoreBin(4, None, *each).label for each in ranges]
        ['<= 18', '18 .. 30.5', '30.5 .. <90', '= 90', '> 90']
        """
        if self.text is not None:
            return self.text or '""'
        if self.low == self.high:
            return f"= {self.low:.6g}"
        if isinf(self.low):
            return "any" if isinf(self.high) else f"{'<' if self.below else '<='} {self.high:.6g}"
        return f"> {self.low:.6g}" if isinf(self.high) else f"{self.low:.6g} .. {'<' if self.below else ''}{self.high:.6g}"

    def to_json(self) -> dict[str, object]:
        """Return ``label``, or ``from`` and ``to`` with null for an open end."""
        if self.text is not None:
            return {"label": self.text}
        return {"from": None if isinf(self.low) else self.low, "to": None if isinf(self.high) else self.high}


def score_bins(feature: Feature) -> tuple[ScoreBin, ...]:
    """Return the score bins that a feature has: its own, then the special ones.

    Examples
    --------
    >>> from sidecar.baseline import profile_of_columns
    >>> (feature,) = profile_of_columns({"constant": [5, 5]}).features
    >>> [each.label for each in score_bins(feature)]
    ['< 5', '= 5', '> 5', 'missing', 'infinite']
    """
    own = _ranges(feature) if isinstance(feature, NumericFeature) else _categories(feature)
    return (*own, *_specials(feature))


def _ranges(feature: NumericFeature) -> Iterator[ScoreBin]:
    """Name ranges by values that people know: the double just below an atom is written as the atom."""
    edges = (-inf, *feature.score_edges, inf)
    atoms = {high for low, high in pairwise(edges[:-1]) if low == nextafter(high, -inf)}
    for column, (low, high) in enumerate(pairwise(edges), start=FIRST):
        above = nextafter(high, inf) + 0.0  # the double above the largest negative one is minus zero
        if high in atoms:
            yield ScoreBin(column, None, high, high)
        else:
            below = above in atoms
            yield ScoreBin(column, None, low, above if below else high, below)


def _categories(feature: CategoricalFeature) -> Iterator[ScoreBin]:
    for column, text in enumerate(feature.categories, start=FIRST):
        yield ScoreBin(column, text)


def _specials(feature: Feature) -> Iterator[ScoreBin]:
    names = (Special.MISSING, Special.INFINITE) if isinstance(feature, NumericFeature) else _CATEGORICAL
    return (ScoreBin(special.value, special.name.lower()) for special in names)


_CATEGORICAL = (Special.OTHER, Special.UNSEEN, Special.MISSING)
