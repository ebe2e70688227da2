"""Plain counters: classes of status and latencies."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.metrics import LATENCY_BOUNDS, STATUS_CLASSES, ModelFigures, TapFigures
from sidecar.reasons import TapReason


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (100, "1xx"),
        (101, "1xx"),
        (200, "2xx"),
        (299, "2xx"),
        (304, "3xx"),
        (404, "4xx"),
        (599, "5xx"),
        (600, "other"),
        (99, "other"),
        (0, "other"),
    ],
)
def test_status_has_its_class(status: int, name: str) -> None:
    """Every status has exactly one class, those beyond HTTP's a common one."""
    figures = ModelFigures()
    figures.count(status, 0.0)
    assert {key for key, count in figures.by_class().items() if count} == {name}


@pytest.mark.parametrize(
    ("seconds", "position"),
    [
        (0.0, 0),
        (0.001, 0),
        (0.0010001, 1),
        (0.0025, 1),
        (60.0, len(LATENCY_BOUNDS) - 1),
        (60.1, len(LATENCY_BOUNDS)),
        (-1.0, 0),
    ],
)
def test_bounds_of_latency_include_their_right_edge(seconds: float, position: int) -> None:
    """A latency that equals a bound is at most that bound, as Prometheus means it."""
    figures = ModelFigures()
    figures.count(200, seconds)
    assert figures.cumulative().index(1) == position


@given(st.lists(st.tuples(st.integers(0, 999), st.floats(0, 1e5)), max_size=50))
def test_nothing_is_lost(exchanges: list[tuple[int, float]]) -> None:
    """Both views count every exchange once, and the histogram never falls."""
    figures = ModelFigures()
    for status, seconds in exchanges:
        figures.count(status, seconds)
    assert sum(figures.by_class().values()) == figures.cumulative()[-1] == len(exchanges)
    assert all(low <= high for low, high in pairwise(figures.cumulative()))
    assert figures.latency_sum == pytest.approx(sum(seconds for _, seconds in exchanges))
    assert tuple(figures.by_class()) == STATUS_CLASSES


def test_losses_of_both_processes_are_added() -> None:
    """The relay tells totals, the engine adds one by one, and a reason that both have is their sum."""
    tap = TapFigures()
    for _ in range(3):
        tap.drop(TapReason.BODY_TOO_LARGE)
    for total in (1, 5):
        tap.hear_relay({"body_too_large": total, "overflow": 2 * total}, sampled_out=100)
    dropped = tap.dropped()
    assert (dropped[TapReason.BODY_TOO_LARGE], dropped[TapReason.OVERFLOW], dropped[TapReason.SAMPLED_OUT]) == (8, 10, 100)
    assert set(dropped) == set(TapReason)
