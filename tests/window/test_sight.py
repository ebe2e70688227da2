"""A window's suffixes are its newest rows, however those came."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.baseline import Choices, Profile, profile_of_columns
from sidecar.baseline.source import Table
from sidecar.columns import Column, Columns
from sidecar.dispersion import learn
from sidecar.histogram import Layout, encode, tally
from sidecar.window import RECENT, SHORTEST, Sight, Totals, Window, WindowRule, suffix_rows


def baseline() -> Profile:
    """Return a profile that knows times, so that suffixes are looked at."""
    columns: dict[str, Column] = {"age": list(range(100)), "plan": ["a", "b"] * 50, "at": [float(row) for row in range(100)]}
    return learn(Table(columns), profile_of_columns(columns, Choices(drop=frozenset({"at"}))), "at")


LAYOUT = Layout(baseline())


def rows(ages: Sequence[int]) -> Columns:
    """Return rows of these ages, some of them without a plan."""
    return Columns(len(ages), {"age": list(ages), "plan": ["a" if age % 3 else None for age in ages]})


def fed(batches: Sequence[Sequence[int]], rule: WindowRule) -> Window:
    """Return a window that was fed a batch a second."""
    window = Window(rule, LAYOUT, Totals.zero(LAYOUT))
    for second, ages in enumerate(batches):
        list(window.feed(encode(rows(ages), LAYOUT), float(second)))
    return window


def assert_newest(sight: Sight, ages: Sequence[int]) -> None:
    """Hold every suffix against a count of just as many of the newest rows."""
    for count, score, fine, sums in zip(sight.rows, *sight.parts, strict=True):
        expected = tally(encode(rows(ages[-count:]), LAYOUT), LAYOUT)
        np.testing.assert_array_equal(score, LAYOUT.to_score(expected.fine))
        np.testing.assert_array_equal(fine, expected.fine)
        np.testing.assert_array_equal(sums, expected.sums)


@given(st.lists(st.lists(st.integers(0, 120), min_size=1, max_size=90), min_size=1, max_size=20), st.integers(40, 900))
@settings(deadline=None)
def test_suffixes_are_counts_of_the_newest_rows(batches: list[list[int]], size: int) -> None:
    """However rows were cut into batches, panes and blocks, a suffix holds the newest rows and no others."""
    window = fed(batches, WindowRule(rows=size))
    ages = [age for batch in batches for age in batch]
    sight = window.sight()
    assert_newest(sight, ages)
    wanted = [*suffix_rows(window.counts.rows)]
    assert sight.rows[-1] == window.counts.rows
    assert (np.diff(sight.rows) > 0).all()
    short = [count for count in wanted if count <= min(RECENT, len(ages))]
    assert [*sight.rows[: len(short)]] == short
    without = window.sight(distances=False)
    assert without.rows == sight.rows
    np.testing.assert_array_equal(without.parts.score, sight.parts.score)
    assert without.parts.fine.size == without.parts.sums.size == 0


def test_batches_do_not_matter() -> None:
    """The same rows at the same time have the same suffixes, one by one or all at once."""
    ages = [age % 97 for age in range(700)]
    whole, single = Window(WindowRule(), LAYOUT, Totals.zero(LAYOUT)), Window(WindowRule(), LAYOUT, Totals.zero(LAYOUT))
    list(whole.feed(encode(rows(ages), LAYOUT), 1.0))
    for age in ages:
        list(single.feed(encode(rows([age]), LAYOUT), 1.0))
    assert whole.sight().rows == single.sight().rows
    for one, other in zip(whole.sight().parts, single.sight().parts, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(("count", "suffixes"), [(28, []), (29, [21]), (40, [20, 29]), (41, [21, 29]), (80, [20, 29, 40, 57])])
def test_a_suffix_has_twenty_rows_at_least(count: int, suffixes: list[int]) -> None:
    """The shortest is twenty rows or not much more."""
    assert [*suffix_rows(count)] == suffixes
    assert all(rows >= SHORTEST for rows in suffixes)


def test_old_rows_are_in_no_suffix() -> None:
    """What has left the window by age is not seen again, although it was recent."""
    window = fed([[1] * 100], WindowRule(rows=1000, seconds=60.0))
    list(window.feed(encode(rows([50] * 50), LAYOUT), 100.0))
    assert window.counts.rows == 50
    assert_newest(window.sight(), [50] * 50)


def test_the_pace_is_that_of_the_whole_window() -> None:
    """Ten rows a second are a tenth of a second a row; rows that all came at once have no pace."""
    assert fed([[1] * 10] * 11, WindowRule(rows=1000)).sight().pace == pytest.approx(10 / 109)
    assert fed([[1] * 100], WindowRule(rows=1000)).sight().pace is None


def test_without_times_nothing_is_looked_at() -> None:
    """A profile that does not know how blocks vary has no suffixes, and no rows are kept for them."""
    layout = Layout(profile_of_columns({"age": list(range(100)), "plan": ["a", "b"] * 50}))
    window = Window(WindowRule(), layout, Totals.zero(layout))
    list(window.feed(encode(rows([5] * 500), layout), 0.0))
    assert window.sight().rows == (500,)


def test_a_rule_that_does_not_scan_sees_the_window_alone() -> None:
    """Nobody counts suffixes that nobody looks at."""
    window = fed([[age] * 10 for age in range(50)], WindowRule(rows=400))
    sight = window.sight(suffixes=False)
    assert sight.rows == (400,)
    np.testing.assert_array_equal(sight.parts.fine[0], window.counts.fine)
    np.testing.assert_array_equal(sight.parts.sums[0], window.counts.sums)
