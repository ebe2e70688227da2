"""Something that may happen at most once in a while, with the time as an argument."""

from math import inf


class Sparingly:
    """A rate limiter for one kind of event.

    A clock that was set back does not silence the event until it has caught up: the limiter starts again from there.

    Parameters
    ----------
    seconds
        The least time between two events.

    Examples
    --------
    >>> limiter = Sparingly(10)
    >>> [limiter.ready(at) for at in (0.0, 9.9, 10.0, 19.9, 20.0)]
    [True, False, True, False, True]
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._last = -inf

    def ready(self, at: float) -> bool:
        """Return whether the event may happen at `at`, and if so note that it did."""
        if 0 <= at - self._last < self._seconds:
            return False
        self._last = at
        return True
