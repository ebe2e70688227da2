"""The budget holds tapped traffic to its cores, and the share follows what traffic would cost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.engine.budget import BURST_SECONDS, SMALLEST_SHARE, Budget


def test_a_slice_within_the_burst_needs_no_pause() -> None:
    """Light traffic is read as it comes."""
    assert Budget(0.25, 0.0).spend(BURST_SECONDS, 10, 0.0) == 0.0


def test_a_slice_beyond_the_burst_is_paid_back_by_a_pause() -> None:
    """10 ms over the burst at a quarter of a core take 40 ms to refill."""
    assert Budget(0.25, 0.0).spend(BURST_SECONDS + 0.010, 10, 0.0) == pytest.approx(0.040)


@given(st.floats(0.05, 2.0), st.lists(st.floats(1e-4, 0.05), min_size=1, max_size=50))
def test_cpu_used_never_exceeds_cores_times_time_plus_one_burst_and_one_slice(cores: float, slices: list[float]) -> None:
    """Whatever the slices, pausing as told keeps the average."""
    now, used, budget = 0.0, 0.0, Budget(cores, 0.0)
    for seconds in slices:
        now += seconds
        used += seconds
        now += budget.spend(seconds, 1, now)
    assert used <= cores * now + BURST_SECONDS + 1e-9


def test_traffic_that_fits_is_copied_whole() -> None:
    """1000 exchanges a second at 30 us are 0.03 cores."""
    budget = Budget(0.25, 0.0)
    budget.spend(0.015, 500, 0.4)
    assert budget.judge(500, 0.5) == 1.0


def test_traffic_beyond_the_budget_is_sampled_to_nine_tenths_of_it() -> None:
    """30 000 exchanges a second at 30 us would be 0.9 cores; a quarter of a core less the margin buys a quarter of them."""
    budget = Budget(0.25, 0.0)
    budget.spend(0.03, 1000, 0.5)
    assert budget.judge(15_000, 0.5) == pytest.approx(0.25)


def test_the_share_recovers_when_traffic_falls() -> None:
    """What was sampled down for a burst is copied whole again after it."""
    budget = Budget(0.25, 0.0)
    budget.spend(0.03, 1000, 0.5)
    assert budget.judge(15_000, 0.5) < 1.0
    assert budget.judge(15_100, 1.0) == 1.0


def test_between_two_periods_the_share_stands() -> None:
    """Beats may come oftener than judgements."""
    budget = Budget(0.25, 0.0)
    budget.spend(1.0, 10, 0.1)
    assert budget.judge(100_000, 0.49) == 1.0


def test_a_relay_that_started_anew_counts_from_zero_without_harm() -> None:
    """Totals that fall are no negative traffic."""
    budget = Budget(0.25, 0.0)
    budget.judge(1000, 0.5)
    assert budget.judge(10, 1.0) == 1.0


def test_the_share_never_reaches_nothing() -> None:
    """A little is always read, or nobody would notice that it became affordable again."""
    budget = Budget(0.001, 0.0)
    budget.spend(10.0, 10, 0.5)
    assert budget.judge(10_000_000, 0.5) == SMALLEST_SHARE
