"""How long to go on trying to hand over an alert, and how long to wait in between.

Exponential backoff with jitter: a receiver that is down is asked less and less often, and the replicas of one model, which
all saw the same drift at the same moment, do not come back in step [1]_. Half of each wait is fixed, so that an unlucky draw
does not turn into a burst. A receiver that says when to come back (``Retry-After``) is believed [2]_, unless that is later than
the alert is worth waiting for.

References
----------
.. [1] M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015 ("equal jitter").
.. [2] RFC 9110, section 10.2.3.
"""

from dataclasses import dataclass
from email.utils import parsedate_to_datetime


@dataclass(frozen=True, slots=True)
class Patience:
    """The times of one delivery, in seconds.

    Attributes
    ----------
    first
        Longest wait after the first failure; it doubles with each further one.
    longest
        No wait is longer, unless the receiver asks for it.
    attempt
        Time for one attempt.
    total
        Time for all attempts of one delivery, waits included.
    """

    first: float = 1.0
    longest: float = 60.0
    attempt: float = 10.0
    total: float = 600.0

    def wait(self, failures: int, chance: float, asked: float | None = None) -> float:
        """Return the seconds to wait after so many `failures`.

        Parameters
        ----------
        failures
            Attempts that failed so far, at least 1.
        chance
            A random number of [0, 1).
        asked
            What the receiver asked for; the wait is not shorter than that.

        Examples
        --------
        >>> [Patience().wait(failures, chance=0.5) for failures in (1, 2, 3, 10)]
        [0.75, 1.5, 3.0, 45.0]
        >>> Patience().wait(1, chance=0.5, asked=7)
        7
        """
        bound = min(self.longest, self.first * 2.0 ** min(failures - 1, 30))
        return max(bound / 2 * (1 + chance), asked or 0)


def seconds_asked(retry_after: str | None, now: float) -> float | None:
    """Read a ``Retry-After`` header: seconds, or a date; None where there is none that can be read.

    >>> seconds_asked("120", now=0)
    120.0
    >>> seconds_asked("Thu, 01 Jan 1970 00:01:00 GMT", now=15)
    45.0
    >>> seconds_asked("soon", now=0) is None
    True
    """
    if retry_after is None:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, OverflowError):
        return None
