"""Sums that merge exactly: values as whole numbers of a feature's own unit.

Floating point addition depends on the order of its terms, so two replicas that add the same panes in another order would
disagree in the last digit, and a window from which an old pane is subtracted would keep its dust. Whole numbers do not. The
unit of a feature comes from its baseline alone:

    unit = 2 ** exponent, the power of two with  2**19 < (max - min) / unit <= 2**20
    units(v) = round((clip(v) - origin) / unit),  |units| <= 2**32

so one unit is about a millionth of the baseline's range, a value may lie 4096 ranges away from the origin before it is
clipped, and 2**31 rows (two billion) of clipped values still fit into 64 bits. A power of two makes the scaling itself exact.

The origin is a value from the middle of the baseline; without it a timestamp of ten digits would spend all its bits on saying
which decade it is.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

RANGE_BITS: Final = 20
LIMIT: Final = 2.0**32
"""Units that a value may be away from the origin; farther ones are clipped."""

_EXPONENTS = range(-1022, 1023)


@dataclass(frozen=True, slots=True)
class FixedPoint:
    """The scale on which a feature's values are added up.

    Attributes
    ----------
    origin
        The value that is 0 units.
    exponent
        The unit is 2 ** exponent.
    """

    origin: float
    exponent: int

    @property
    def unit(self) -> float:
        """How much one unit is, on the feature's scale."""
        return math.ldexp(1.0, self.exponent)

    def units(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return whole numbers of units, as doubles; see `to_units`."""
        return to_units(values, np.float64(self.origin), np.float64(1.0 / self.unit))

    def value(self, units: float) -> float:
        """Return the value that lies so many units from the origin."""
        return self.origin + units * self.unit


def fixed_point_of(low: float, middle: float, high: float) -> FixedPoint:
    """Choose the scale for a baseline that lies between `low` and `high`.

    A constant has no range; its own size takes the place, and 1 where the constant is 0.

    Examples
    --------
    >>> scale = fixed_point_of(0.0, 40.0, 100.0)
    >>> scale.unit, scale.units(np.array([40.0, 41.0, 1e300])).astype(int)
    (0.0001220703125, array([         0,       8192, 4294967296]))
    """
    # Halves, because the range of doubles is wider than the largest double.
    half = high / 2 - low / 2 or abs(middle) / 2 or 0.5
    mantissa, exponent = math.frexp(half)
    whole = exponent if mantissa == 0.5 else exponent + 1
    return FixedPoint(middle, min(max(whole - RANGE_BITS, _EXPONENTS[0]), _EXPONENTS[-1]))


def to_units(
    values: NDArray[np.float64],
    origin: NDArray[np.float64] | np.float64,
    per_unit: NDArray[np.float64] | np.float64,
    out: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Return values as whole numbers of units, in `out` if it is given; the values have to be finite.

    They stay doubles, in which whole numbers are exact up to 2**53, because that is what NumPy counts with.
    """
    with np.errstate(over="ignore"):
        # Scaled before they are subtracted, which by a power of two is exact: the range of doubles is wider than the largest.
        units = np.multiply(values, per_unit, out=out)
        units -= origin * per_unit
    np.clip(units, -LIMIT, LIMIT, out=units)
    return np.rint(units, out=units)
