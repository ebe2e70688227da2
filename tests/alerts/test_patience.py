"""The waits between attempts, as laws."""

from hypothesis import given
from hypothesis import strategies as st

from sidecar.alerts import Patience, seconds_asked

CHANCES = st.floats(0, 1, exclude_max=True)


@given(st.integers(1, 10_000), CHANCES)
def test_wait_is_at_least_half_its_bound_and_never_more_than_it(failures: int, chance: float) -> None:
    """Jitter shortens a wait by at most half, whatever the number of failures."""
    patience = Patience(first=1, longest=60)
    bound = min(60, 2.0 ** min(failures - 1, 30))
    assert bound / 2 <= patience.wait(failures, chance) <= bound


@given(st.integers(1, 100), CHANCES)
def test_waits_do_not_shrink(failures: int, chance: float) -> None:
    """At equal chance a later failure waits at least as long."""
    patience = Patience()
    assert patience.wait(failures, chance) <= patience.wait(failures + 1, chance)


@given(st.integers(1, 100), CHANCES, st.floats(0, 1e6))
def test_receiver_is_never_asked_earlier_than_it_said(failures: int, chance: float, asked: float) -> None:
    """What the receiver asks for is a lower bound."""
    assert Patience().wait(failures, chance, asked) >= asked


@given(st.text(max_size=40))
def test_any_retry_after_is_read_or_ignored(text: str) -> None:
    """A header that makes no sense never raises, and no wait is negative."""
    asked = seconds_asked(text, now=1e9)
    assert asked is None or asked >= 0


def test_date_in_the_past_asks_for_nothing() -> None:
    """A receiver whose date has passed may be asked at once."""
    assert seconds_asked("Thu, 01 Jan 1970 00:00:00 GMT", now=1e9) == 0
