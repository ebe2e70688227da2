"""A feature may be scored by another method: its score is on that method's scale, and the rest of the rule is as ever."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sidecar.baseline import profile_of_columns
from sidecar.columns import Columns
from sidecar.drift_detector import DriftDetector
from sidecar.reasons import Insufficiency, Status
from sidecar.settings import load_settings
from sidecar.verdict import FeatureReport, Method, Thresholds
from sidecar.verdict.method import ADDITIVE, Scale
from sidecar.window import WindowRule

RNG = np.random.default_rng(5)
ROWS = RNG.normal(10, 3, size=20_000)
KINDS = RNG.choice(list("abcd"), size=20_000)
PROFILE = profile_of_columns({"x": ROWS, "k": KINDS.tolist(), "same": [7.0] * 20_000})
METHODS = [method.value for method in Method]


def feature(values: np.ndarray, method: str, *, name: str = "x", warning: float = 0.1, critical: float = 0.3) -> FeatureReport:
    """Return what is said of a column that is scored by a method."""
    thresholds = Thresholds(features={name: (warning, critical)}, methods={name: method})
    detector = DriftDetector(PROFILE, thresholds=thresholds, window=WindowRule(rows=100_000))
    detector.observe(Columns(len(values), {name: values}), at=0.0)
    return detector.report(0.0).features[name]


@pytest.mark.parametrize("method", METHODS)
def test_the_score_is_the_statistic_less_what_chance_makes_of_it(method: str) -> None:
    """With thousands of rows the score of a clear shift is close to the plain number, from below where that is known."""
    values = RNG.normal(11.5, 3, size=5000)
    found = feature(values, method)
    assert found.method == method
    assert found.score is not None
    plain = {
        "psi": found.psi,
        "kl": found.kl,
        "js": found.js,
        "ks": stats.ks_2samp(ROWS, values).statistic,
        "wasserstein": stats.wasserstein_distance(ROWS, values) / ROWS.std(),
    }.get(method)
    if plain is not None:
        assert found.score == pytest.approx(plain, rel=0.04)
        assert found.score <= plain + 0.01
    assert found.status.alarming


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("rows", [200, 1000])
def test_without_drift_the_score_is_about_zero_at_any_number_of_rows(method: str, rows: int) -> None:
    """Chance is taken off: the mean of the squared score, less its bias, is a small part of what it was."""
    scores = [feature(RNG.normal(10, 3, size=rows), method).score or 0.0 for _ in range(40)]
    scale = Scale.of([Method(method)])
    freedom = {"ks": 0.82, "wasserstein": 1.0}.get(method, 9.0)
    assert np.mean(scale.to(np.array(scores))) < 0.75 * freedom / rows


@pytest.mark.parametrize("method", METHODS)
def test_without_drift_there_is_no_alarm(method: str) -> None:
    """The evidence is asked for, whatever the score is."""
    assert not any(feature(RNG.normal(10, 3, size=50), method, warning=0.01).status.alarming for _ in range(20))


@pytest.mark.parametrize("method", ["psi", "chi_square", "js", "kl", "hellinger"])
def test_categories_may_have_these(method: str) -> None:
    """Methods of shares serve both kinds."""
    found = feature(RNG.choice(list("abcd"), p=[0.6, 0.2, 0.1, 0.1], size=5000), method, name="k")
    assert (found.method, found.status.alarming) == (method, True)


@pytest.mark.parametrize(("name", "method", "usual"), [("k", "ks", "chi_square"), ("k", "wasserstein", "chi_square")])
def test_distances_of_categories_do_not_exist(name: str, method: str, usual: str) -> None:
    """Such a feature is scored as usual, by the common thresholds, because its own are of another scale; and it is told."""
    found = feature(RNG.choice(list("abcd"), size=500), method, name=name, warning=7.0, critical=9.0)
    assert (found.method, found.thresholds) == (usual, {"warning": 0.2, "critical": 0.5})
    detector = DriftDetector(PROFILE, thresholds=Thresholds(methods={"k": "ks", "same": "wasserstein", "x": "ks"}))
    assert detector.misfits == ("k", "same")


def test_values_that_are_all_missing_have_no_distance() -> None:
    """KS speaks of numbers; where there are none, nothing is known, and that is said."""
    assert feature(np.full(500, np.nan), "ks").status is Status.INSUFFICIENT


@given(st.sampled_from(list(Method)), st.floats(0, 4))
def test_scales_lead_there_and_back(method: Method, score: float) -> None:
    """Whatever is taken off, the score returns to its own scale."""
    scale = Scale.of([method])
    assert scale.back(scale.to(np.array([score])))[0] == pytest.approx(score, abs=1e-12)
    assert set(ADDITIVE) == set(Method)


def test_settings_name_the_method() -> None:
    """The key stands beside the feature's thresholds; a method that nobody knows is an error that names it."""
    text = '{"x": {"method": "js", "warning": 0.1}}'
    thresholds = load_settings(None, {"DRIFT_THRESHOLDS__FEATURES": text}).thresholds
    assert (thresholds.method_of("x"), thresholds.method_of("k"), thresholds.of("x")) == ("js", None, (0.1, 0.5))
    assert DriftDetector(PROFILE, thresholds=thresholds).report(0.0).features["x"].method == "js"
    with pytest.raises(Exception, match=r"thresholds\.features\.x\.method"):
        load_settings(None, {"DRIFT_THRESHOLDS__FEATURES": '{"x": {"method": "jsd"}}'})


@pytest.mark.parametrize("gone", [None, math.inf])
@pytest.mark.parametrize("method", METHODS)
def test_an_alarm_does_not_end_because_no_numbers_come_any_longer(method: str, gone: float | None) -> None:
    """Whether a method sees missing values or not, a column that drifted and then fell silent stays in alarm."""
    thresholds = Thresholds(features={"x": (0.1, 0.3)}, methods={"x": method})
    detector = DriftDetector(PROFILE, thresholds=thresholds, window=WindowRule(rows=200))
    detector.observe(Columns(200, {"x": RNG.normal(20, 3, size=200).tolist()}), at=0.0)
    before = detector.report(0.0).features["x"]
    for second in range(1, 41):
        detector.observe(Columns(10, {"x": [gone] * 10}), at=float(second))
    after = detector.report(41.0).features["x"]
    assert (before.status, after.status, after.reason) == (Status.CRITICAL, Status.CRITICAL, None)


@pytest.mark.parametrize("method", ["ks", "wasserstein"])
def test_rows_without_a_number_are_too_few_for_a_distance(method: str) -> None:
    """There are rows, so the reason is not that there are none."""
    found = feature(np.full(500, math.nan), method)
    assert (found.status, found.score, found.rows) == (Status.INSUFFICIENT, None, 500)
    assert found.reason is Insufficiency.TOO_FEW_ROWS


@pytest.mark.parametrize("method", ["ks", "wasserstein"])
def test_a_baseline_without_numbers_has_no_distances(method: str) -> None:
    """Its features are named, and scored as ever."""
    profile = profile_of_columns({"x": [math.inf, -math.inf] * 500})
    detector = DriftDetector(profile, thresholds=Thresholds(methods={"x": method}))
    assert detector.misfits == ("x",)
    report = detector.batch([Columns(1000, {"x": [1.5] * 1000})])
    assert (report.features["x"].method, report.status) == ("psi", Status.CRITICAL)
