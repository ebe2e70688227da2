"""The evidence is an e-value: a bet against sameness that nobody can expect to win while sameness holds."""

from itertools import product

import numpy as np
import pytest
from scipy import stats
from scipy.special import gammaln

from sidecar.score import log_dirichlet_multinomial, log_evidence
from sidecar.score.shares import Floats

BASELINES = ([60, 30, 20], [200, 1, 1], [1, 99, 400], [40, 40, 40])


def all_windows(rows: int, bins: int) -> Floats:
    """Return every way to spread the rows over the bins."""
    return np.array([x for x in product(range(rows + 1), repeat=bins) if sum(x) == rows])


def log_probability(windows: Floats, baseline: list[int]) -> Floats:
    """Return the log probability of each window when its shares are as uncertain as the baseline leaves them."""
    ways = gammaln(windows.sum(axis=-1) + 1) - gammaln(windows + 1).sum(axis=-1)
    logarithm: Floats = ways + log_dirichlet_multinomial(windows, np.array(baseline) + 0.5)
    return logarithm


@pytest.mark.parametrize("baseline", BASELINES)
@pytest.mark.parametrize("rows", [1, 2, 12])
def test_the_expected_bet_without_drift_is_one(baseline: list[int], rows: int) -> None:
    """Summed over every window there is, weighted by its probability without drift, E is exactly 1."""
    windows = all_windows(rows, 3)
    weights = np.exp(log_probability(windows, baseline))
    assert weights.sum() == pytest.approx(1, rel=1e-9)
    assert np.sum(weights * np.exp(log_evidence(windows, baseline))) == pytest.approx(1, rel=1e-9)


@pytest.mark.parametrize("baseline", BASELINES)
def test_the_expected_log_evidence_without_drift_is_not_above_zero(baseline: list[int]) -> None:
    """Without drift the evidence speaks for sameness on average."""
    windows = all_windows(12, 3)
    assert np.sum(np.exp(log_probability(windows, baseline)) * log_evidence(windows, baseline)) <= 0


def test_the_dirichlet_multinomial_is_scipys_without_its_coefficient() -> None:
    """With the number of orders put back, it is scipy's distribution."""
    windows = all_windows(5, 3)
    expected = stats.dirichlet_multinomial([3.5, 1.5, 0.5], 5).logpmf(windows)
    np.testing.assert_allclose(log_probability(windows, [3, 1, 0]), expected, rtol=1e-9)


@pytest.mark.parametrize(("rows", "defined"), [(98.4, False), (98.5, True), (99, True)])
def test_a_baseline_below_a_hundred_gives_no_evidence(*, rows: float, defined: bool) -> None:
    """With three bins in use K is m + 1.5; below 100 the alternative would know more than the baseline."""
    assert np.isfinite(log_evidence([5, 5, 5], [rows / 2, rows / 2, 0])) == defined


def test_no_rows_are_no_evidence() -> None:
    """Before the first row the bet stands at its stake, E = 1."""
    assert log_evidence([0, 0, 0], [50, 40, 30]) == pytest.approx(0, abs=1e-12)


def test_evidence_of_a_shift_grows_with_its_rows() -> None:
    """The same shift is stronger evidence the more rows show it."""
    baseline = np.array([500, 300, 200])
    grown = [log_evidence(size * np.array([3, 3, 4]), baseline) for size in (5, 10, 20, 50, 100)]
    assert grown == sorted(grown)
    assert grown[0] < np.log(1e6) < grown[-1]


def test_a_false_alarm_takes_more_than_a_million_to_one() -> None:
    """Of 20 000 windows without drift, beside a baseline of 100 rows and one of 2000, none comes near ln 1e6."""
    rng = np.random.default_rng(3)
    for m in (150, 2000):
        shares = rng.dirichlet(np.full(10, 5.0), size=10_000)
        baseline, windows = rng.multinomial(m, shares), rng.multinomial(500, shares)
        assert np.max(log_evidence(windows, baseline)) < np.log(1e6)
