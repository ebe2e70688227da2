"""The scores at which features warn and become critical: one pair for all, and exceptions by name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, Self

import numpy as np

from sidecar.score.shares import Floats


class SupportsThresholds(Protocol):
    """Whatever knows both thresholds of a feature, and what they are thresholds of."""

    def of(self, feature: str, /) -> tuple[float, float]:
        """Return (warning, critical) of a feature."""

    def method_of(self, feature: str, /) -> str | None:
        """Return the name of the method that a feature is to be scored by, None for the ordinary one."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Thresholds, given by hand.

    Examples
    --------
    >>> Thresholds(features={"age": (0.3, None)}).of("age")
    (0.3, 0.5)
    """

    warning: float = 0.2
    critical: float = 0.5
    features: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)
    methods: Mapping[str, str] = field(default_factory=dict)

    def of(self, feature: str, /) -> tuple[float, float]:
        """Return (warning, critical) of a feature; what it has none of its own for is common to all."""
        warning, critical = self.features.get(feature, (None, None))
        return self.warning if warning is None else warning, self.critical if critical is None else critical

    def method_of(self, feature: str, /) -> str | None:
        """Return the name of the method that a feature is to be scored by, None for the ordinary one."""
        return self.methods.get(feature)


class Limits(NamedTuple):
    """Thresholds as arrays, ``float64 (F,)`` each."""

    warning: Floats
    critical: Floats

    @classmethod
    def of(cls, thresholds: SupportsThresholds, names: Iterable[str]) -> Self:
        """Look the thresholds of each feature up."""
        pairs = np.array([thresholds.of(name) for name in names], dtype=np.float64).reshape(-1, 2)
        return cls(pairs[:, 0], pairs[:, 1])
