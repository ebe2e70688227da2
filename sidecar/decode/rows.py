"""What decoders share: what a row is, rows without names, and rows in whatever form a JSON document has them.

A JSON object may be a row or an envelope around rows, and nobody says which. Values decide: a row has plain ones. An object
that holds lists or objects is a row only if it has a plain value under the name of a feature, which no envelope has by chance;
else an envelope of a format that is not known here would be counted as a row with one strange feature.

Rows without names take theirs from the baseline. Where there is none they are numbered, ``0``, ``1``, ..., so that what was
read can be looked at, and compared with nothing.
"""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, Final, cast

from sidecar.columns import Columns
from sidecar.decode.model import Row
from sidecar.exchange.model import Refusal
from sidecar.reasons import TapReason

WIDEST: Final = 16_384
"""Columns without names that a payload may have; an image has more, and is no row."""

_NESTED = frozenset({dict, list})
_LIST, _DICT = {list}, {dict}

Rows = list[Row] | Columns
"""Rows as a decoder found them: objects, or columns."""


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
    return set(map(type, rows)) == _DICT


def are_lists(rows: Sequence[object]) -> bool:
    """Whether all rows are lists."""
    return set(map(type, rows)) == _LIST


def are_plain(values: Sequence[object]) -> bool:
    """Whether no value is a list or an object."""
    return _NESTED.isdisjoint(map(type, values))


def names_for(width: int, order: Sequence[str]) -> Sequence[str] | Refusal:
    """Return the names of so many values without names: the baseline's, or numbers if there is no baseline.

    Examples
    --------
    >>> names_for(2, ("age", "plan")), names_for(2, ()), names_for(1, ("age", "plan")).detail
    (('age', 'plan'), ['0', '1'], '1 values for 2 features')
    """
    if order and width != len(order):
        return Refusal(TapReason.WIDTH_MISMATCH, f"{width} values for {len(order)} features")
    if not 0 < width <= WIDEST:
        return Refusal(TapReason.WIDTH_MISMATCH, f"{width} values in a row")
    return order or [str(number) for number in range(width)]


def positional(rows: Sequence[Sequence[object]], order: Sequence[str]) -> Columns | Refusal:
    """Name the values of rows that have none by the baseline's order; a width that does not fit is never guessed at.

    Examples
    --------
    >>> positional([[35, "a"], [36, "b"]], ("age", "plan")).values
    {'age': (35, 36), 'plan': ('a', 'b')}
    >>> positional([[35]], ("age", "plan")).detail
    '1 values for 2 features'
    """
    widths = set(map(len, rows))
    if len(widths) != 1:
        return Refusal(TapReason.WIDTH_MISMATCH, "rows of unlike width")
    names = names_for(widths.pop(), order)
    if isinstance(names, Refusal):
        return names
    return Columns(len(rows), dict(zip(names, zip(*rows, strict=True), strict=True)))


def named(rows: Sequence[object], names: Sequence[object]) -> Columns | Refusal:
    """Give rows their names from a list beside them, as data frames do.

    Examples
    --------
    >>> named([[35, "a"]], ["age", "plan"]).values
    {'age': (35,), 'plan': ('a',)}
    """
    if not rows:
        return Refusal(TapReason.EMPTY, "no rows")
    if not are_lists(rows) or not are_plain(names):
        return Refusal(TapReason.BAD_ENVELOPE, "rows are lists, and names are texts")
    texts = [str(name) for name in names]
    lists = cast("Sequence[list[object]]", rows)
    if set(map(len, lists)) != {len(texts)} or not texts:
        return Refusal(TapReason.WIDTH_MISMATCH, f"{len(lists[0])} values for {len(texts)} names")
    if len(set(texts)) != len(texts):
        return Refusal(TapReason.BAD_ENVELOPE, "two columns of one name")
    return Columns(len(lists), dict(zip(texts, zip(*lists, strict=True), strict=True)))


def column_lists(document: Mapping[str, object]) -> Columns | None:
    """Read an object of equally long columns: lists of values, or of lists with one value; None if it is none.

    Examples
    --------
    >>> column_lists({"age": [35, 36], "plan": [["a"], ["b"]]}).values
    {'age': [35, 36], 'plan': ['a', 'b']}
    """
    lists = list(document.values())
    if not lists or not are_lists(lists):
        return None
    columns = {name: _flat(cast("list[object]", values)) for name, values in document.items()}
    lengths = {-1 if column is None else len(column) for column in columns.values()}
    if len(lengths) != 1 or not lengths.isdisjoint((-1, 0)):
        return None
    return Columns(lengths.pop(), cast("dict[str, list[object]]", columns))


def _flat(values: list[object]) -> list[object] | None:
    """Return the values of a column, out of lists that hold one each; None if there are others."""
    if are_plain(values):
        return values
    if not are_lists(values):
        return None
    inner = cast("list[list[object]]", values)
    flat = list(chain.from_iterable(inner))
    return flat if set(map(len, inner)) == {1} and are_plain(flat) else None


def unboxed(rows: list[Row]) -> list[Row]:
    """Take values out of lists that hold one each, as clients of TensorFlow Serving put them.

    Examples
    --------
    >>> unboxed([{"age": [35], "plan": ["a"]}])
    [{'age': 35, 'plan': 'a'}]
    """
    if list not in map(type, rows[0].values()):
        return rows
    return [{name: _only(value) for name, value in row.items()} for row in rows]


def _only(value: object) -> object:
    while isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value


def rows_in(value: object, order: Sequence[str]) -> Rows | Refusal | None:
    """Return the rows that stand in one place of a document, in any of the usual forms; None if these are no rows.

    A list of objects, a list of lists, one row as a list, an object of columns, a data frame in its split form, an object of
    objects by row label (how pandas writes a data frame unasked), or one row as an object.

    Examples
    --------
    >>> rows_in([[35, "a"]], ()).values, rows_in({"columns": ["age"], "data": [[35]]}, ()).values
    ({'0': (35,), '1': ('a',)}, {'age': (35,)})
    >>> rows_in({"age": {"0": 35, "1": 36}}, ()).values, rows_in([35, "a"], ("age", "plan")).values
    ({'age': [35, 36]}, {'age': (35,), 'plan': ('a',)})
    """
    if isinstance(value, list):
        return rows_in_list(value, order)
    return rows_in_object(value, order) if isinstance(value, dict) else None


def rows_in_list(value: list[Any], order: Sequence[str]) -> Rows | Refusal | None:
    """Return the rows that a list has: objects, lists, or the values of one row."""
    if not value:
        return Refusal(TapReason.EMPTY, "no rows")
    if are_objects(value):
        rows = unboxed(value) if are_lists([*value[0].values()]) else value
        return rows if is_row(rows[0], order) else None
    if are_lists(value):
        return positional(value, order) if all(map(are_plain, value)) else None
    return positional([value], order) if are_plain(value) else None


def rows_in_object(value: dict[str, Any], order: Sequence[str]) -> Rows | Refusal | None:
    """Return the rows that an object has: a data frame, columns, or one row."""
    names, rows = value.get("columns"), value.get("data")
    if isinstance(names, list) and isinstance(rows, list):
        return named(rows, names)
    if not value:
        return Refusal(TapReason.EMPTY, "an object without values")
    return column_lists(value) or _labelled(value) or ([value] if is_row(value, order) else None)


def _labelled(value: dict[str, Any]) -> Columns | None:
    """Read ``{"age": {"0": 35, "1": 36}, ...}``, columns as objects by row label."""
    if not are_objects([*value.values()]):
        return None
    labels = list(next(iter(value.values())))
    if not labels or any(list(column) != labels or not are_plain([*column.values()]) for column in value.values()):
        return None
    return Columns(len(labels), {name: [*column.values()] for name, column in value.items()})
