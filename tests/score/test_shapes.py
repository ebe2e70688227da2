"""Many features, many windows and no rows at all go through the same calls."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pytest
from numpy.typing import ArrayLike

from sidecar import score
from sidecar.score.shares import Floats

Statistic: TypeAlias = Callable[[ArrayLike, ArrayLike], Floats]
RNG = np.random.default_rng(20240501)
BASELINE = RNG.multinomial(2000, RNG.dirichlet(np.ones(10)), size=4)
WINDOWS = RNG.multinomial(300, RNG.dirichlet(np.ones(10)), size=(7, 4))
STATISTICS = (
    score.psi,
    score.kl,
    score.js,
    score.ks,
    score.psi_score,
    score.chi_square_score,
    score.log_evidence,
    score.bias,
    score.effective_rows,
    score.degrees_of_freedom,
)


@pytest.mark.parametrize("statistic", STATISTICS)
def test_a_stack_of_windows_is_scored_as_each_window_alone(statistic: Statistic) -> None:
    """Axes before the bins broadcast: (windows, features, bins) against (features, bins)."""
    together = statistic(WINDOWS, BASELINE)
    assert together.shape == (7, 4)
    alone = [[statistic(window, baseline) for window, baseline in zip(windows, BASELINE, strict=True)] for windows in WINDOWS]
    np.testing.assert_allclose(together, alone, rtol=1e-12)


def test_a_stack_of_windows_is_tested_as_each_window_alone() -> None:
    """The chi-square test broadcasts too, although it pools other bins in every window."""
    together = score.chi_square_test(WINDOWS, BASELINE)
    for place in np.ndindex(7, 4):
        alone = score.chi_square_test(WINDOWS[place], BASELINE[place[1]])
        assert [part[place] for part in together] == pytest.approx(list(alone))


@pytest.mark.parametrize("statistic", [score.psi, score.js, score.ks, score.psi_score, score.chi_square_score, score.bias])
@pytest.mark.parametrize("samples", [([0, 0], [3, 4]), ([3, 4], [0, 0]), ([0, 0], [0, 0])])
def test_a_sample_without_rows_has_no_score(statistic: Statistic, samples: tuple[list[int], list[int]]) -> None:
    """Where there is nothing to compare the answer is nan, not 0, and never a warning."""
    assert np.isnan(statistic(*samples))


def test_a_sample_without_rows_passes_no_test() -> None:
    """The chi-square test of nothing is nan throughout."""
    assert np.isnan(score.chi_square_test([0, 0], [3, 4])).all()


def test_a_sample_without_rows_counts_as_no_rows() -> None:
    """Effective rows are 0 when either side has none."""
    assert score.effective_rows([[0, 0], [1, 1]], [[5, 5], [0, 0]]).tolist() == [0, 0]


def test_a_single_bin_cannot_drift() -> None:
    """With one bin in use there are no degrees of freedom, no score, and nothing to test."""
    test = score.chi_square_test([9, 0], [200, 0])
    assert list(test) == [0, 0, 1]
    assert score.psi_score([9, 0], [200, 0]) == score.chi_square_score([9, 0], [200, 0]) == 0


def test_no_features_are_no_scores() -> None:
    """A baseline without features gives empty answers."""
    nothing = np.zeros((0, 1))
    for statistic in STATISTICS:
        assert statistic(nothing, nothing).shape == (0,)
