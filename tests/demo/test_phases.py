"""The piece that is played: so many rows, from the right pools, in shares that rise in a straight line."""

from collections.abc import Sequence
from itertools import islice
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from sidecar.demo.phases import BATCH_SIZES, Batch, Phase, endless, play

POOLS = {"trained": [{"from": "trained"}], "drifted": [{"from": "drifted"}]}
RAMP = Phase("ramp", "", 10_000, "trained", "drifted")


def drifted_share(batches: Sequence[Batch]) -> float:
    """Return the share of drifted rows."""
    rows = [record for batch in batches for record in batch.records]
    return sum(record["from"] == "drifted" for record in rows) / len(rows)


@given(sizes=st.lists(st.integers(1, 200), min_size=1, max_size=4), seed=st.integers(0, 99))
def test_a_phase_sends_exactly_its_rows(sizes: list[int], seed: int) -> None:
    """Whatever the sizes of the requests, each phase ends after the rows that it promised, and batches do not cross its end."""
    phases = [Phase(str(i), "", size, "trained", "trained") for i, size in enumerate(sizes)]
    sent = [0] * len(sizes)
    for batch in play(phases, POOLS, seed):
        assert 1 <= len(batch.records) <= max(BATCH_SIZES)
        sent[int(batch.phase.name)] += len(batch.records)
    assert sent == sizes


def test_the_share_of_drifted_rows_rises_in_a_straight_line() -> None:
    """Each fifth of a ramp holds about the share in its middle, within four standard deviations."""
    batches = list(play([RAMP], POOLS, seed=3))
    fifth = len(batches) // 5
    for number in range(5):
        assert abs(drifted_share(batches[number * fifth : (number + 1) * fifth]) - (number + 0.5) / 5) < 0.05


def test_a_phase_without_a_change_draws_from_one_pool() -> None:
    """Where both ends are the same pool, every row is of it."""
    assert drifted_share(list(play([Phase("calm", "", 500, "trained", "trained")], POOLS, seed=1))) == 0
    assert drifted_share(list(play([Phase("late", "", 500, "drifted", "drifted")], POOLS, seed=1))) == 1


def test_the_same_seed_plays_the_same_piece() -> None:
    """Rows and requests are decided by the seed alone."""
    assert list(play([RAMP], POOLS, seed=5)) == list(play([RAMP], POOLS, seed=5))
    assert list(play([RAMP], POOLS, seed=5)) != list(play([RAMP], POOLS, seed=6))


def test_a_pool_is_sent_in_order_and_then_again() -> None:
    """No row is sent twice before all of its pool have been sent."""
    rng = Random(0)  # noqa: S311 - a test's rows
    pool = [{"number": n, "noise": rng.random()} for n in range(30)]
    rows = [row for batch in play([Phase("x", "", 60, "p", "p")], {"p": pool}, seed=1) for row in batch.records]
    assert rows == pool + pool


def test_an_endless_piece_comes_back_before_it_starts_again() -> None:
    """Between two rounds the traffic recovers."""
    back = Phase("back", "", 1, "trained", "trained")
    assert [phase.name for phase in islice(endless([RAMP], back), 4)] == ["ramp", "back", "ramp", "back"]
