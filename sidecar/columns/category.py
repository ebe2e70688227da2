"""The text of a category: one value, one text, whoever decoded it.

A baseline built from a CSV file, a JSON body, a float32 tensor and a NumPy array must agree on what "the same category" is,
or the same traffic would look drifted through another door. The rule:

- a text is itself; ``true`` and ``false`` are the booleans,
- a number is written in its shortest form, and 35, 35.0 and 3.5e1 are all ``35``: JSON does not tell them apart, and
  neither do most clients. Whole numbers are exact within 64 bits (identifiers live there); beyond, every JSON reader has its
  own idea, and the nearest double is what they share,
- null and NaN are no category but *missing*; a list or an object is none either: it is of the *wrong type*.

A text longer than ``LONGEST`` is shortened to its beginning and a hash, so that a client who puts whole documents into a
feature costs neither memory nor a profile that no longer fits where it is kept.
"""

import math
from enum import Enum
from hashlib import blake2b
from typing import Final

import numpy as np

LONGEST: Final = 128
"""Characters that a category's text may have."""

_HASHED = 16
_EXACT_FROM, _EXACT_TO = -(2**63), 2**64


class WrongType(Enum):
    """The type of ``WRONG_TYPE``: what a value is whose type no category has."""

    WRONG_TYPE = "wrong_type"


WRONG_TYPE: Final = WrongType.WRONG_TYPE


def category_text(value: object) -> str | WrongType | None:
    """Return the text of a category, None if the value is missing, ``WRONG_TYPE`` if it can be no category.

    Examples
    --------
    >>> [category_text(value) for value in (35, 35.0, 0.1, True, "35.0", 1e300, None, float("nan"))]
    ['35', '35', '0.1', 'true', '35.0', '1e+300', None, None]
    >>> category_text({"nested": 1})
    <WrongType.WRONG_TYPE: 'wrong_type'>
    """
    if isinstance(value, str):
        return _bounded(value)
    if value is None:
        return None
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, int | np.integer):
        return _whole(int(value))
    if isinstance(value, float | np.floating):
        return _real(value)
    return _bounded(value.decode("utf-8", "replace")) if isinstance(value, bytes) else WRONG_TYPE


def short_hash(text: str) -> int:
    """Return 32 bits that stand for a text, the same in every process and on every machine.

    Examples
    --------
    >>> short_hash("rare")
    1652607863
    """
    return int.from_bytes(blake2b(text.encode(), digest_size=4).digest(), "big")


def _bounded(text: str) -> str:
    if not text.isascii():
        # Half a surrogate pair is legal in JSON and can be written in no encoding.
        text = text.encode("utf-8", "replace").decode()
    if len(text) <= LONGEST:
        return str(text)  # NumPy has a text type of its own
    digest = blake2b(text.encode(), digest_size=_HASHED // 2).hexdigest()
    return f"{text[: LONGEST - _HASHED - 1]}~{digest}"


def _whole(value: int) -> str:
    if _EXACT_FROM <= value < _EXACT_TO:
        return str(value)
    try:
        return _real(float(value)) or ""
    except OverflowError:
        return "Infinity" if value > 0 else "-Infinity"


def _real(value: float | np.floating) -> str | None:
    # A float32 0.1 is 0.10000000149011612 as a double; its own shortest text is what the client wrote.
    number = float(value) if isinstance(value, float) else float(str(value))
    if math.isnan(number):
        return None
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if number.is_integer() and _EXACT_FROM <= number < _EXACT_TO:
        return str(int(number))
    return repr(number)
