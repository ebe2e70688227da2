"""What decoders share: what a row is, and rows without names.

A JSON object may be a row or an envelope around rows, and nobody says which. Values decide: a row has plain ones. An object
that holds lists or objects is a row only if it has a plain value under the name of a feature, which no envelope has by chance;
else an envelope of a format that is not known here would be counted as a row with one strange feature.
"""

from collections.abc import Mapping, Sequence

from sidecar.columns import Columns
from sidecar.exchange.model import Refusal
from sidecar.reasons import TapReason

_NESTED = frozenset({dict, list})


def is_row(document: Mapping[str, object], order: Sequence[str]) -> bool:
    """Whether an object is a row, and not an envelope around rows.

    Examples
    --------
    >>> is_row({"age": 35}, ()), is_row({"rows": [[35]]}, ()), is_row({"age": 35, "tags": []}, ("age",))
    (True, False, True)
    """
    if _NESTED.isdisjoint(map(type, document.values())):
        return True
    return any(name in document and type(document[name]) not in _NESTED for name in order)


def are_objects(rows: Sequence[object]) -> bool:
    """Whether all rows are objects."""
    return set(map(type, rows)) == {dict}


def positional(rows: Sequence[Sequence[object]], order: Sequence[str]) -> Columns | Refusal:
    """Name the values of rows that have none by the baseline's order; a width that does not fit is never guessed at.

    Examples
    --------
    >>> positional([[35, "a"], [36, "b"]], ("age", "plan")).values
    {'age': (35, 36), 'plan': ('a', 'b')}
    >>> positional([[35]], ("age", "plan")).detail
    '1 values for 2 features'
    """
    if not order:
        return Refusal(TapReason.NO_BASELINE, "rows without names need a baseline")
    for width in set(map(len, rows)):
        if width != len(order):
            return Refusal(TapReason.WIDTH_MISMATCH, f"{width} values for {len(order)} features")
    return Columns(len(rows), dict(zip(order, zip(*rows, strict=True), strict=True)))
