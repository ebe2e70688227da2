"""All numbers of one column, in memory while they are few and in a temporary file when they are many.

Exact quantiles need every number, and a table may be larger than memory; but of its columns one at a time is summed up. So the
numbers of a column wait in a file of their own, 8 bytes each, and come back when it is their turn.
"""

import tempfile
from typing import IO, Final

import numpy as np
from numpy.typing import NDArray

IN_MEMORY: Final = 256 << 20
"""Bytes that the piles of one table may hold in memory together."""

Doubles = NDArray[np.float64]


class Pile:
    """Numbers, in the order in which they came.

    Parameters
    ----------
    room
        Bytes that it may hold in memory.

    Examples
    --------
    >>> pile = Pile(room=16)
    >>> for number in range(4):
    ...     pile.add(np.array([float(number)]))
    >>> pile.take(), pile.take()
    (array([0., 1., 2., 3.]), array([], dtype=float64))
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._parts: list[Doubles] = []
        self._held = 0
        self._file: IO[bytes] | None = None

    def add(self, numbers: Doubles) -> None:
        """Put more numbers on the pile."""
        self._parts.append(numbers)
        self._held += numbers.nbytes
        if self._held > self._room:
            self._spill()

    def take(self) -> Doubles:
        """Return all numbers, and be empty."""
        if self._file is not None:
            self._spill()
            self._file.seek(0)
            numbers = np.fromfile(self._file, dtype=np.float64)
            self._file.close()
            self._file = None
            return numbers
        parts, self._parts, self._held = self._parts, [], 0
        return parts[0] if len(parts) == 1 else np.concatenate([np.empty(0), *parts])

    def _spill(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="drift-sidecar-")  # noqa: SIM115 - closed by `take`, or with the pile
        for part in self._parts:
            np.ascontiguousarray(part).tofile(self._file)
        self._parts, self._held = [], 0
