"""Categories to bin codes, with a bounded memory of what has been looked up before.

A category of the baseline is found in one dictionary lookup. Any other text is hashed to see whether the baseline had it at
all; the answer is remembered only if it had, so a client who sends a new text in every row cannot make the memory grow.

The memory is kept by type, because to Python 1, 1.0 and True are one key, and to us True is another category.
"""

import sys
from collections.abc import Sequence
from operator import itemgetter
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sidecar.baseline.profile import CategoricalFeature
from sidecar.columns import LONGEST, WRONG_TYPE, Absent, Coded, Column, category_text, coded_by_identity, short_hash
from sidecar.histogram.grid import FIRST, Special

ABSENT_CODE: Final = -1
WRONG_CODE: Final = -2
"""Stands for a value that can be no category, until the issue is noted; it then counts as missing."""


class CategoryReader:
    """Finds the bins of one feature's values.

    Attributes
    ----------
    tells_new
        Whether an unseen value is a new one: the baseline had no values that it has forgotten.
    """

    def __init__(self, feature: CategoricalFeature) -> None:
        self.tells_new = not feature.unseen
        self._bins = {text: FIRST + position for position, text in enumerate(feature.categories)}
        self._seen = frozenset(feature.seen)
        self._room = len(self._bins) + len(self._seen)
        self._memory: dict[type, dict[object, int]] = {str: {}, int: {}, float: {}, bool: {}}
        self._memory[str].update(self._bins)
        self._packed = {text: _packed(code) for text, code in self._bins.items()}

    def codes(self, column: Column) -> NDArray[np.int32]:
        """Return the fine column of each cell, or `ABSENT_CODE` or `WRONG_CODE`."""
        if isinstance(column, np.ndarray):
            return self._from_array(column)
        if isinstance(column, Coded):
            found: NDArray[np.int32] = self.codes(column.table)[column.codes]
            return found
        return self._from_cells(column)

    def _from_cells(self, column: Sequence[object]) -> NDArray[np.int32]:
        if len(column) > 1:
            try:
                # Nearly always: texts that have been seen before. Any other cell, of whatever type, is none of the keys. One
                # call looks all of them up, and bytes are put together three times as fast as numbers.
                return np.frombuffer(b"".join(itemgetter(*column)(self._packed)), dtype=np.int32)
            except (KeyError, TypeError):
                pass
        return np.array(self._each(column), dtype=np.int32)

    def _each(self, column: Sequence[object]) -> list[int]:
        kinds = set(map(type, column))
        memory = self._memory.get(kinds.pop()) if len(kinds) == 1 else None
        if memory is None:
            return [self._code(cell) for cell in column]
        return [
            self._look_up(cell) if code is None else code for code, cell in zip(map(memory.get, column), column, strict=True)
        ]

    def _from_array(self, array: NDArray[Any]) -> NDArray[np.int32]:
        if array.dtype == object:
            coded = coded_by_identity(array)
            return self._from_cells(array.tolist()) if coded is None else self.codes(coded)
        if array.ndim != 1:
            return np.full(len(array), WRONG_CODE, dtype=np.int32)
        values, inverse = np.unique(array, return_inverse=True)
        codes = np.array([self._look_up(value) for value in values], dtype=np.int32)
        return codes[inverse]

    def _code(self, cell: object) -> int:
        memory = self._memory.get(type(cell))
        code = None if memory is None else memory.get(cell)
        return self._look_up(cell) if code is None else code

    def _look_up(self, cell: object) -> int:
        if isinstance(cell, Absent):
            return ABSENT_CODE
        text = category_text(cell)
        if text is None:
            return Special.MISSING
        if text is WRONG_TYPE:
            return WRONG_CODE
        code = self._bins.get(text)
        if code is None:
            code = Special.OTHER if self._seen and short_hash(text) in self._seen else Special.UNSEEN
        self._remember(cell, code)
        return code

    def _remember(self, cell: object, code: int) -> None:
        memory = self._memory.get(type(cell))
        if memory is None or code == Special.UNSEEN or len(memory) >= self._room:
            return
        if not isinstance(cell, str) or len(cell) <= LONGEST:
            memory[cell] = code
            if isinstance(cell, str):
                self._packed[cell] = _packed(code)


def _packed(code: int) -> bytes:
    return code.to_bytes(4, sys.byteorder, signed=True)
