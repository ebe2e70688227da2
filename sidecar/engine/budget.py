"""The budget: how much CPU tapped traffic may use, and what share of the exchanges fits into it.

Two mechanisms, one hard and one soft. The hard one is a token bucket of CPU seconds: when it is empty the inbox stops
reading until it has filled again, whatever the traffic does. Alone it would make the relay's buffer overflow, and overflow
favours small exchanges. So the soft one tells the relay which share of the exchanges to copy at all: the budget divided by
what all of them would cost, a little less to stay clear of the hard one. Sampling whole exchanges at random is unbiased.

When the engine gets less CPU than the budget allows (a container's quota, a busy node), the cost of an exchange says
nothing; what says something is that frames wait. Then the share falls until they no longer do.
"""

from dataclasses import dataclass

PERIOD_SECONDS = 0.5
BURST_SECONDS = 0.05
MARGIN = 0.9
SMALLEST_SHARE = 0.001
CROWDED, RELAXED = 0.25, 0.05
_FALL, _RISE = 0.7, 1.15


@dataclass(slots=True)
class Offer:
    """What the relay had to offer, as totals since it started, and how full its buffer was."""

    exchanges: int = 0
    overflowed: int = 0
    waiting: float = 0.0


class Budget:
    """CPU accounting of tapped traffic; time is always an argument.

    Parameters
    ----------
    cores
        Cores that may be used on average.
    now
        Monotonic seconds.
    """

    def __init__(self, cores: float, now: float) -> None:
        self._cores = cores
        self._tokens = BURST_SECONDS
        self._filled = self._judged = now
        self._spent = 0.0
        self._read = 0
        self._cost = 0.0
        self._crowding = 1.0
        self._before = Offer()
        self.share = 1.0

    def spend(self, seconds: float, exchanges: int, now: float) -> float:
        """Account for a slice of work; return how long to pause before the next one, in seconds."""
        self._spent += seconds
        self._read += exchanges
        self._tokens = min(BURST_SECONDS, self._tokens + (now - self._filled) * self._cores) - seconds
        self._filled = now
        return max(0.0, -self._tokens / self._cores) if self._cores else PERIOD_SECONDS

    def judge(self, offer: Offer, now: float) -> float:
        """Return the share of exchanges to copy from now on, given what the relay had to offer until now."""
        elapsed = now - self._judged
        if elapsed < PERIOD_SECONDS:
            return self.share
        if self._read:
            self._cost = self._spent / self._read
        offered = max(0, offer.exchanges - self._before.exchanges) / elapsed
        self._crowd(offer)
        self.share = max(SMALLEST_SHARE, min(1.0, self._crowding, self._affordable(offered)))
        self._before, self._judged, self._spent, self._read = offer, now, 0.0, 0
        return self.share

    def _affordable(self, offered: float) -> float:
        """The share whose cost is the budget: cores / (exchanges a second x seconds an exchange)."""
        demand = offered * self._cost
        return 1.0 if demand <= self._cores * MARGIN else self._cores * MARGIN / demand

    def _crowd(self, offer: Offer) -> None:
        if offer.waiting > CROWDED or offer.overflowed > self._before.overflowed:
            self._crowding = max(SMALLEST_SHARE, min(self.share, self._crowding) * _FALL)
        elif offer.waiting < RELAXED:
            self._crowding = min(1.0, self._crowding * _RISE)
