"""Panes close when they are full or ten seconds old; blocks leave when the window does without them or they are too old."""

from collections.abc import Sequence

import numpy as np
import pytest

from sidecar.baseline import profile_of_columns
from sidecar.columns import Columns
from sidecar.histogram import Counts, Encoded, Layout, encode, tally
from sidecar.reasons import Issue
from sidecar.window import Block, Closed, Emptied, Event, Full, Sparse, Totals, Window, WindowRule

LAYOUT = Layout(profile_of_columns({"age": list(range(100)), "plan": ["a", "b"] * 50}))


def rows(values: Sequence[object]) -> Encoded:
    """Return rows of these ages, ready to be counted."""
    return encode(Columns(len(values), {"age": values, "plan": ["a"] * len(values)}), LAYOUT)


def window(**rule: float) -> Window:
    """Return an empty window; a hundred rows unless the rule says otherwise, so that a pane has five."""
    return Window(WindowRule(**{"rows": 100} | rule), LAYOUT, Totals.zero(LAYOUT))  # type: ignore[arg-type]


def feed(target: Window, count: int, at: float) -> list[Event]:
    """Feed some rows and return what happened."""
    return list(target.feed(rows([1] * count), at))


@pytest.mark.parametrize(("count", "closes"), [(4, 0), (5, 1), (6, 1), (9, 1), (10, 2), (23, 4)])
def test_a_pane_closes_with_its_last_row(count: int, closes: int) -> None:
    """A window of 100 rows has panes of 5: the fifth row closes one, and a batch closes as many as it fills."""
    assert feed(window(), count, at=7.0) == [Closed(7.0)] * closes


def test_rows_of_one_batch_are_counted_pane_by_pane() -> None:
    """At each close within a batch the window holds the rows up to that close, and no later ones."""
    target = window()
    seen = [target.counts.rows for _ in target.feed(rows(list(range(12))), 0.0)]
    assert seen == [5, 10]
    assert target.counts.rows == 12


def test_a_pane_that_is_not_full_closes_after_ten_seconds() -> None:
    """Ten seconds count from the pane's first row; a moment before nothing happens."""
    target = window()
    feed(target, 1, at=100.0)
    feed(target, 1, at=105.0)
    assert list(target.advance(109.999)) == []
    assert list(target.advance(110.0)) == [Closed(110.0)]
    assert list(target.advance(130.0)) == []


def test_a_close_that_is_noticed_late_has_happened_in_time() -> None:
    """The row at 125 finds that the pane of 100 closed at 110, without it, and opens the next one."""
    target = window()
    feed(target, 1, at=100.0)
    events = target.feed(rows([1]), 125.0)
    assert next(events) == Closed(110.0)
    assert target.counts.rows == 1
    assert list(events) == []
    assert list(target.advance(200.0)) == [Closed(135.0)]


def test_a_pane_without_rows_does_not_exist() -> None:
    """Nothing closes while nothing comes."""
    assert list(window().advance(1e9)) == []


def test_the_window_keeps_the_newest_panes_that_hold_its_rows() -> None:
    """With twenty panes of five, the next row changes nothing; the pane that makes the oldest superfluous removes it."""
    target = window()
    feed(target, 100, at=0.0)
    assert (target.counts.rows, target.panes) == (100, 20)
    feed(target, 4, at=1.0)
    assert (target.counts.rows, target.panes) == (104, 21)
    feed(target, 1, at=1.0)
    assert (target.counts.rows, target.panes) == (100, 20)


def test_a_large_batch_leaves_its_newest_rows() -> None:
    """Of a thousand rows at once the last hundred stay."""
    target = window()
    list(target.feed(rows([5] * 900 + [95] * 100), 0.0))
    assert target.counts == tally(rows([95] * 100), LAYOUT)


def test_rows_leave_when_they_are_as_old_as_the_window_may_be() -> None:
    """With 60 seconds, the pane that began at 0 leaves at 60 and the one that began at 30 at 90; then the window is empty."""
    target = window(seconds=60)
    feed(target, 5, at=0.0)
    feed(target, 3, at=30.0)
    assert list(target.advance(59.9)) == [Closed(40.0)]
    assert target.counts.rows == 8
    assert list(target.advance(60.0)) == []
    assert (target.counts.rows, target.started) == (3, 30.0)
    assert list(target.advance(300.0)) == [Emptied(90.0)]
    assert (target.counts, target.started, target.seconds, target.panes) == (Counts.zero(LAYOUT), None, 0.0, 0)


def test_an_open_pane_closes_before_it_leaves() -> None:
    """In a window of four seconds a pane cannot wait for ten: it closes, is judged, and only then leaves."""
    target = window(seconds=4)
    feed(target, 1, at=0.0)
    seen = [(event, target.counts.rows) for event in target.advance(20.0)]
    assert seen == [(Closed(4.0), 1), (Emptied(4.0), 0)]


def test_a_minimal_span_keeps_more_rows_than_asked_for() -> None:
    """With 60 seconds at least, a thousand rows of the last minute stay where a hundred would do without it."""
    target = window(min_seconds=60)
    for second in range(200):
        feed(target, 20, at=float(second))
    assert 60 <= target.seconds <= 60 + 60 / 20 + 1
    assert 20 * 60 <= target.counts.rows <= 20 * 64


def test_a_minimal_span_costs_no_more_memory_on_a_busier_model() -> None:
    """Panes close every five rows all the same, but are put together: some twenty blocks, whatever the traffic."""
    target = window(min_seconds=60)
    closes = sum(len(feed(target, 50, at=second / 4)) for second in range(600))
    assert closes == 600 * 10
    assert target.panes <= 23


def test_time_does_not_run_back() -> None:
    """A clock that was set back stands still in here: its rows count as having come at the latest time seen."""
    target = window()
    feed(target, 1, at=1000.0)
    feed(target, 1, at=10.0)
    assert (target.started, target.seconds) == (1000.0, 0.0)
    assert list(target.advance(20.0)) == []
    assert list(target.advance(1010.0)) == [Closed(1010.0)]


def test_the_span_is_from_the_oldest_row_to_the_newest() -> None:
    """Not to the time of asking, or an idle window would seem to grow."""
    target = window()
    feed(target, 5, at=10.0)
    feed(target, 1, at=13.0)
    list(target.advance(20.0))
    assert (target.started, target.seconds) == (10.0, 3.0)


def test_the_revision_changes_with_the_rows_and_only_then() -> None:
    """What was worked out for a revision can be kept while it lasts."""
    target = window(seconds=60)
    revisions = {target.revision}
    feed(target, 1, at=0.0)
    revisions.add(target.revision)
    feed(target, 4, at=1.0)
    revisions.add(target.revision)
    list(target.advance(60.0))
    revisions.add(last := target.revision)
    list(target.advance(600.0))
    assert len(revisions) == 4
    assert target.revision == last


def test_totals_only_grow() -> None:
    """Rows and issues are counted for good: what leaves the window stays in the totals."""
    totals = Totals.zero(LAYOUT)
    target = Window(WindowRule(rows=20, seconds=60), LAYOUT, totals)
    list(target.feed(rows([1, None, "x", 1e9, float("inf")]), 0.0))
    list(target.advance(100.0))
    assert target.counts.rows == 0
    assert totals.rows == 5
    assert totals.quality()["age", Issue.MISSING] == 1
    assert totals.quality()["age", Issue.WRONG_TYPE] == 1
    assert totals.quality()["plan", Issue.UNSEEN_CATEGORY] == 0
    assert len(totals.quality()) == 2 * 7


@pytest.mark.parametrize("kind", [Full, Sparse.of])
def test_a_block_takes_away_what_it_brought(kind: type[Full]) -> None:
    """Either way of keeping counts gives the same counts back."""
    one, other = tally(rows([3, None, 70]), LAYOUT), tally(rows(list(range(50))), LAYOUT)
    block: Block = kind(12.0, one.copy())
    assert (block.started, block.rows) == (12.0, 3)
    both = one + other
    block.leave(both)
    assert both == other


def test_a_block_of_few_rows_takes_little_memory() -> None:
    """A hundred features have some ten thousand cells; a row is in a hundred of them."""
    names = [f"x{number}" for number in range(100)]
    data = np.random.default_rng(0).normal(size=(100, 1000))
    layout = Layout(profile_of_columns(dict(zip(names, data, strict=True))))
    row = encode(Columns(1, dict(zip(names, data[:, :1], strict=True))), layout)
    block = Sparse.of(0.0, tally(row, layout))
    assert sum(cells.places.nbytes + cells.values.nbytes for cells in block.cells) <= 100 * 2 * 12
