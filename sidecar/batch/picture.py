"""Two histograms of one feature as an inline SVG: for each bin a bar of the baseline and one of the batch.

The bars lie, because then the name of a bin has room beside them. Colours come from the page, so the picture follows its light
or dark scheme; the shares stand as text beside the bars, so it needs no colours to be read, and it has a description for those
who do not see it.
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

from sidecar.batch.words import named, share
from sidecar.verdict import FeatureReport

MOST: Final = 24
"""Bins that are drawn; of more, those that differ most."""
WIDTH: Final = 640
_NAMES: Final = 200
_SHARES: Final = 120
_ROW: Final = 26
_BAR: Final = 9

Bin = Mapping[str, Any]


def picture(name: str, feature: FeatureReport) -> str:
    """Draw a feature that was reported with its bins."""
    bins = named(feature.bins or ())
    before, after = (max(sum(each[side] for each in bins), 1) for side in ("baseline", "window"))
    drawn = _worth_drawing(bins, before, after)
    largest = max((max(each["baseline"] / before, each["window"] / after) for each in drawn), default=1.0) or 1.0
    rows = "".join(_row(place, each, before, after, largest) for place, each in enumerate(drawn))
    title = escape(f"Shares of the bins of {name}: baseline, and this batch")
    height = len(drawn) * _ROW + 4
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{title}"><title>{title}</title>{rows}</svg>'


def _worth_drawing(bins: Sequence[Bin], before: int, after: int) -> list[Bin]:
    """Return the bins that hold anything, in their order; of too many, those that differ most."""
    held = [each for each in bins if each["baseline"] or each["window"]]
    differing = sorted(held, key=lambda each: -abs(each["window"] / after - each["baseline"] / before))
    kept = set(map(id, differing[:MOST]))
    return [each for each in held if id(each) in kept]


def _row(place: int, each: Bin, before: int, after: int, largest: float) -> str:
    top = place * _ROW + 2
    shares = f"{share(each['baseline'], before)} / {share(each['window'], after)}"
    bars = [
        _bar("baseline", top + 2, each["baseline"] / before / largest),
        _bar("batch", top + 2 + _BAR, each["window"] / after / largest),
    ]
    words = [
        f'<text x="{_NAMES - 8}" y="{top + 15}" text-anchor="end">{escape(each["name"])}</text>',
        f'<text x="{WIDTH}" y="{top + 15}" text-anchor="end">{escape(shares)}</text>',
    ]
    return "".join(bars + words)


def _bar(kind: str, top: int, length: float) -> str:
    width = round(length * (WIDTH - _NAMES - _SHARES), 1)
    return f'<rect class="{kind}" x="{_NAMES}" y="{top}" width="{width}" height="{_BAR}"/>'
