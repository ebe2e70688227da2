"""What scores mean, in the figures that docs/statistics.md gives to people: a normal column in deciles, and its mean moves."""

import numpy as np
import pytest
from scipy.stats import norm

from sidecar import score
from sidecar.score.shares import Floats

DECILES = norm.ppf(np.arange(1, 10) / 10)
ENDLESS = 1e9


def moved(deviations: float) -> tuple[Floats, Floats]:
    """Return the shares of a column whose mean has moved, and of the baseline, as counts of endless samples."""
    shares = (np.diff(norm.cdf(DECILES - shift), prepend=0.0, append=1.0) for shift in (deviations, 0.0))
    window, baseline = (ENDLESS * each for each in shares)
    return window, baseline


@pytest.mark.parametrize(("deviations", "psi", "effect"), [(0.5, 0.238, 0.227), (0.75, 0.53, 0.48), (1.0, 0.93, 0.79)])
def test_the_categorical_score_follows_psi(deviations: float, psi: float, effect: float) -> None:
    """A mean that moves by a half, three quarters and one standard deviation."""
    assert float(score.psi(*moved(deviations))) == pytest.approx(psi, abs=0.005)
    assert float(score.chi_square_score(*moved(deviations))) == pytest.approx(effect, abs=0.005)


def test_a_tenth_of_new_values_gives_0_21() -> None:
    """The categorical score of values never seen is finite, and just above the threshold for a tenth of the rows."""
    baseline, window = ENDLESS * np.array([0.5, 0.5, 0.0]), ENDLESS * np.array([0.45, 0.45, 0.1])
    assert float(score.chi_square_score(window, baseline)) == pytest.approx(0.21, abs=0.005)


@pytest.mark.parametrize(("threshold", "deviations"), [(0.2, 0.46), (0.5, 0.73)])
def test_the_thresholds_are_shifts_of_so_many_deviations(threshold: float, deviations: float) -> None:
    """0.2 is what a shift by 0.46 standard deviations makes, 0.5 one by 0.73."""
    assert float(score.psi_score(*moved(deviations))) == pytest.approx(threshold, rel=0.02)


def test_0_2_of_psi_on_the_scales_of_other_methods() -> None:
    """The table of methods: what a shift that PSI calls 0.2 is for the others."""
    window, baseline = moved(0.46)
    assert float(score.smoothed_kl(window, baseline)) == pytest.approx(0.1, abs=0.005)
    assert float(score.js(window, baseline)) == pytest.approx(0.19, abs=0.005)
    assert float(score.hellinger(window, baseline)) == pytest.approx(0.16, abs=0.005)
    assert 2 * norm.cdf(0.23) - 1 == pytest.approx(0.18, abs=0.005)  # KS of two normals 0.46 apart
