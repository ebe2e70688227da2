"""Every score is held against values that numpy and scipy gave for fixed vectors, and against scipy.stats itself."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from sidecar import score
from sidecar.baseline import profile_of_columns
from sidecar.columns import Columns
from sidecar.drift_detector import DriftDetector
from sidecar.score.shares import Floats

Ints: TypeAlias = NDArray[np.int64]

CASES: Mapping[str, Any] = json.loads((Path(__file__).parent.parent / "data" / "reference_values.json").read_text())["cases"]
NUMERIC = [name for name, case in CASES.items() if case["kind"] == "numeric"]


def close(value: Any) -> Any:
    """Return what equals the value to nine digits."""
    return pytest.approx(value, rel=1e-9, abs=1e-9)


def counts(name: str) -> tuple[list[int], list[int]]:
    """Return the window's and the baseline's counts of a case."""
    return CASES[name]["window"], CASES[name]["baseline"]


def expected(name: str, key: str) -> Any:
    """Return what numpy or scipy gave."""
    return CASES[name]["expected"][key]


@pytest.mark.parametrize("name", CASES)
def test_psi_reads_an_empty_bin_as_one_in_ten_thousand(name: str) -> None:
    """PSI is the plain sum over shares, an empty bin at 1e-4."""
    assert score.psi(*counts(name)) == close(expected(name, "psi"))


@pytest.mark.parametrize("name", CASES)
def test_js_is_the_distance_in_base_two(name: str) -> None:
    """JS is scipy's jensenshannon with base 2."""
    assert score.js(*counts(name)) == close(expected(name, "js"))
    assert score.js(*counts(name)) == close(_jensenshannon(*counts(name)))


@pytest.mark.parametrize("name", CASES)
def test_chi_square_test_is_the_contingency_test_without_correction(name: str) -> None:
    """Statistic, p-value and degrees of freedom are chi2_contingency's where no expected count is below one."""
    test = score.chi_square_test(*counts(name))
    assert [test.statistic, test.p_value, test.dof] == close(expected(name, "chi_square"))


@pytest.mark.parametrize("name", CASES)
def test_bias_corrected_scores_agree_and_stop_at_zero(name: str) -> None:
    """Both scores are the reference's effect less its bias, and 0 where that is negative."""
    assert score.psi_score(*counts(name)) == close(max(0.0, expected(name, "psi_less_bias")))
    assert score.chi_square_score(*counts(name)) == close(max(0.0, expected(name, "effect_less_bias")))


@pytest.mark.parametrize("name", CASES)
def test_bias_is_what_lies_between_effect_and_score(name: str) -> None:
    """The bias df (1/n + 1/m) is the difference between the reference's raw and corrected values."""
    bias = expected(name, "effect") - expected(name, "effect_less_bias")
    assert score.bias(*counts(name)) == close(bias)
    assert score.degrees_of_freedom(*counts(name)) == expected(name, "df")


@pytest.mark.parametrize("name", CASES)
def test_log_evidence_agrees(name: str) -> None:
    """Ln E is the reference's."""
    assert score.log_evidence(*counts(name)) == close(expected(name, "log_evidence"))


@pytest.mark.parametrize("name", [name for name in CASES if name != "num_emptybin"])
def test_kl_is_the_relative_entropy_of_the_window(name: str) -> None:
    """KL is sum q ln(q/p) with empty bins at 1e-4; scipy rescales the shares then, so it agrees only to that order."""
    window, baseline = counts(name)
    q, p = (np.where(np.array(x) == 0, 1e-4, np.array(x) / sum(x)) for x in (window, baseline))
    assert score.kl(window, baseline) == close(float(np.sum(q * np.log(q / p))))
    assert score.kl(window, baseline) == pytest.approx(float(stats.entropy(q, p)), abs=1e-3)


@pytest.mark.parametrize("name", NUMERIC)
def test_ks_is_exact_where_every_bin_holds_one_value(name: str) -> None:
    """On a grid of single values KS equals ks_2samp of the raw rows."""
    window, baseline, _ = single_values(name)
    assert score.ks(window, baseline) == close(expected(name, "ks"))


@pytest.mark.parametrize("name", NUMERIC)
def test_wasserstein_is_exact_where_every_bin_holds_one_value(name: str) -> None:
    """On a grid of single values Wasserstein equals wasserstein_distance of the raw rows."""
    window, baseline, values = single_values(name)
    distance = score.wasserstein(window, baseline, window * values, baseline * values, values)
    assert distance == close(expected(name, "wasserstein"))


@pytest.mark.parametrize("name", NUMERIC)
def test_distances_of_the_rows_themselves_are_exact(name: str) -> None:
    """Where the raw rows are at hand, KS and Wasserstein are those of ks_2samp and wasserstein_distance."""
    window, baseline = CASES[name]["window_values"], CASES[name]["baseline_values"]
    assert score.ks_of_rows(window, baseline) == close(expected(name, "ks"))
    assert score.wasserstein_of_rows(window, baseline) == close(expected(name, "wasserstein"))


@pytest.mark.parametrize("name", NUMERIC)
def test_distances_from_a_profile_are_close(name: str) -> None:
    """From the histograms of a profile KS is within 0.01, Wasserstein within 0.02 standard deviations."""
    window, baseline = (np.array(CASES[name][rows], dtype=float) for rows in ("window_values", "baseline_values"))
    detector = DriftDetector(profile_of_columns({"x": baseline}))
    detector.observe(Columns(len(window), {"x": window}), at=0.0)
    found = detector.report(0.0).features["x"]
    assert found.ks == pytest.approx(expected(name, "ks"), abs=0.01)
    assert found.wasserstein == pytest.approx(expected(name, "wasserstein"), abs=0.02 * baseline.std())


@pytest.mark.parametrize(
    ("name", "value"),
    [("num_emptybin", 0.541196100146197), ("cat_unseen", 0.32514619018307933), ("cat_share", 0.17279743315408166)],
)
def test_hellinger_is_that_of_the_peers(name: str, value: float) -> None:
    """The distance is what nannyml 0.13.1 prints for the same shares."""
    assert score.hellinger(*counts(name)) == close(value)


@pytest.mark.parametrize("name", NUMERIC)
def test_the_counts_are_those_of_the_decile_bins(name: str) -> None:
    """The reference's counts follow from its rows: right-closed bins between the edges, the outer ones open."""
    case = CASES[name]
    for rows in ("window", "baseline"):
        bins = np.searchsorted(case["edges"], case[f"{rows}_values"], side="left")
        assert np.bincount(bins, minlength=len(case["edges"]) + 1).tolist() == case[rows]


def single_values(name: str) -> tuple[Ints, Ints, Floats]:
    """Return counts of window and baseline on the grid of all values that occur, and those values."""
    window, baseline = np.array(CASES[name]["window_values"]), np.array(CASES[name]["baseline_values"])
    values = np.union1d(window, baseline)
    x, c = (np.bincount(np.searchsorted(values, rows), minlength=len(values)) for rows in (window, baseline))
    return x, c, values


def _jensenshannon(window: list[int], baseline: list[int]) -> float:
    """Return the distance by the entropies of scipy.stats."""
    q, p = np.array(window) / sum(window), np.array(baseline) / sum(baseline)
    middle = stats.entropy((q + p) / 2, base=2)
    return float(np.sqrt(max(0.0, middle - (stats.entropy(q, base=2) + stats.entropy(p, base=2)) / 2)))
