"""Values that came as text: cells of CSV, fields of forms and queries.

A text has no type, and what the model made of it is not known here, so each value becomes what it would have been in JSON, by
the rules by which baselines are built from CSV (`sidecar.baseline`): a plain number is a number, unless it begins with zeros
(01067 is a postal code), ``true`` and ``false`` are booleans, an empty text is missing. A word for nothing, such as ``nan``, is
missing in a column of numbers, and a text among texts, for "NA" is Namibia.
"""

import re
from collections.abc import Sequence
from typing import Final

_NOTHING: Final = frozenset({"na", "n/a", "#n/a", "nan", "null", "none"})
_BOOLEANS: Final = {"true": True, "false": False}
_NUMBER: Final = re.compile(
    r"\s*[+-]?(?!0\d+\s*$)(?:(\d+)|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf(?:inity)?)\s*", re.IGNORECASE | re.ASCII
)
_LONGEST: Final = 400
_BEYOND: Final = 2**64
# All that plain numbers are made of, and nothing that may be a code.
_NOT_PLAIN: Final = re.compile(r"[^\d.eE+\-\n]|(?m:^)[+-]?0\d", re.ASCII)


def value_of(text: str) -> object:
    """Return the JSON value that a text stands for, by itself.

    Examples
    --------
    >>> [value_of(text) for text in ("35", "35.0", "-1e3", "01067", "pro", "True", "", "1_000")]
    [35, 35.0, -1000.0, '01067', 'pro', True, None, '1_000']
    """
    if not text:
        return None
    found = _NUMBER.fullmatch(text) if len(text) < _LONGEST else None
    if found is not None:
        return _whole(text) if found[1] is not None else float(text)
    return _BOOLEANS.get(text.lower(), text)


def column_of(texts: Sequence[str]) -> Sequence[object]:
    """Return the values of a column of texts.

    Examples
    --------
    >>> column_of(["1.5", "2"]), column_of(["1", "nan", ""]), column_of(["na", "us"])
    ([1.5, 2.0], [1, None, None], ['na', 'us'])
    """
    try:
        floats = [*map(float, texts)]
    except ValueError:
        return _mixed(texts)
    if _NOT_PLAIN.search("\n".join(texts)):
        return _mixed(texts)
    return floats if any("." in text or "e" in text.lower() for text in texts) else [_whole(text) for text in texts]


def _whole(text: str) -> int | float:
    """Read a whole number exactly within 64 bits, else as the nearest double, as JSON is read."""
    whole = int(text) if len(text) < _LONGEST else _BEYOND
    return whole if -(2**63) <= whole < _BEYOND else float(text)


def _mixed(texts: Sequence[str]) -> Sequence[object]:
    values = [value_of(text) for text in texts]
    others = {value.strip().lower() for value in values if isinstance(value, str)}
    if others and others <= _NOTHING and any(isinstance(value, int | float) for value in values):
        return [None if isinstance(value, str) else value for value in values]
    return values
