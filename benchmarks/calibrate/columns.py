"""Columns as they occur: each feature of a table is one of five kinds in turn."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64] | NDArray[np.str_]
Draw = Callable[[np.random.Generator, int], Values]

ZIPF_EXPONENT: Final = 1.5
ZIPF_LARGEST: Final = 1_000_000
ZERO_SHARE: Final = 0.7


def gaussian(random: np.random.Generator, rows: int) -> Values:
    """Draw from a normal distribution."""
    return random.normal(size=rows)


def skewed(random: np.random.Generator, rows: int) -> Values:
    """Draw from a log-normal distribution with a long tail."""
    return random.lognormal(sigma=1.5, size=rows)


def zero_inflated(random: np.random.Generator, rows: int) -> Values:
    """Draw zeros, and now and then a positive number."""
    return np.where(random.random(rows) < ZERO_SHARE, 0.0, random.exponential(size=rows))


def integer(random: np.random.Generator, rows: int) -> Values:
    """Draw small whole numbers, with many ties."""
    return random.poisson(5, size=rows).astype(np.float64)


def zipf(random: np.random.Generator, rows: int) -> Values:
    """Draw categories of which a few are frequent and new ones never cease to come."""
    return np.minimum(random.zipf(ZIPF_EXPONENT, size=rows), ZIPF_LARGEST).astype(np.str_)


KINDS: Final[Mapping[str, Draw]] = {
    "gaussian": gaussian,
    "skewed": skewed,
    "zero-inflated": zero_inflated,
    "integer": integer,
    "zipf": zipf,
}


def table(random: np.random.Generator, features: int, rows: int) -> dict[str, Values]:
    """Draw a table of so many features, of each kind in turn."""
    kinds = [*KINDS.items()]
    return {f"{kinds[k % len(kinds)][0]} {k}": kinds[k % len(kinds)][1](random, rows) for k in range(features)}
