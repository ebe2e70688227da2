"""Counters that the hot path adds to and a scrape reads: plain integers, no library, no lock.

The model's figures cost one `bisect` for each exchange, so that they can be kept for all of them, decoded or not. They are
counts of what the tap saw; where it samples, ``drift_tap_sampled_share`` says how much that is.
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Literal

from sidecar.reasons import TapReason

LATENCY_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Right edges in seconds: from a small tree behind a socket to a generating model that takes a minute."""

STATUS_CLASSES = ("1xx", "2xx", "3xx", "4xx", "5xx", "other")


_ASKING = frozenset({b"GET", b"HEAD", b"OPTIONS"})

Source = Literal["tap", "direct"]
"""Where a row came from: the copied traffic, or a call of the monitor API."""


def _none_dropped() -> dict[TapReason, int]:
    return dict.fromkeys(TapReason, 0)


@dataclass(slots=True)
class ModelFigures:
    """How the model answers: requests by class of status, and a histogram of latencies.

    Examples
    --------
    >>> figures = ModelFigures()
    >>> figures.count(200, 0.004)
    >>> figures.count(503, 9999.0)
    >>> figures.by_class()["5xx"], figures.cumulative()[2], figures.cumulative()[-1]
    (1, 1, 2)
    """

    latency_sum: float = 0.0
    _classes: list[int] = field(default_factory=lambda: [0] * len(STATUS_CLASSES))
    _latencies: list[int] = field(default_factory=lambda: [0] * (len(LATENCY_BOUNDS) + 1))

    def count(self, status: int, seconds: float) -> None:
        """Add one exchange that was answered with `status` after `seconds`."""
        kind = status // 100
        self._classes[kind - 1 if 1 <= kind <= 5 else 5] += 1
        self._latencies[bisect_left(LATENCY_BOUNDS, seconds)] += 1
        self.latency_sum += seconds

    def by_class(self) -> dict[str, int]:
        """Return the number of exchanges by class of status."""
        return dict(zip(STATUS_CLASSES, self._classes, strict=True))

    def cumulative(self) -> list[int]:
        """Return how many exchanges took at most as long as each bound; the last entry counts all of them."""
        return list(accumulate(self._latencies))


@dataclass(slots=True)
class TapFigures:
    """What the tap could read and what it could not.

    Both processes leave traffic unread, each for reasons of its own and some for the same, so their counts are kept
    apart and added when they are read.

    Attributes
    ----------
    sampled_share
        The share of exchanges that is copied to the engine, 0 to 1.
    decoded
        Exchanges whose rows were read.
    unwatched
        Exchanges that could carry rows, on paths that the settings do not name: what a forgotten path looks like.

    Examples
    --------
    >>> tap = TapFigures()
    >>> tap.drop(TapReason.BODY_TOO_LARGE)
    >>> tap.hear_relay({"body_too_large": 2}, sampled_out=5)
    >>> {reason.value: count for reason, count in tap.dropped().items() if count}
    {'sampled_out': 5, 'body_too_large': 3}
    """

    sampled_share: float = 1.0
    decoded: int = 0
    unwatched: int = 0
    _engine: dict[TapReason, int] = field(default_factory=_none_dropped)
    _relay: dict[TapReason, int] = field(default_factory=_none_dropped)

    def drop(self, reason: TapReason, count: int = 1) -> None:
        """Add exchanges that the engine could not read."""
        self._engine[reason] += count

    def pass_over(self, method: bytes) -> None:
        """Count an exchange on a path that is not watched, unless its method only asks for something."""
        self.unwatched += method not in _ASKING

    def hear_relay(self, dropped: Mapping[str, int], sampled_out: int) -> None:
        """Take over the relay's totals."""
        for reason, total in dropped.items():
            self._relay[TapReason(reason)] = total
        self._relay[TapReason.SAMPLED_OUT] = sampled_out

    def dropped(self) -> dict[TapReason, int]:
        """Return the exchanges that were not read, by reason; every reason is there."""
        return {reason: self._engine[reason] + self._relay[reason] for reason in TapReason}
