"""The share falls while frames wait and comes back when they do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.relay.crowding import CROWDED, RELAXED, SMALLEST_SHARE, Crowding


@pytest.mark.parametrize(("waiting", "falls"), [(CROWDED - 0.01, False), (CROWDED, False), (CROWDED + 0.01, True)])
def test_a_quarter_full_is_not_crowded_and_more_is(waiting: float, falls: bool) -> None:
    """Just under, at, above."""
    assert (Crowding().judge(waiting) < 1.0) is falls


def test_a_queue_that_shrinks_is_left_alone() -> None:
    """The share that made it shrink is low enough."""
    crowding = Crowding()
    share = crowding.judge(0.9)
    assert crowding.judge(0.8) == share


def test_between_relaxed_and_crowded_the_share_stands() -> None:
    """No swinging about."""
    crowding = Crowding()
    share = crowding.judge(0.9)
    assert [crowding.judge(RELAXED), crowding.judge(CROWDED)] == [share, share]


@given(st.lists(st.floats(0.0, 1.0), max_size=200))
def test_the_share_stays_within_its_bounds_and_always_comes_back(story: list[float]) -> None:
    """Whatever happened, an empty queue leads back to copying everything."""
    crowding = Crowding()
    assert all(SMALLEST_SHARE <= crowding.judge(waiting) <= 1.0 for waiting in story)
    for _ in range(200):
        crowding.judge(0.0)
    assert crowding.share == 1.0
