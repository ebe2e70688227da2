"""Crowding: copy less while frames wait, so that little has to be dropped.

The engine knows what an exchange costs it and asks for the share that fits its budget (:mod:`sidecar.engine.budget`). What it
cannot know is that it gets less of the processor than its budget, under a container's quota or on a busy node, because
whatever would tell it waits in the same queue. The relay sees the queue. When a quarter of it is taken and it does not
shrink, the share falls; once it is nearly empty, the share rises again, slowly. Sampling whole exchanges at random is
unbiased, which dropping what does not fit is not: it favours small ones.
"""

CROWDED, RELAXED = 0.25, 0.05
SMALLEST_SHARE = 0.001
_FALL, _RISE = 0.7, 1.05


class Crowding:
    """The share of exchanges to copy, by how full the outbox is.

    Examples
    --------
    >>> crowding = Crowding()
    >>> [round(crowding.judge(waiting), 3) for waiting in (0.1, 0.5, 0.6, 0.4, 0.1, 0.01)]
    [1.0, 0.7, 0.49, 0.49, 0.49, 0.514]
    """

    __slots__ = ("_before", "share")

    def __init__(self) -> None:
        self.share = 1.0
        self._before = 0.0

    def judge(self, waiting: float) -> float:
        """Return the share from now on, given the part of the outbox that is taken (0 to 1)."""
        if waiting > CROWDED and waiting >= self._before:
            self.share = max(SMALLEST_SHARE, self.share * _FALL)
        elif waiting < RELAXED:
            self.share = min(1.0, self.share * _RISE)
        self._before = waiting
        return self.share
