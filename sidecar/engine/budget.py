"""The budget: how much CPU tapped traffic may use, and what share of the exchanges fits into it.

Two mechanisms, one hard and one soft. The hard one is a token bucket of CPU seconds: when it is empty the inbox stops
reading until it has filled again, whatever the traffic does. Alone it would make the relay's buffer overflow, and overflow
favours small exchanges. So the soft one tells the relay which share of the exchanges to copy at all: the budget divided by
what all of them would cost, a little less to stay clear of the hard one. Sampling whole exchanges at random is unbiased.
"""

PERIOD_SECONDS = 0.5
BURST_SECONDS = 0.05
MARGIN = 0.9
SMALLEST_SHARE = 0.001


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
        self._offered = 0
        self.share = 1.0

    def spend(self, seconds: float, exchanges: int, now: float) -> float:
        """Account for a slice of work; return how long to pause before the next one, in seconds."""
        self._spent += seconds
        self._read += exchanges
        self._tokens = min(BURST_SECONDS, self._tokens + (now - self._filled) * self._cores) - seconds
        self._filled = now
        return max(0.0, -self._tokens / self._cores) if self._cores else PERIOD_SECONDS

    def judge(self, offered: int, now: float) -> float:
        """Return the share of exchanges to copy from now on; `offered` is how many the relay has had to offer so far."""
        elapsed = now - self._judged
        if elapsed < PERIOD_SECONDS:
            return self.share
        if self._read:
            self._cost = self._spent / self._read
        self.share = self._affordable(max(0, offered - self._offered) / elapsed)
        self._offered, self._judged, self._spent, self._read = offered, now, 0.0, 0
        return self.share

    def _affordable(self, rate: float) -> float:
        """The share whose cost is the budget: cores / (exchanges a second x seconds an exchange)."""
        demand = rate * self._cost
        affordable = 1.0 if demand <= self._cores * MARGIN else self._cores * MARGIN / demand
        return max(SMALLEST_SHARE, affordable)
