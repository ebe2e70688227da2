"""A profile for a person to read: one glance should tell whether it is the right data."""

from collections.abc import Mapping, Sequence
from math import inf, nextafter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sidecar.baseline.dispersion import Dispersion
from sidecar.baseline.profile import CategoricalFeature, Feature, NumericFeature, Profile

WIDTH: Final = 32
"""Characters of a picture."""
TOP: Final = 8
"""Categories that are drawn."""

_BARS: Final = " ▁▂▃▄▅▆▇█"
_LONGEST: Final = 24


def show(profile: Profile) -> str:
    """Return a readable account of a profile, with a small histogram of each feature."""
    about = ", ".join(f"{key} {value}" for key, value in sorted(profile.built.items()))
    head = [
        f"{profile.rows} rows, {len(profile.features)} features" + (f" (built {about})" if about else ""),
        f"fingerprint {profile.fingerprint}",
    ]
    if profile.ignored:
        head.append(f"left out: {', '.join(profile.ignored)}")
    if profile.dispersion is not None:
        head.append(_times(profile.dispersion))
    return "\n".join(head + [line for feature in profile.features for line in ("", *_account(feature, profile.rows))])


def table(profile: Profile, remarks: Mapping[str, Sequence[str]]) -> str:
    """Return one line a feature: name, inferred kind, values, missing, and what is odd about it."""
    rows = [("feature", "kind", "values", "missing")]
    rows += [(_short(each.name), each.kind, _values(each), _share(each.missing, each.rows)) for each in profile.features]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    for position, feature in enumerate(profile.features, start=1):
        lines[position] += "".join(f"  ! {remark}" for remark in remarks.get(feature.name, ()))
    return "\n".join(lines)


def sparkline(amounts: Sequence[float]) -> str:
    """Return a histogram of one line; what is not empty is not drawn as empty.

    Examples
    --------
    >>> sparkline([0, 1, 50, 100])
    ' ▁▄█'
    """
    highest = max(amounts, default=0)
    steps = len(_BARS) - 1
    return "".join(_BARS[max(int(amount * steps / highest), amount > 0)] if highest else _BARS[0] for amount in amounts)


def _times(table: Dispersion) -> str:
    """Say what is known of consecutive rows, by the feature whose blocks vary most."""
    name = max(table.phi, key=lambda each: max(table.phi[each]))
    at = table.phi[name].index(max(table.phi[name]))
    spans = f"{table.spans[0]:.3g} to {table.spans[-1]:.3g} s"
    most = f"{_short(name)} up to {table.phi[name][at]:.3g} times as much as independent rows would, in {table.spans[at]:.3g} s"
    return f"times of {_short(table.column)}: blocks of {spans} vary, {most}"


def _account(feature: Feature, rows: int) -> list[str]:
    gaps = [f"missing {_share(feature.missing, feature.rows)}"]
    if isinstance(feature, NumericFeature) and feature.infinite:
        gaps.append(f"infinite {_share(feature.infinite, feature.rows)}")
    if feature.rows < rows:
        gaps.append(f"absent {_share(rows - feature.rows, rows)}")
    head = f"{_short(feature.name)}  {feature.kind}, {_values(feature)}, {', '.join(gaps)}"
    return [head, *(_numbers(feature) if isinstance(feature, NumericFeature) else _categories(feature))]


def _values(feature: Feature) -> str:
    if isinstance(feature, CategoricalFeature):
        return f"{feature.distinct} distinct"
    if feature.minimum is None or feature.maximum is None:
        return "no numbers"
    return f"{feature.minimum:.6g} .. {feature.maximum:.6g}"


def _numbers(feature: NumericFeature) -> list[str]:
    if feature.quartiles is None or feature.mean is None or feature.deviation is None:
        return []
    first, third = feature.quartiles
    figures = f"quartiles {first:.6g} and {third:.6g}, mean {feature.mean:.6g}, standard deviation {feature.deviation:.6g}"
    return [f"    {figures}", f"    {_picture(feature)}"]


def _picture(feature: NumericFeature) -> str:
    """Draw bins of equal width, which are fair to the eye; the first and the last hold the tails."""
    if feature.minimum == feature.maximum:
        return f"always {feature.minimum:.6g}"
    edges = np.array(feature.edges)
    reached = np.cumsum(feature.counts[:-1])
    rows = sum(feature.counts)
    inner = edges[(reached > rows / 1000) & (reached <= rows * 999 / 1000)] if len(edges) > WIDTH else edges
    # Quarters, because the range of doubles is wider than the largest double.
    steps = np.linspace(inner[0] / 4, inner[-1] / 4, WIDTH + 1)[1:-1]
    drawn = np.diff(np.interp(steps, edges / 4, reached), prepend=0, append=rows)
    return f"{_end(inner[0], edges)} {sparkline(drawn.tolist())} {_end(inner[-1], edges)}"


def _end(edge: float, edges: NDArray[np.float64]) -> str:
    """Write an end of the axis; the double just below a popular value is written as that value."""
    above = nextafter(edge, inf) + 0.0
    return f"{above if above in edges else edge:.6g}"


def _categories(feature: CategoricalFeature) -> list[str]:
    shares = [(_short(text), count) for text, count in [*feature.categories.items()][:TOP]]
    rest = sum([*feature.categories.values()][TOP:]) + feature.other + feature.unseen
    if rest:
        shares.append(("(all others)", rest))
    highest = max((count for _, count in shares), default=1)
    width = max((len(text) for text, _ in shares), default=0)
    return [
        f"    {text.ljust(width)}  {_share(count, feature.rows):>7}  {_BARS[-1] * round(WIDTH * count / highest)}".rstrip()
        for text, count in shares
    ]


def _share(count: int, rows: int) -> str:
    return f"{100 * count / rows:.1f} %" if count and rows else "0"


def _short(text: str) -> str:
    """Return a text that fits into a table and cannot command a terminal."""
    printable = "".join(character if character.isprintable() else "?" for character in text)
    return printable if len(printable) <= _LONGEST else printable[: _LONGEST - 3] + "..."
