"""The distances from a profile's fine bins are those of the raw rows, as scipy computes them, within bounds that are told.

KS is within 0.01 always, for no bin of a continuous column holds more than a hundredth of the baseline; Wasserstein-1 within
0.015 standard deviations, also where a baseline of few distinct values meets values between them.
"""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from sidecar.baseline import profile_of_columns
from sidecar.columns import Columns
from sidecar.histogram import FIRST, Layout, encode, tally
from sidecar.score import ks, wasserstein

Doubles = NDArray[np.float64]
KS, W1 = 0.01, 0.015

BASELINES: dict[str, Callable[[np.random.Generator, int], Doubles]] = {
    "normal": lambda random, rows: random.normal(size=rows),
    "lognormal": lambda random, rows: random.lognormal(size=rows),
    "heavy tails": lambda random, rows: random.standard_t(3, size=rows),
    "zero-inflated": lambda random, rows: np.where(random.random(rows) < 0.6, 0, random.exponential(size=rows)),
    "hundreds": lambda random, rows: np.round(random.normal(0, 100, rows)).astype(np.float64),
    "two peaks": lambda random, rows: np.concatenate([random.normal(-5, 1, rows // 2), random.normal(5, 0.1, rows // 2)]),
    "epochs": lambda random, rows: 1.7e9 + random.uniform(0, 1e6, rows),
    "tiny": lambda random, rows: random.normal(1e-12, 1e-14, rows),
}
DISCRETE: dict[str, Callable[[np.random.Generator, int], Doubles]] = {
    "ages": lambda random, rows: np.round(np.clip(random.normal(40, 12, rows), 18, 90)).astype(np.float64),
    "counts": lambda random, rows: random.poisson(3, rows).astype(np.float64),
}
DRIFTS: dict[str, Callable[[Doubles, float], Doubles]] = {
    "none": lambda values, deviation: values,  # noqa: ARG005  # the signature of a drift
    "shift 0.1": lambda values, deviation: values + 0.1 * deviation,
    "shift 0.5": lambda values, deviation: values + 0.5 * deviation,
    "shift 1": lambda values, deviation: values + deviation,
    "shift -2": lambda values, deviation: values - 2 * deviation,
    "wider": lambda values, deviation: np.median(values) + (values - np.median(values)) * 2,  # noqa: ARG005
    "narrower": lambda values, deviation: np.median(values) + (values - np.median(values)) / 2,  # noqa: ARG005
    "gone constant": lambda values, deviation: np.full(len(values), np.median(values) + 0.3 * deviation),
    "a fifth stuck": lambda values, deviation: np.where(np.arange(len(values)) % 5, values, values[0] + 0.01 * deviation),
}


def distances(baseline: Doubles, window: Doubles) -> tuple[float, float]:
    """Return KS and Wasserstein-1 from nothing but the profile and the window's counts."""
    layout = Layout(profile_of_columns({"x": baseline}))
    counts = tally(encode(Columns(len(window), {"x": window}), layout), layout)
    here, there = counts.fine[:, FIRST:], layout.fine_counts[:, FIRST:]
    edges = (layout.fine_edges[:, FIRST:] - layout.origin[:, None]) / layout.unit[:, None]
    far = wasserstein(here, there, counts.sums[:, FIRST:], layout.fine_sums[:, FIRST:], edges)
    return float(ks(here, there)[0]), float(far[0]) * float(layout.unit[0])


@pytest.mark.parametrize("rows", [1000, 10_000])
@pytest.mark.parametrize("drift", DRIFTS)
@pytest.mark.parametrize("shape", BASELINES)
def test_distances_from_the_histogram_are_those_of_the_raw_rows(shape: str, drift: str, rows: int) -> None:
    """KS is within 0.01, and Wasserstein within 0.015 standard deviations, of what scipy finds in the rows themselves."""
    random = np.random.default_rng(rows)
    baseline = BASELINES[shape](random, rows)
    window = DRIFTS[drift](BASELINES[shape](random, 1000), float(baseline.std()))
    found_ks, found_w1 = distances(baseline, window)
    assert found_ks == pytest.approx(stats.ks_2samp(baseline, window).statistic, abs=KS + 1e-9)
    assert found_w1 == pytest.approx(stats.wasserstein_distance(baseline, window), abs=W1 * float(baseline.std()))


@pytest.mark.parametrize("rows", [200, 1000, 10_000])
@pytest.mark.parametrize("drift", DRIFTS)
@pytest.mark.parametrize("shape", DISCRETE)
def test_values_between_those_of_the_baseline_are_measured_too(shape: str, drift: str, rows: int) -> None:
    """KS sees values beside the popular ones, and Wasserstein how far they are from them."""
    random = np.random.default_rng(rows)
    baseline = DISCRETE[shape](random, rows)
    window = DRIFTS[drift](DISCRETE[shape](random, 1000), float(baseline.std()))
    found_ks, found_w1 = distances(baseline, window)
    assert found_ks == pytest.approx(stats.ks_2samp(baseline, window).statistic, abs=KS + 1e-9)
    assert found_w1 == pytest.approx(stats.wasserstein_distance(baseline, window), abs=W1 * float(baseline.std()))


@pytest.mark.parametrize("shift", [0.0, 0.05, 0.2, 0.5, 1.0, 3.0])
def test_a_shift_of_a_smooth_feature_is_measured_within_0_009(shift: float) -> None:
    """For the drift that is most common, KS is closer than the bound."""
    random = np.random.default_rng(11)
    baseline, window = random.normal(size=10_000), random.normal(size=5000) + shift
    assert distances(baseline, window)[0] == pytest.approx(stats.ks_2samp(baseline, window).statistic, abs=0.009)


def test_no_bin_of_a_continuous_feature_holds_more_than_a_hundredth() -> None:
    """That is the bound on the error of KS, whatever a window does between two edges."""
    for rows in (100, 1000, 12_345):
        (feature,) = profile_of_columns({"x": np.random.default_rng(rows).lognormal(size=rows)}).features
        assert feature.kind == "numeric"
        assert max(feature.counts) <= np.ceil(rows / 100)


def test_few_distinct_values_make_both_distances_exact() -> None:
    """Where every value has a bin, nothing is lost by counting."""
    random = np.random.default_rng(3)
    baseline, window = DISCRETE["counts"](random, 5000), DISCRETE["counts"](random, 700) + 1
    found_ks, found_w1 = distances(baseline, window)
    assert found_ks == pytest.approx(stats.ks_2samp(baseline, window).statistic, abs=1e-12)
    assert found_w1 == pytest.approx(stats.wasserstein_distance(baseline, window), abs=1e-6)
