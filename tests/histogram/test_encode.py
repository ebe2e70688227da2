"""Every cell falls into the one bin that the rule gives it, and what is odd about it is said."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.baseline import Choices, profile_of_columns
from sidecar.columns import ABSENT, Columns, columns_of
from sidecar.histogram import FIRST, Encoded, Layout, Special, encode, issues_in
from sidecar.reasons import Issue
from tests.histogram.strategies import rows

NUMBERS = Layout(profile_of_columns({"x": [float(number) for number in range(1, 101)]}))
TEXTS = Layout(profile_of_columns({"x": ["a"] * 50 + ["b"] * 30 + ["rare", "rarer"]}))
MIXED = Layout(
    profile_of_columns(
        {
            "number": [number % 7 * 1.5 for number in range(200)],
            "category": ["a", "b", "true", "1"] * 50,
            "odd": [*range(190), *["?"] * 10],
        }
    )
)


def codes(layout: Layout, cells: Sequence[object]) -> list[int]:
    """Return the bins of some cells of the only feature."""
    found: list[int] = encode(Columns(len(cells), {"x": cells}), layout).codes[0].tolist()
    return found


def issue(layout: Layout, cell: object) -> list[str]:
    """Return what is odd about one cell of the only feature."""
    return [str(each) for each in issues_in(int(encode(Columns(1, {"x": [cell]}), layout).issues[0, 0]))]


def same(one: Encoded, other: Encoded) -> bool:
    """Whether two encodings are equal in every part."""
    arrays = ((getattr(one, name), getattr(other, name)) for name in ("codes", "units", "issues", "unknown"))
    names = [one.unknown_in(row) for row in range(one.rows)] == [other.unknown_in(row) for row in range(other.rows)]
    return names and all(np.array_equal(left, right) for left, right in arrays)


@pytest.mark.parametrize("edge", NUMBERS.profile.features[0].to_json()["score_edges"])  # type: ignore[arg-type]
def test_a_value_at_an_edge_belongs_to_the_bin_below(edge: float) -> None:
    """Bins are right-closed to the last bit: the next double is in the next bin."""
    at, above = codes(NUMBERS, [edge, math.nextafter(edge, math.inf)])
    assert above == at + 1
    assert NUMBERS.fine_edges[0, at] == edge


def test_under_and_overflow_fall_into_the_outer_bins() -> None:
    """There is no value without a bin, and none beyond the outer ones."""
    low, high = codes(NUMBERS, [-1e308, 1e308])
    assert low == FIRST
    assert NUMBERS.fine_edges[0, high] == math.inf


@pytest.mark.parametrize(
    ("cell", "code", "issues"),
    [
        (50, None, []),
        (None, Special.MISSING, ["missing"]),
        (math.nan, Special.MISSING, ["missing"]),
        (math.inf, Special.INFINITE, ["infinite"]),
        (-math.inf, Special.INFINITE, ["infinite"]),
        (10**400, Special.INFINITE, ["infinite"]),
        ("50", Special.MISSING, ["wrong_type"]),
        (True, Special.MISSING, ["wrong_type"]),
        ([50], Special.MISSING, ["wrong_type"]),
        ({"value": 50}, Special.MISSING, ["wrong_type"]),
        (ABSENT, -1, ["absent"]),
        (0.99, None, ["out_of_range"]),
        (100.01, None, ["out_of_range"]),
        (1, None, []),
        (100, None, []),
        (-125, None, ["out_of_range"]),  # quartiles 25 and 75, so the fences are at -125 and 225
        (-125.01, None, ["outlier", "out_of_range"]),
        (225, None, ["out_of_range"]),
        (225.01, None, ["outlier", "out_of_range"]),
    ],
)
def test_a_number_has_a_bin_and_its_issues(cell: object, code: int | None, issues: list[str]) -> None:
    """Special values have special bins; each oddity is told by exactly the issues that it is."""
    (found,) = codes(NUMBERS, [cell])
    assert found == code if code is not None else found >= FIRST
    assert issue(NUMBERS, cell) == issues


@pytest.mark.parametrize(
    ("cell", "code", "issues"),
    [
        ("a", FIRST, []),
        ("b", FIRST + 1, []),
        ("rare", Special.OTHER, []),
        ("never", Special.UNSEEN, ["unseen_category"]),
        (7, Special.UNSEEN, ["unseen_category"]),
        (True, Special.UNSEEN, ["unseen_category"]),
        (math.inf, Special.UNSEEN, ["unseen_category"]),
        (None, Special.MISSING, ["missing"]),
        (math.nan, Special.MISSING, ["missing"]),
        (["a"], Special.MISSING, ["wrong_type"]),
        ({}, Special.MISSING, ["wrong_type"]),
        (ABSENT, -1, ["absent"]),
    ],
)
def test_a_category_has_a_bin_and_its_issues(cell: object, code: int, issues: list[str]) -> None:
    """Rare values of the baseline are told from values that it never had; what is no category counts as missing."""
    assert codes(TEXTS, [cell, "a"]) == [code, FIRST]
    assert issue(TEXTS, cell) == issues


def test_one_and_true_are_two_categories_in_any_order() -> None:
    """Python takes 1, 1.0 and True for one dictionary key; the memory of categories does not."""
    layout = Layout(profile_of_columns({"x": ["1"] * 10 + ["true"] * 20}))
    for cells in ([1, True, 1.0], [True, 1], [1.0], [True], [1]):
        assert codes(layout, cells) == [FIRST if cell is True else FIRST + 1 for cell in cells]


def test_numbers_forced_to_be_categories_are_found_by_their_shortest_text() -> None:
    """A store number is one category, whether it arrives as 7, 7.0 or "7"."""
    layout = Layout(profile_of_columns({"x": [7, 8] * 10}, Choices(categorical=frozenset({"x"}))))
    assert codes(layout, [7, 7.0, "7", 8]) == [FIRST, FIRST, FIRST, FIRST + 1]


@pytest.mark.parametrize(
    ("array", "cells"),
    [
        (np.array([1.5, np.nan, np.inf, 400.0]), [1.5, None, math.inf, 400]),
        (np.array([1, 2, 3], dtype=np.int32), [1, 2, 3]),
        (np.array([0.1, 50.5], dtype=np.float32), [float(np.float32(0.1)), 50.5]),
        (np.array(["a", "b"]), ["a", "b"]),
        (np.array([True, False]), [True, False]),
        (np.array([1, None, "a", ABSENT], dtype=object), [1, None, "a", ABSENT]),
        (np.ones((2, 3)), [[1.0] * 3] * 2),
    ],
)
@pytest.mark.parametrize("layout", [NUMBERS, TEXTS], ids=["numeric", "categorical"])
def test_an_array_is_read_like_its_values(
    layout: Layout, array: "np.ndarray[tuple[int], np.dtype[np.generic]]", cells: list[object]
) -> None:
    """A binary format gives the same codes, issues and values as JSON does."""
    assert same(encode(Columns(len(cells), {"x": array}), layout), encode(Columns(len(cells), {"x": cells}), layout))


def test_a_float32_tensor_has_the_categories_that_json_has() -> None:
    """0.1 as a float32 is the category 0.1, although it is another double."""
    layout = Layout(profile_of_columns({"x": ["0.1"] * 10}))
    encoded = encode(Columns(1, {"x": np.array([0.1], dtype=np.float32)}), layout)
    assert encoded.codes[0].tolist() == [FIRST]


@given(rows(), st.integers(0, 30), st.integers(1, 30))
def test_nothing_depends_on_how_rows_were_batched(records: list[dict[str, object]], first: int, size: int) -> None:
    """A row is encoded the same way alone, in a batch, and after any other rows were seen."""
    whole = encode(columns_of(records, MIXED.names), MIXED)
    encode(columns_of(records[first:], MIXED.names), MIXED)
    for start in range(0, len(records), size):
        part = encode(columns_of(records[start : start + size], MIXED.names), MIXED)
        stop = start + part.rows
        assert np.array_equal(part.codes, whole.codes[:, start:stop])
        assert np.array_equal(part.units, whole.units[:, start:stop])
        assert np.array_equal(part.issues, whole.issues[:, start:stop])
        assert [part.unknown_in(row) for row in range(part.rows)] == [whole.unknown_in(row) for row in range(start, stop)]


@given(rows())
def test_an_absent_feature_is_in_no_bin(records: list[dict[str, object]]) -> None:
    """A row that does not carry a feature has no code for it, and one that does has one."""
    encoded = encode(columns_of(records), MIXED)
    for number, record in enumerate(records):
        assert [bool(code >= 0) for code in encoded.codes[:, number]] == [name in record for name in MIXED.names]


@given(st.lists(st.floats(-200, 300), min_size=1))
def test_units_are_whole_and_within_half_a_unit_of_the_value(values: list[float]) -> None:
    """The fixed-point value of a number is a whole number of units, as near to it as whole numbers come."""
    units = encode(Columns(len(values), {"x": values}), NUMBERS).units[0]
    assert (units == np.rint(units)).all()
    assert np.abs(NUMBERS.origin[0] + units * NUMBERS.unit[0] - values).max() <= NUMBERS.unit[0] / 2


def test_extreme_values_are_clipped_and_a_billion_of_them_fit() -> None:
    """No value has more than 2**32 units, so the sum of two billion rows stays within 64 bits."""
    units = encode(Columns(3, {"x": [1e308, -1e308, 99.0 * 4096]}), NUMBERS).units[0]
    assert units[:2].tolist() == [2.0**32, -(2.0**32)]
    assert abs(units[2]) < 2**32
    assert 2**32 * 2_000_000_000 < 2**63


def test_new_texts_in_every_row_do_not_make_the_memory_grow() -> None:
    """What is remembered of looked-up values is bounded by the baseline, whatever a client sends."""
    layout = Layout(profile_of_columns({"x": ["a"] * 50 + ["b"] * 30 + ["rare", "rarer"]}))
    reader = layout.category_readers[0]
    for start in range(0, 20_000, 500):
        strange = [f"new{number}" for number in range(start, start + 500)] + ["x" * 10_000, "rare", 1, 2.5, True]
        codes(layout, strange)
    assert sum(len(memory) for memory in reader._memory.values()) <= 4 * 4
    assert all(len(str(key)) < 10 for memory in reader._memory.values() for key in memory)


def test_unknown_features_are_counted_and_named_by_row() -> None:
    """What the baseline does not have is counted for each row, and examples of the names are kept."""
    shared = encode(columns_of([{"x": 1, "y": 2, "z": 3}] * 2, ("x",)), NUMBERS)
    assert (shared.unknown.tolist(), shared.unknown_in(1)) == ([2, 2], ("y", "z"))
    ragged = encode(columns_of([{"x": 1}, {"x": 1, "y": 2}], ("x",)), NUMBERS)
    assert (ragged.unknown.tolist(), ragged.unknown_in(0), ragged.unknown_in(1)) == ([0, 1], (), ("y",))
    gaps = encode(Columns(2, {"x": [1, 1], "y": [ABSENT, 2]}), NUMBERS)
    assert (gaps.unknown.tolist(), gaps.unknown_in(1)) == ([0, 1], ("y",))
    many = encode(columns_of([{f"y{number}": 0 for number in range(100)}]), NUMBERS)
    assert (many.unknown.tolist(), len(many.unknown_in(0))) == ([100], 8)


def test_features_that_were_left_out_on_purpose_are_not_unknown() -> None:
    """A column that the baseline dropped may stay in the traffic without a word."""
    layout = Layout(profile_of_columns({"x": [1, 2], "id": ["a", "b"]}, Choices(drop=frozenset({"id"}))))
    encoded = encode(columns_of([{"x": 1, "id": "c"}, {"x": 1, "id": "d", "y": 1}], layout.names), layout)
    assert (encoded.unknown.tolist(), encoded.unknown_in(1)) == ([0, 1], ("y",))


def test_a_column_of_quartiles_that_are_one_value_has_its_range_as_fence() -> None:
    """In a column that is mostly zero, what the baseline had is no outlier."""
    layout = Layout(profile_of_columns({"x": [0.0] * 90 + [float(number) for number in range(1, 11)]}))
    assert issue(layout, 10.0) == []
    assert issue(layout, 10.5) == [Issue.OUTLIER, Issue.OUT_OF_RANGE]
