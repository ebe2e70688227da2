"""Counts merge exactly: in any order, in any grouping, and back again."""

import time
from dataclasses import replace
from itertools import pairwise
from typing import Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.baseline import profile_of_columns, profile_of_records
from sidecar.columns import Columns, columns_of
from sidecar.histogram import ISSUES, Counts, Encoded, Layout, Special, encode, tally
from sidecar.reasons import Issue
from tests.histogram.strategies import rows

LAYOUT = Layout(
    profile_of_columns(
        {
            "number": [number % 7 * 1.5 for number in range(200)],
            "category": ["a", "b", "true", "1"] * 50,
            "odd": [*range(190), *["?"] * 10],
        }
    )
)
ROWS: Final = 64
Records = list[dict[str, object]]


def columns(records: Records) -> Columns:
    """Turn rows into columns; those without anything odd say that they are old."""
    stale = frozenset(row for row, record in enumerate(records) if "odd" not in record)
    return replace(columns_of(records, LAYOUT.names), stale=stale)


def counts(records: Records) -> Counts:
    """Count some rows."""
    return tally(encode(columns(records), LAYOUT), LAYOUT)


@given(rows(), rows(), rows())
def test_merging_is_associative(one: Records, two: Records, three: Records) -> None:
    """It does not matter which panes are merged first."""
    assert (counts(one) + counts(two)) + counts(three) == counts(one) + (counts(two) + counts(three))


@given(rows(), rows())
def test_merging_is_commutative(one: Records, two: Records) -> None:
    """It does not matter which replica comes first."""
    assert counts(one) + counts(two) == counts(two) + counts(one)


@given(rows())
def test_no_rows_change_nothing(records: Records) -> None:
    """The counts of no rows are the zero of merging."""
    assert counts(records) + Counts.zero(LAYOUT) == counts(records) == Counts.zero(LAYOUT) + counts(records)


@given(rows(), st.lists(st.integers(0, 30), max_size=5))
def test_the_parts_add_up_to_the_whole(records: Records, cuts: list[int]) -> None:
    """However rows are cut, into batches or into slices of a batch, their counts add up to those of all rows."""
    ends = [0, *sorted(min(cut, len(records)) for cut in cuts), len(records)]
    encoded = encode(columns(records), LAYOUT)
    batched, sliced = Counts.zero(LAYOUT), Counts.zero(LAYOUT)
    for start, stop in pairwise(ends):
        batched.add(counts(records[start:stop]))
        sliced.add(tally(encoded, LAYOUT, start, stop))
    assert batched == sliced == counts(records)


@given(rows(), rows())
def test_what_was_added_can_be_taken_off_without_a_rest(one: Records, two: Records) -> None:
    """A pane that leaves the window leaves nothing behind."""
    merged = counts(one) + counts(two)
    merged.subtract(counts(two))
    assert merged == counts(one)


@given(rows())
def test_every_row_is_counted_once_for_every_feature(records: Records) -> None:
    """Bins and absent cells of a feature together are the rows."""
    found = counts(records)
    assert found.rows == len(records)
    assert (found.fine.sum(axis=1) + found.absent == found.rows).all()
    assert (found.fine.sum(axis=1) == found.present).all()


@given(rows())
def test_issues_are_counted_by_feature_and_kind(records: Records) -> None:
    """Absent cells and missing ones appear among the issues; what is of the wrong type is in the bin of the missing."""
    found = counts(records)
    column = {issue: found.issues[:, position] for position, issue in enumerate(ISSUES)}
    assert (column[Issue.ABSENT] == found.absent).all()
    assert (column[Issue.MISSING] + column[Issue.WRONG_TYPE] == found.fine[:, Special.MISSING]).all()
    assert (column[Issue.INFINITE] == found.fine[:, Special.INFINITE]).all()
    assert (column[Issue.UNSEEN_CATEGORY] == found.fine[:, Special.UNSEEN]).all()
    assert found.unknown == sum("extra" in record for record in records)
    assert found.stale == sum("odd" not in record for record in records)


def test_a_copy_is_independent() -> None:
    """Adding to a copy leaves the original as it was, and `+` changes neither side."""
    one = counts([{"number": 1}])
    before, other = one.copy(), one.copy()
    other.add(one)
    _ = one + other
    assert one == before
    assert other != one
    assert one != "counts"


def test_sums_stay_exact_where_doubles_would_not() -> None:
    """Four million values at the clip add up to more than 2**53 units, to the unit."""
    rows = 1 << 22
    grid = (1, rows)
    layout = Layout(profile_of_columns({"x": [0.0, 1.0]}))
    codes, units = np.full(grid, 5, np.int32), np.full(grid, 2.0**32 - 1)
    encoded = Encoded(rows, codes, units, np.zeros(grid, np.uint16), np.zeros(rows, np.int32), (), {})
    assert tally(encoded, layout).sums[0, 5] == (2**32 - 1) * rows
    assert (2**32 - 1) * rows > 2**53


def test_a_billion_rows_at_the_clip_fit() -> None:
    """Doubling the counts of one clipped value thirty times does not overflow."""
    layout = Layout(profile_of_columns({"x": [0.0, 1.0]}))
    found = tally(encode(Columns(1, {"x": [1e300]}), layout), layout)
    for _ in range(30):
        found = found + found
    assert found.rows == 1 << 30
    assert found.sums.sum() == (1 << 30) << 32


def test_a_tally_beyond_the_end_stops_at_the_end() -> None:
    """A slice that is longer than the batch counts the rows that there are."""
    encoded = encode(Columns(2, {"number": [1, 2]}), LAYOUT)
    assert tally(encoded, LAYOUT, 1, 99).rows == 1
    assert tally(encoded, LAYOUT, 2, 2).rows == 0


@pytest.mark.parametrize("rows", [ROWS, 16 * ROWS])
def test_four_features_cost_less_than_twelve_microseconds_a_row(rows: int) -> None:
    """Rows to counts, in batches of 64 rows and more, stays far below the budget of a tapped exchange."""
    number = np.random.default_rng(5)
    records: Records = [
        {"age": int(age), "income": float(income), "tenure": int(age * 3), "category": "abcdefgh"[int(age) % 8]}
        for age, income in zip(number.integers(18, 90, rows), number.lognormal(10, 0.5, rows), strict=True)
    ]
    layout = Layout(profile_of_records(records))
    best = min(_seconds(records, layout) for _ in range(20))
    assert best / rows < 12e-6


def _seconds(records: Records, layout: Layout) -> float:
    began = time.perf_counter()
    tally(encode(columns_of(records, layout.names), layout), layout)
    return time.perf_counter() - began
