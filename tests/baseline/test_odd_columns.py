"""Odd columns get a sensible profile, and odd windows a sensible count: never an exception, nothing endless."""

import json
import math
import statistics
import sys
import warnings
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.baseline import CategoricalFeature, NumericFeature, profile_from_json, profile_of_columns, profile_text
from sidecar.baseline.build import TEXTS_REMEMBERED
from sidecar.baseline.show import show
from sidecar.columns import Columns
from sidecar.histogram import FIRST, Layout, Special, encode, tally

ODD: dict[str, Sequence[object]] = {
    "constant": [7] * 100,
    "constant zero": [0.0, -0.0] * 50,
    "constant text": ["a"] * 100,
    "all missing": [None] * 100,
    "all NaN": [math.nan] * 100,
    "all infinite": [math.inf, -math.inf] * 50,
    "two values": [0, 1] * 50,
    "heavy ties": [0] * 95 + [1, 2, 3, 4, 5],
    "one row": [3.5],
    "one text": ["a"],
    "one null": [None],
    "beyond 2**53": [2**53 + number for number in range(100)],
    "beyond doubles": [10**400, -(10**400), 1, 2],
    "the largest doubles": [1.7976931348623157e308, -1.7976931348623157e308] * 20,
    "the smallest doubles": [5e-324, 0.0, -5e-324, 1e-310] * 10,
    "neighbours": [1.0, math.nextafter(1.0, 2), math.nextafter(1.0, 0)] * 10,
    "dates": [f"2024-{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 29)],
    "nested": [[1], {"a": [2]}, [], {}] * 10,
    "booleans": [True, False] * 20,
    "numbers and booleans": [True, 1, 1.0, 0] * 10,
    "empty texts": [""] * 30,
    "half a surrogate pair": ["\ud800", "\udfff", "fine"] * 10,
    "control characters": ["\0", "\n", "\x1b[31m"] * 10,
    "documents": ["x" * 100_000 + str(number) for number in range(20)],
    "numeric texts": ["1", "2", "3"] * 10,
}
WINDOW: Sequence[object] = [
    0,
    7,
    -1.5,
    1e308,
    math.inf,
    math.nan,
    None,
    "a",
    "",
    True,
    [1],
    {"a": 1},
    10**400,
    "2024-01-01",
    "\ud800",
]


@pytest.mark.parametrize("name", ODD)
def test_an_odd_column_is_profiled_written_read_and_compared(name: str) -> None:
    """It makes a profile whose text reads back as the same, and anything at all can be counted against it."""
    column = ODD[name]
    profile = profile_of_columns({"x": column})
    read = profile_from_json(json.loads(profile_text(profile)))
    assert (read, read.fingerprint) == (profile, profile.fingerprint)
    layout = Layout(profile)
    own = tally(encode(Columns(len(column), {"x": column}), layout), layout)
    assert own.fine.tolist() == layout.fine_counts.tolist()
    assert own.sums.tolist() == layout.fine_sums.tolist()
    other = tally(encode(Columns(len(WINDOW), {"x": WINDOW}), layout), layout)
    assert other.fine.sum() == len(WINDOW)
    assert layout.to_score(other.fine).sum() == len(WINDOW)
    assert all(each.label for each in layout.score_bins(0))


def numeric(column: Sequence[object]) -> NumericFeature:
    """Profile one column of numbers."""
    (feature,) = profile_of_columns({"x": column}).features
    assert isinstance(feature, NumericFeature)
    return feature


def categorical(column: Sequence[object]) -> CategoricalFeature:
    """Profile one column of categories."""
    (feature,) = profile_of_columns({"x": column}).features
    assert isinstance(feature, CategoricalFeature)
    return feature


def test_a_column_without_values_takes_anything() -> None:
    """All missing is a category feature without categories: whatever arrives later is unseen."""
    feature = categorical(ODD["all missing"])
    assert (feature.missing, feature.categories, feature.distinct) == (100, {}, 0)
    layout = Layout(profile_of_columns({"x": [None] * 100}))
    assert encode(Columns(2, {"x": [5, None]}), layout).codes[0].tolist() == [Special.UNSEEN, Special.MISSING]


def test_whole_numbers_keep_their_neighbours_apart_up_to_double_precision() -> None:
    """Beyond 2**53 every second whole number is a double; those that are have bins, and the rest go with them."""
    feature = numeric(ODD["beyond 2**53"])
    assert sum(feature.counts) == 100
    assert feature.minimum == 2.0**53


def test_numbers_beyond_doubles_are_infinite() -> None:
    """What no double can hold is counted as infinite and has no place among the edges."""
    feature = numeric(ODD["beyond doubles"])
    assert feature.infinite == 2
    assert all(map(math.isfinite, feature.edges))


@pytest.mark.parametrize("name", [*ODD])
def test_odd_columns_can_be_shown(name: str) -> None:
    """A person sees an account of any column, without warnings, and numbers that are in the data."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        account = show(profile_of_columns({"x": ODD[name]}))
    assert "\nx  " in account
    assert ("e-324" in account) is (name == "the smallest doubles")


def test_an_axis_begins_at_a_popular_value_and_not_just_below_it() -> None:
    """Counts that are mostly zero are drawn from 0 on."""
    picture = show(profile_of_columns({"visits": [0] * 60 + [*range(1, 41)]})).splitlines()[-1]
    assert picture.split()[0] == "0"


def test_numbers_and_booleans_do_not_mix() -> None:
    """A column of one quarter booleans is one of categories, in which true and 1 are two."""
    assert categorical(ODD["numbers and booleans"]).categories == {"1": 20, "0": 10, "true": 10}


def test_negative_zero_is_zero() -> None:
    """Two zeros are one value, one text and one fingerprint."""
    assert profile_text(profile_of_columns({"x": [0.0] * 10})) == profile_text(profile_of_columns({"x": [-0.0] * 10}))


def test_a_hundred_thousand_categories_stay_small() -> None:
    """Fifty have bins, thousands are remembered, the rest count as unseen in the baseline as they will in the traffic."""
    texts = [f"customer {number % 100_000}" for number in range(300_000)] + ["often"] * 10_000
    feature = categorical(texts)
    assert (feature.distinct, list(feature.categories)) == (100_001, ["often"])
    assert len(feature.seen) <= TEXTS_REMEMBERED
    assert feature.other + feature.unseen == 300_000
    layout = Layout(profile_of_columns({"x": texts}))
    window = tally(encode(Columns(len(texts), {"x": texts}), layout), layout)
    # A short hash that two values share moves a few rows from unseen to other, here and in the traffic alike.
    assert abs(int(window.fine[0, Special.OTHER]) - feature.other) <= 30
    assert window.fine[0, FIRST] == 10_000
    assert len(profile_text(profile_of_columns({"x": texts}))) < 400_000


def test_a_hundred_features_fit_into_a_config_map() -> None:
    """Fifty numeric features and fifty of many categories stay below a mebibyte; the sample table takes some kilobytes."""
    random = np.random.default_rng(1)
    columns: dict[str, Sequence[object]] = {f"n{number}": random.lognormal(size=5000).tolist() for number in range(50)} | {
        f"c{number}": [f"value {draw}" for draw in random.zipf(1.2, 5000)] for number in range(50)
    }
    assert len(profile_text(profile_of_columns(columns)).encode()) < 1 << 20
    few = {name: columns[name] for name in ("n0", "n1", "n2", "c0")}
    assert len(profile_text(profile_of_columns(few)).encode()) < 30_000


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=60))
def test_any_finite_numbers_have_ascending_finite_edges_and_exact_counts(values: list[float]) -> None:
    """Whatever the values, edges ascend, atoms are alone, every row is counted and mean and deviation are finite."""
    feature = numeric(values)
    assert list(feature.edges) == sorted(set(feature.edges))
    assert all(map(math.isfinite, feature.edges))
    assert sum(feature.counts) == len(values)
    assert (feature.minimum, feature.maximum) == (min(values), max(values))
    assert math.isfinite(feature.mean or 0.0)
    assert math.isfinite(feature.deviation or 0.0)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60))
def test_mean_and_deviation_are_those_of_exact_arithmetic(values: list[float]) -> None:
    """The moments from whole numbers are those of the values, to a millionth of their range, or to the finest unit there is."""
    feature = numeric(values)
    span = max(values) - min(values) or abs(values[0]) or 1.0
    near = max(2e-6 * span, sys.float_info.min)
    assert feature.mean == pytest.approx(statistics.fmean(values), abs=near)
    assert feature.deviation == pytest.approx(statistics.pstdev(values), abs=near)


@given(st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=60))
def test_sums_of_whole_numbers_are_exact(values: list[int]) -> None:
    """Where values are multiples of the unit, sums in units times the unit are the sums of the values."""
    feature = numeric(values)
    units = sum(feature.sums) * feature.scale.unit + feature.scale.origin * len(values)
    assert units == pytest.approx(sum(values), abs=feature.scale.unit * len(values) if feature.scale.unit > 1 else 1e-6)
