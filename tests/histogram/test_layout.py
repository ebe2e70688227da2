"""The bins are the rule's bins: deciles, atoms, special bins, categories; and the fine grid lies within them."""

import json
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.baseline import CategoricalFeature, Profile, profile_of_columns, profile_of_records
from sidecar.columns import Columns, columns_of
from sidecar.histogram import FIRST, Counts, Layout, Special, encode, tally
from tests.histogram.strategies import rows

REFERENCE = json.loads((Path(__file__).parent.parent / "data" / "reference_values.json").read_text(encoding="utf-8"))["cases"]
NUMERIC = [name for name, case in REFERENCE.items() if case["kind"] == "numeric"]


def layout_of(values: Sequence[object]) -> Layout:
    """Return the layout of a baseline of one column."""
    return Layout(profile_of_columns({"x": values}))


def score_row(layout: Layout, values: Sequence[object]) -> list[int]:
    """Return what a window of one column counts in the score bins."""
    fine = tally(encode(Columns(len(values), {"x": values}), layout), layout).fine
    counted: list[int] = layout.to_score(fine)[0].tolist()
    return counted


@pytest.mark.parametrize("name", NUMERIC)
def test_reference_vectors_fall_into_the_reference_bins(name: str) -> None:
    """The counts that numpy's deciles give are ours; bins that only we have are empty on both sides."""
    case = REFERENCE[name]
    layout = layout_of(case["baseline_values"])
    assert [count for count in layout.score_counts[0].tolist() if count] == [count for count in case["baseline"] if count]
    used = layout.score_counts[0] > 0
    window = np.array(score_row(layout, case["window_values"]))
    assert window[used].tolist() == case["window"]
    assert window[~used].sum() == 0


@given(st.lists(st.integers(-50, 50).map(float), min_size=1, max_size=200))
def test_score_edges_are_numpys_deciles_and_the_two_sides_of_atoms(values: list[float]) -> None:
    """Every decile of numpy is an edge, and any other edge belongs to a value that holds a tenth of the baseline."""
    (feature,) = profile_of_columns({"x": values}).features
    deciles = set(np.quantile(values, np.arange(1, 10) / 10, method="inverted_cdf").tolist())
    atoms = {value for value in values if values.count(value) * 10 >= len(values)}
    beside = atoms | {math.nextafter(value, -math.inf) for value in atoms}
    assert feature.kind == "numeric"
    assert deciles <= set(feature.score_edges)
    assert set(feature.score_edges) == deciles | beside


@pytest.mark.parametrize("rows", range(1, 400, 7))
def test_quantiles_agree_with_numpy_at_any_number_of_rows(rows: int) -> None:
    """Whole-number arithmetic and numpy's inverted distribution function choose the same deciles."""
    values = np.random.default_rng(rows).normal(size=rows)
    (feature,) = profile_of_columns({"x": values}).features
    assert feature.kind == "numeric"
    if rows > 10:
        assert list(feature.score_edges) == np.quantile(values, np.arange(1, 10) / 10, method="inverted_cdf").tolist()


@given(rows(least=1))
def test_every_fine_bin_lies_in_exactly_one_score_bin(records: list[dict[str, object]]) -> None:
    """Adding up fine bins loses nothing and keeps the order of values."""
    if not any(records):
        return
    layout = Layout(profile_of_records(records))
    assert (np.diff(layout.score_of_fine, axis=1) >= 0).all()
    assert (layout.to_score(layout.fine_counts) == layout.score_counts).all()
    assert (layout.score_counts.sum(axis=1) == [feature.rows for feature in layout.profile.features]).all()


@given(st.lists(st.integers(-30, 30).map(float), min_size=1, max_size=300), st.lists(st.floats(-40, 40), max_size=50))
def test_counting_in_fine_bins_is_counting_in_score_bins(baseline: list[float], window: list[float]) -> None:
    """Any window's fine bins add up to what the score edges alone would have given."""
    layout = layout_of(baseline)
    (feature,) = layout.profile.features
    assert feature.kind == "numeric"
    own = np.bincount(np.searchsorted(feature.score_edges, window, side="left"), minlength=len(feature.score_edges) + 1)
    assert score_row(layout, window)[FIRST:] == own.tolist()


@given(rows(least=1))
def test_encoding_the_baseline_itself_gives_its_own_counts(records: list[dict[str, object]]) -> None:
    """Builder and encoder agree about every cell: a window that is the baseline has the baseline's counts and sums."""
    if not any(records):
        return
    layout = Layout(profile_of_records(records))
    window = tally(encode(columns_of(records), layout), layout)
    assert window.fine.tolist() == layout.fine_counts.tolist()
    assert window.sums.tolist() == layout.fine_sums.tolist()


def test_to_score_takes_any_leading_axes() -> None:
    """Many windows are added up in one call, each as if alone."""
    layout = Layout(profile_of_columns({"x": list(range(1000)), "c": ["a", "b"] * 500}))
    stack = np.random.default_rng(1).integers(0, 9, size=(3, 2, *layout.fine_counts.shape))
    stack[..., 1, FIRST + 2 :] = 0
    alone = np.array([[layout.to_score(stack[i, j]) for j in range(2)] for i in range(3)])
    assert (layout.to_score(stack) == alone).all()


def test_a_constant_has_below_equal_and_above() -> None:
    """A feature that never varied has three bins of values."""
    layout = layout_of([5.0] * 10)
    below, above = math.nextafter(5.0, 0), math.nextafter(5.0, 9)
    assert score_row(layout, [below, -1e308, 5.0, 5, above, 1e308])[FIRST:] == [2, 2, 2]
    assert [each.label for each in layout.score_bins(0)] == ["< 5", "= 5", "> 5", "missing", "infinite"]


@pytest.mark.parametrize(("zeros", "alone"), [(99, False), (100, True), (101, True)])
def test_a_value_that_holds_a_tenth_is_a_bin_of_its_own(zeros: int, *, alone: bool) -> None:
    """At 10 % of the baseline, and not just under, zero is alone in its bin."""
    values = [0.0] * zeros + [float(number) for number in range(1, 1001 - zeros)]
    layout = layout_of(values)
    mates = score_row(layout, [0.0, -1.0, math.nextafter(0, -1), math.nextafter(0, 1)])
    assert (mates[FIRST : FIRST + 3] == [2, 1, 1]) is alone


def test_special_bins_are_at_the_same_place_for_every_feature() -> None:
    """Missing and infinite numbers, unseen and other categories have the first columns."""
    records: list[object] = [{"x": cell, "c": text} for cell, text in [(1, "a")] * 6 + [(None, None), (math.inf, "rare")]]
    layout = Layout(profile_of_records(records))
    assert layout.score_counts[:, :FIRST].tolist() == [[1, 1, 0, 0], [1, 0, 0, 1]]
    assert (Special.MISSING, Special.INFINITE, Special.UNSEEN, Special.OTHER) == (0, 1, 2, 3)


def categorical(layout: Layout) -> CategoricalFeature:
    """Return the only feature, which is categorical."""
    (feature,) = layout.profile.features
    assert isinstance(feature, CategoricalFeature)
    return feature


def test_good_turing_moves_the_singletons_to_unseen_for_the_evidence_alone() -> None:
    """Three values seen once leave `other` for `unseen` in the evidence, and stay where they were in the plain counts."""
    layout = layout_of(["a"] * 10 + ["twice"] * 2 + ["x", "y", "z"])
    plain, evidence = layout.score_counts[0].tolist(), layout.evidence_counts[0].tolist()
    assert (plain[Special.UNSEEN], plain[Special.OTHER], plain[FIRST:]) == (0, 5, [10])
    assert (evidence[Special.UNSEEN], evidence[Special.OTHER], evidence[FIRST:]) == (3, 2, [10])


def test_unseen_has_a_pseudo_count_of_at_least_one() -> None:
    """A baseline without singletons still grants that there may be a value that it has not seen."""
    layout = layout_of(["a"] * 10 + ["b"] * 10)
    assert layout.evidence_counts[0, Special.UNSEEN] == 1
    assert layout.score_counts[0, Special.UNSEEN] == 0


@pytest.mark.parametrize(("rows", "least"), [(100, 5), (2500, 5), (5000, 10)])
def test_a_category_has_a_bin_from_five_rows_or_a_fifth_of_a_percent_on(rows: int, least: int) -> None:
    """Just under the bound a category is pooled, at the bound it is not."""
    texts = ["at"] * least + ["under"] * (least - 1)
    feature = categorical(layout_of(texts + ["most"] * (rows - len(texts))))
    assert feature.categories == {"most": rows - len(texts), "at": least}
    assert feature.other == least - 1


@pytest.mark.parametrize("categories", [49, 50, 51])
def test_at_most_fifty_categories_have_bins(categories: int) -> None:
    """The fifty-first is pooled; the most frequent keep their bins, and ties go by name."""
    feature = categorical(layout_of([f"c{number:03}" for number in range(categories)] * 100))
    assert list(feature.categories) == [f"c{number:03}" for number in range(min(categories, 50))]
    assert feature.other == 100 * max(categories - 50, 0)


def test_bins_are_named_for_reports() -> None:
    """Every score bin has a name, ranges as numbers with null at open ends, in columns that differ."""
    layout = Layout(profile_of_columns({"x": [0.0] * 500 + [float(number) for number in range(1, 501)], "c": ["a"] * 1000}))
    numbers, texts = layout.score_bins(0), layout.score_bins(1)
    assert numbers[0].to_json() == {"from": None, "to": 0.0}
    assert numbers[1].to_json() == {"from": 0.0, "to": 0.0}
    assert numbers[2].to_json() == {"from": 0.0, "to": 100.0}
    assert numbers[6].to_json() == {"from": 400.0, "to": None}
    assert [each.to_json() for each in texts] == [{"label": text} for text in ("a", "other", "unseen", "missing")]
    for bins in (numbers, texts):
        assert len({each.column for each in bins}) == len(bins)


def test_a_profile_without_features_has_an_empty_layout() -> None:
    """Nothing to compare is no reason to fail."""
    layout = Layout(Profile(0, ()))
    zero = Counts.zero(layout)
    encoded = encode(Columns(1, {"x": [1]}), layout)
    assert (tally(encoded, layout).rows, zero.fine.size) == (1, 0)
    assert layout.to_score(zero.fine).size == 0
