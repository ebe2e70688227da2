"""What waits to be delivered: in order, bounded, the oldest given up first.

When a receiver has been away for so long that the box is full, the newest change of status is the one that still matters.
"""

from collections import deque


class Outbox:
    """A queue of message bodies that holds at most `capacity`.

    Examples
    --------
    >>> box = Outbox(capacity=2)
    >>> [box.put(body) for body in (b"a", b"b", b"c")]
    [False, False, True]
    >>> box.take(), len(box)
    (b'b', 1)
    """

    def __init__(self, capacity: int) -> None:
        self._bodies: deque[bytes] = deque(maxlen=capacity)

    def put(self, body: bytes) -> bool:
        """Add `body` at the end; return whether the oldest had to go for it."""
        full = len(self._bodies) == self._bodies.maxlen
        self._bodies.append(body)
        return full

    def take(self) -> bytes:
        """Remove and return the oldest body."""
        return self._bodies.popleft()

    def clear(self) -> int:
        """Empty the box; return how many bodies were in it."""
        count = len(self._bodies)
        self._bodies.clear()
        return count

    def __len__(self) -> int:
        return len(self._bodies)
