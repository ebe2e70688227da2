"""Quantities of Kubernetes: how much CPU or memory, as ``500m``, ``0.5``, ``1Gi`` or ``1e3``.

The API server refuses a pod with a quantity that it cannot read, or with a request above its limit, so both are found out here.
"""

import re
from decimal import Decimal
from math import ceil

_FORM = re.compile(r"\+?(\d+\.?\d*|\.\d+)(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?\d{1,2}|)", re.ASCII)
_DECIMAL = {"m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = ("Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
LONGEST = 32


def read_quantity(text: str) -> Decimal:
    """Return the amount that `text` stands for.

    Raises
    ------
    ValueError
        It is no quantity, or not more than nothing.

    >>> read_quantity("1Gi"), read_quantity("500m")
    (Decimal('1073741824'), Decimal('0.500'))
    """
    found = _FORM.fullmatch(text) if len(text) <= LONGEST else None
    if found is None:
        raise ValueError(f"{text[:LONGEST]!r} is no quantity such as 500m or 1Gi")
    amount = Decimal(found[1]) * _factor(found[2])
    if amount <= 0:
        raise ValueError(f"{text!r} is nothing")
    return amount


def _factor(suffix: str) -> Decimal:
    if suffix in _DECIMAL:
        return Decimal(10) ** _DECIMAL[suffix]
    if suffix in _BINARY:
        return Decimal(1024) ** (_BINARY.index(suffix) + 1)
    return Decimal(10) ** int(suffix[1:])


def write_quantity(amount: Decimal) -> str:
    """Return `amount` as the API server reads it: whole, or in thousandths, rounded up.

    >>> write_quantity(read_quantity("500m") + read_quantity("1"))
    '1500m'
    """
    thousandths = ceil(amount * 1000)
    whole, rest = divmod(thousandths, 1000)
    return str(whole) if rest == 0 else f"{thousandths}m"
