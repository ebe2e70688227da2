r"""What a feature's score may be, and how each of these scores is made to bear any number of rows.

A statistic of two samples is never 0 where nothing drifts: chance alone moves it, the further the fewer rows there are. For
each method there is a scale on which that is simple, its statistic or the square of it, times a constant:

.. math:: e = f s^k, \\qquad \\mathrm{E}[e] = \\mu / n_e, \\qquad \\mathrm{sd}[e] = \\sigma / n_e \\quad \\text{without drift}

The score is what is left of a statistic when ``mu / n_e`` has been taken off on that scale, brought back to the statistic's
own. So thresholds are on the scale that people know, and one threshold serves every number of rows.

============  ======================  ===  ========  ==========================
method        scale of the score      k    f         mu, sigma
============  ======================  ===  ========  ==========================
psi           PSI, nats               1    1         df, sqrt(2 df)
chi_square    4 V squared             1    1         df, sqrt(2 df)
kl            nats                    1    2         df, sqrt(2 df)
js            distance, base 2        2    8 ln 2    df, sqrt(2 df)
hellinger     distance                2    8         df, sqrt(2 df)
ks            distance                2    1         pi^2 / 12, 0.52
wasserstein   baseline's deviations   2    1         1.19 w^2, 1.15 w^2
============  ======================  ===  ========  ==========================

The first five are PSI to second order, which is where their f comes from. Kolmogorov's distribution has the second moment
pi^2 / 12 and the fourth 7 pi^4 / 720. The area under a Brownian bridge has the mean w = sqrt(2 / pi) times the integral of
sqrt(F (1 - F)), here in deviations of the baseline; its second and fourth moments stand as they are for the uniform
distribution (second: 7/60; fourth: by simulation), which is rough elsewhere, and good enough to take chance off.
"""

from collections.abc import Mapping
from enum import StrEnum
from math import log, pi, sqrt
from typing import Final, NamedTuple, Self

import numpy as np

from sidecar.score.shares import Floats


class Method(StrEnum):
    """What a feature's score is."""

    PSI = "psi"
    CHI_SQUARE = "chi_square"
    JS = "js"
    KS = "ks"
    WASSERSTEIN = "wasserstein"
    KL = "kl"
    HELLINGER = "hellinger"


class Additive(NamedTuple):
    """How a method's statistic is brought to the scale on which chance adds ``mu / n_e``."""

    factor: float = 1.0
    power: float = 1.0


ADDITIVE: Final[Mapping[Method, Additive]] = {
    Method.PSI: Additive(),
    Method.CHI_SQUARE: Additive(),
    Method.KL: Additive(factor=2.0),
    Method.JS: Additive(factor=8 * log(2), power=2.0),
    Method.HELLINGER: Additive(factor=8.0, power=2.0),
    Method.KS: Additive(power=2.0),
    Method.WASSERSTEIN: Additive(power=2.0),
}

KS_CHANCE: Final = (pi**2 / 12, sqrt(7 * pi**4 / 720 - (pi**2 / 12) ** 2))
"""Mean and standard deviation of the square of Kolmogorov's limit."""

WASSERSTEIN_CHANCE: Final = (7 / 60 * 64 / (2 * pi), 1.15)
"""Mean and standard deviation of the squared area under a Brownian bridge, as parts of its squared mean."""


class Scale(NamedTuple):
    """The additive scale of each feature's method.

    Attributes
    ----------
    factor, power
        ``float64 (F,)`` both.
    plain
        Whether they are 1 throughout, so that nothing need be done.
    """

    factor: Floats
    power: Floats
    plain: bool

    @classmethod
    def of(cls, methods: list[Method]) -> Self:
        """Return the scales of features' methods."""
        table = np.array([ADDITIVE[method] for method in methods], dtype=np.float64).reshape(-1, 2)
        return cls(table[:, 0], table[:, 1], plain=bool((table == 1).all()))

    def to(self, score: Floats) -> Floats:
        """Bring scores, of any leading axes, to the additive scale.

        Examples
        --------
        A JS distance of 0.19 is a PSI of 0.2:

        >>> scale = Scale.of([Method.PSI, Method.JS])
        >>> scale.to(np.array([0.2, 0.19])).round(2).tolist()
        [0.2, 0.2]
        """
        return score if self.plain else self.factor * score**self.power

    def back(self, added: Floats) -> Floats:
        """Bring values of the additive scale back to that of the scores."""
        return added if self.plain else (added / self.factor) ** (1 / self.power)


PLAIN_SCALE: Final = Scale(np.ones(1), np.ones(1), plain=True)
"""That of PSI and chi-square, for any number of features."""
