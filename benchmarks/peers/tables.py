"""The data of the comparison, the same in every process."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

NUMERIC: Final = 20
CATEGORICAL: Final = 5
BASELINE: Final = 10_000
CATEGORIES: Final = np.array([f"category {letter}" for letter in "abcdefghij"], dtype=object)

Arrays = dict[str, NDArray[Any]]


def table(rows: int, seed: int) -> Arrays:
    """Return columns of doubles, and of Python texts as a data frame would hold them."""
    random = np.random.default_rng(seed)
    numbers: Arrays = {f"number {k}": random.normal(size=rows) for k in range(NUMERIC)}
    return numbers | {f"category {k}": CATEGORIES[random.integers(len(CATEGORIES), size=rows)] for k in range(CATEGORICAL)}
