"""The report says what is known, in the contract's names, and never a number that JSON does not have."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sidecar.baseline import Profile, profile_of_columns
from sidecar.columns import Columns
from sidecar.drift_detector import DriftDetector
from sidecar.reasons import Insufficiency, Status
from sidecar.verdict import Report
from sidecar.window import WindowRule

RNG = np.random.default_rng(20240607)
AGES = RNG.normal(40, 12, size=4000).round(1)
PLANS = RNG.choice(["basic", "plus", "pro"], p=[0.5, 0.3, 0.2], size=4000)
PROFILE = profile_of_columns({"age": AGES, "plan": PLANS.tolist()})
FEATURE_FIELDS = {
    *("kind", "method", "score", "status", "reason", "evidence", "psi", "kl", "js", "statistic", "dof", "p_value"),
    *("ks", "wasserstein", "rows", "missing", "absent", "scan", "thresholds"),
}


def report(values: dict[str, Any], profile: Profile | None = PROFILE, *, bins: bool = False) -> Report:
    """Return the report on these columns alone."""
    detector = DriftDetector(profile, window=WindowRule(rows=10_000))
    rows = len(next(iter(values.values()))) if values else 0
    detector.observe(Columns(rows, values), at=1000.0)
    return detector.report(1000.0, bins=bins)


def test_the_report_has_the_contracts_names() -> None:
    """Every field is there, also where it has no value."""
    found = report({"age": AGES[:500], "plan": PLANS[:500].tolist()}).to_dict()
    assert set(found) == {"status", "drift_score", "reason", "model_version", "window", "baseline", "features", "quality"}
    assert set(found["window"]) == {"rows", "panes", "seconds", "started", "target_rows", "unknown", "stale"}
    assert found["baseline"] == {"fingerprint": PROFILE.fingerprint, "rows": 4000}
    assert [set(feature) for feature in found["features"].values()] == [FEATURE_FIELDS] * 2
    assert list(found["features"]) == ["age", "plan"]


def test_a_window_of_the_baseline_is_ok() -> None:
    """Rows of the baseline itself are no drift, and the report says so in both statuses and numbers."""
    found = report({"age": AGES[:500], "plan": PLANS[:500].tolist()})
    assert (found.status, found.reason, found.alarms) == (Status.OK, None, ())
    assert [feature.status for feature in found.features.values()] == [Status.OK, Status.OK]
    assert found.drift_score == max(feature.score or 0 for feature in found.features.values()) < 0.05
    assert found.window.rows == found.features["age"].rows == 500


def test_plain_numbers_are_those_of_the_raw_rows() -> None:
    """KS and Wasserstein come within a bin of scipy's on the raw rows, psi, js and chi-square are exact on the bins."""
    ages, plans = AGES[:800] + 6, RNG.choice(["basic", "plus", "pro"], p=[0.3, 0.3, 0.4], size=800)
    found = report({"age": ages, "plan": plans.tolist()}).features
    age, plan = found["age"], found["plan"]
    assert age.ks == pytest.approx(stats.ks_2samp(ages, AGES, method="asymp").statistic, abs=0.01)
    assert age.wasserstein == pytest.approx(stats.wasserstein_distance(ages, AGES), abs=0.02 * AGES.std())
    table = [[np.count_nonzero(rows == text) for text in ("basic", "plus", "pro")] for rows in (plans, PLANS)]
    test = stats.chi2_contingency(table, correction=False)
    assert [plan.statistic, plan.dof, plan.p_value] == pytest.approx([test.statistic, test.dof, test.pvalue], rel=1e-9)
    q, p = np.array(table[0]) / 800, np.array(table[1]) / 4000
    assert plan.psi == pytest.approx(np.sum((q - p) * np.log(q / p)), rel=1e-9)
    assert plan.kl == pytest.approx(stats.entropy(q, p), rel=1e-9)
    assert (plan.ks, plan.wasserstein) == (None, None)


def test_deciles_are_the_bins_of_psi() -> None:
    """The score and psi of a numeric feature are those of its decile counts."""
    ages = AGES[:800] * 1.2
    age = report({"age": ages}, profile_of_columns({"age": AGES})).features["age"]
    edges = np.unique(np.quantile(AGES, np.arange(1, 10) / 10, method="inverted_cdf"))
    x, c = (np.bincount(np.searchsorted(edges, rows, side="left"), minlength=10) for rows in (ages, AGES))
    assert age.psi == pytest.approx(np.sum((x / 800 - c / 4000) * np.log((x / 800) / (c / 4000))), rel=1e-9)
    q, p = (x + 0.5) / 805, (c + 0.5) / 4005
    assert age.score == pytest.approx(np.sum((q - p) * np.log(q / p)) - 9 * (1 / 800 + 1 / 4000), rel=1e-9)
    assert (age.method, age.dof) == ("psi", 9)


def test_distances_have_the_unit_of_the_feature_however_far_from_zero() -> None:
    """A day's shift of timestamps is 86 400 seconds, although they are counted in billions."""
    moments = 1.7e9 + RNG.uniform(0, 3e6, size=2000)
    found = report({"seen": moments + 86_400}, profile_of_columns({"seen": moments})).features["seen"]
    assert found.wasserstein == pytest.approx(86_400, rel=0.01)


def test_missing_and_absent_are_not_the_same() -> None:
    """A null is a row of the feature without a value; a row that does not carry the feature is no row of it."""
    found = report({"age": [30.0, None, float("nan")]})
    assert (found.window.rows, found.features["age"].rows, found.features["plan"].rows) == (3, 3, 0)
    assert (found.features["age"].missing, found.features["age"].absent) == (2, 0)
    assert (found.features["plan"].missing, found.features["plan"].absent) == (0, 3)
    assert found.features["plan"].score is None
    assert found.quality == {"age": {"missing": 2}, "plan": {"absent": 3}}


def test_categories_are_scored_with_room_for_the_unseen() -> None:
    """A first unseen value is no catastrophe: it was given a pseudo-count; the plain numbers are without it."""
    detector = DriftDetector(PROFILE)
    detector.observe(Columns(400, {"plan": [*PLANS[:399].tolist(), "brand new"]}), at=0.0)
    plan = detector.report(0.0).features["plan"]
    layout = detector.layout
    assert layout is not None
    assert layout.evidence_counts[1].sum() == 4001
    assert plan.score is not None
    assert plan.score < 0.05
    assert plan.psi == pytest.approx((1 / 400 - 1e-4) * np.log((1 / 400) / 1e-4), abs=0.02)


def test_bins_add_up_to_the_rows() -> None:
    """Each bin has the rows of both sides, ranges with their ends, special bins with their names."""
    found = report({"age": [*AGES[:300], None, float("inf")], "plan": [*PLANS[:301].tolist(), "new"]}, bins=True)
    for feature, baseline in zip(found.features.values(), (4000, 4000), strict=True):
        assert feature.bins is not None
        assert sum(own["window"] for own in feature.bins) == feature.rows == 302
        assert sum(own["baseline"] for own in feature.bins) == baseline
    ages = found.to_dict()["features"]["age"]["bins"]
    assert ages[0]["from"] is ages[9]["to"] is None
    assert all(ages[place]["to"] == ages[place + 1]["from"] for place in range(9))
    assert {own["label"]: own["window"] for own in ages[10:]} == {"missing": 1, "infinite": 1}
    plans = {own["label"]: (own["baseline"], own["window"]) for own in found.to_dict()["features"]["plan"]["bins"]}
    assert plans["unseen"] == (0, 1)


def test_without_asking_there_are_no_bins() -> None:
    """Bins are many; a direct call's answer goes without."""
    assert "bins" not in report({"age": [1.0]}).to_dict()["features"]["age"]


@pytest.mark.parametrize(
    "column",
    [
        [5.0] * 300,
        [None] * 300,
        [1.0, 2.0] * 150,
        [1e308, -1e308] * 150,
        [2.0**60, 2.0**60 + 4096] * 150,
        [None, float("inf")] * 150,
        ["only"] * 300,
        [f"id-{number}" for number in range(300)],
        [True, False, None] * 100,
        [1.0],
        ["a"],
    ],
)
@pytest.mark.parametrize(
    "arrives", [[], [None], [1.0, 2.0, 1e300], [float("inf"), float("nan")], ["x", {"y": 1}], [5.0] * 2000]
)
def test_odd_columns_give_numbers_or_null(column: Sequence[Any], arrives: Sequence[Any]) -> None:
    """Whatever the baseline and the window hold, the report is JSON, without NaN or infinity."""
    found = report({"odd": list(arrives)}, profile_of_columns({"odd": list(column)}), bins=True)
    text = json.dumps(found.to_dict(), allow_nan=False)
    assert json.loads(text)["features"]["odd"]["rows"] == len(arrives)


def test_a_baseline_of_few_rows_says_that_it_is_too_small() -> None:
    """Nothing is ever called ok, or an alarm, beside fifty rows, and the reason is not to wait for more traffic."""
    found = report({"age": AGES[:2000] + 100}, profile_of_columns({"age": AGES[:50]}))
    assert (found.status, found.reason) == (Status.INSUFFICIENT, Insufficiency.BASELINE_TOO_SMALL)


@pytest.mark.parametrize(("rows", "reason"), [(0, "no_rows"), (20, "too_few_rows")])
def test_a_small_window_says_what_it_lacks(rows: int, reason: str) -> None:
    """Before there are rows, and while there are few."""
    found = report({"age": AGES[:rows], "plan": PLANS[:rows].tolist()})
    assert (found.status, found.reason) == (Status.INSUFFICIENT, reason)


def test_a_feature_that_never_comes_keeps_the_whole_from_ok() -> None:
    """Nobody can say that a feature is ok which is not sent; the report says which one it is."""
    found = report({"age": AGES[:500]})
    assert (found.status, found.reason) == (Status.INSUFFICIENT, Insufficiency.NO_ROWS)
    assert (found.features["age"].status, found.features["plan"].reason) == (Status.OK, Insufficiency.NO_ROWS)


def test_a_feature_that_never_comes_hides_no_drift() -> None:
    """An alarm is worse than not knowing."""
    found = report({"age": AGES[:500] + 40})
    assert (found.status, found.alarms) == (Status.CRITICAL, ("age",))


def test_without_a_baseline_rows_are_counted_and_nothing_is_said() -> None:
    """There is a window, and no features."""
    found = report({"age": [1.0, 2.0], "whatever": ["x", "y"]}, None)
    assert (found.status, found.reason) == (Status.INSUFFICIENT, Insufficiency.NO_BASELINE)
    assert (found.window.rows, found.features, found.baseline, found.drift_score) == (2, {}, None, None)
    json.dumps(found.to_dict(), allow_nan=False)


def test_features_of_unlike_width_are_compared_together() -> None:
    """A column of two numbers beside one of thirty categories: neither's bins get into the other's numbers."""
    texts = [f"t{number % 30}" for number in range(600)]
    wide = profile_of_columns({"flag": [0.0, 1.0] * 300, "text": texts})
    found = report({"flag": [0.0, 1.0, 1.0, 1.0] * 100, "text": texts[:400]}, wide).features
    assert [found["flag"].ks, found["flag"].wasserstein] == pytest.approx([0.25, 0.25])
    assert found["text"].score == 0
