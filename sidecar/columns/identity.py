"""Few objects in many cells: told apart by where they are in memory, which is a number, and not by what they say.

Data frames hold texts in arrays of objects, and readers of files make one object of a text, however often it occurs (pandas
does, Arrow does when it hands texts over). What a cell is then follows from its address. Looking addresses up in a small
table is some array operations; looking each text up takes five times as long.

Addresses are compared in full. Where cells are many objects after all, or two of them want the same slot, there is no answer.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sidecar.columns.coded import Coded

WORTHWHILE: Final = 1024
"""Cells from which on it pays."""
OBJECTS: Final = 64
"""The most objects that are told apart."""
_SAMPLE: Final = 256
_LOOKS: Final = 3
_SLOTS: Final = 1 << 14
_ALIGNED: Final = 4
"""Objects begin at multiples of sixteen, so the lowest bits of an address say nothing."""


def coded_by_identity(cells: NDArray[Any]) -> Coded | None:
    """Return a row of objects as a table and codes, or None where it is short or holds too many of them.

    Examples
    --------
    >>> free, pro = "free plan", "pro plan"
    >>> coded = coded_by_identity(np.array([free, pro, pro, None] * 256, dtype=object))
    >>> sorted(map(str, coded.table)), list(coded[:4])
    (['None', 'free plan', 'pro plan'], ['free plan', 'pro plan', 'pro plan', None])
    """
    if cells.ndim != 1 or len(cells) < WORTHWHILE or not cells.flags.c_contiguous:
        return None
    # The array holds on to its objects, so no address comes to mean another one in the meantime.
    addresses = np.frombuffer(cells, dtype=np.intp)
    slots = _slots(addresses)
    places = np.arange(0, len(cells), len(cells) // _SAMPLE)
    known = np.empty(0, dtype=np.intp)
    for _ in range(_LOOKS):
        _, first = np.unique(addresses[places], return_index=True)
        known = np.concatenate([known, places[first]])
        if len(known) > OBJECTS:
            return None
        codes = _places_of(addresses[known]).take(slots)
        places = np.flatnonzero(addresses[known].take(codes) != addresses)
        if not len(places):
            return Coded(cells[known].tolist(), codes)
        places = places[:_SAMPLE]
    return None


def _slots(addresses: NDArray[np.intp]) -> NDArray[np.intp]:
    return (addresses >> _ALIGNED) & (_SLOTS - 1)


def _places_of(addresses: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return for each slot the place of the address that belongs there; of two that do, one is never found."""
    table = np.zeros(_SLOTS, dtype=np.intp)
    table[_slots(addresses)] = np.arange(len(addresses))
    return table
