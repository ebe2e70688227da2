"""A byte queue of fixed size, in pages that the kernel lends and takes back.

What waits for a slow engine is megabytes for seconds and then nothing for days. On the ordinary heap such a peak stays: small
objects of other owners come to lie between the freed ones, and the process keeps its largest size for ever. Here the bytes
live in one anonymous mapping. Pages that were never written cost nothing, a queue that runs empty starts again at its first
page, and after a peak the rest is given back.
"""

import mmap
from struct import Struct

KEEP = 1 << 20
"""Bytes of pages that are kept when the queue is empty, because ordinary traffic needs them again at once."""


class Ring:
    """First in, first out, at most `size` bytes; the caller knows that there is room.

    Examples
    --------
    >>> ring = Ring(8)
    >>> ring.write(b"abcdef")
    >>> bytes(ring.front()), ring.drop(4), ring.write(b"ghijk")
    (b'abcdef', None, None)
    >>> bytes(ring.front()), ring.drop(4), bytes(ring.front()), len(ring)
    (b'efgh', None, b'ijk', 3)
    """

    __slots__ = ("_begin", "_length", "_map", "_size", "_touched", "_view")

    def __init__(self, size: int) -> None:
        self._map = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self._view = memoryview(self._map)
        self._size = size
        self._begin = self._length = self._touched = 0

    def __len__(self) -> int:
        return self._length

    def write(self, data: bytes) -> None:
        """Append `data`; raise `ValueError` when it is longer than the room."""
        size = len(data)
        if size > self._size - self._length:
            raise ValueError(f"{size} bytes do not fit into {self._size - self._length}")
        start = self._begin + self._length
        if start >= self._size:
            start -= self._size
        end = start + size
        if end <= self._size:
            self._view[start:end] = data
            self._touched = max(self._touched, end)
        else:
            self._wrap(data, start)
        self._length += size

    def pack(self, packed: Struct, *values: object) -> bool:
        """Append `values` as `packed` lays them out, where they lie together; else return False, and keep nothing.

        It saves making the bytes first, which is what `write` would copy and forget. The caller knows that there is room.
        """
        start = self._begin + self._length
        if start >= self._size:
            start -= self._size
        end = start + packed.size
        if end > self._size:
            return False
        packed.pack_into(self._map, start, *values)
        self._length += packed.size
        self._touched = max(self._touched, end)
        return True

    def _wrap(self, data: bytes, start: int) -> None:
        split = self._size - start
        self._view[start:] = data[:split]
        self._view[: len(data) - split] = data[split:]
        self._touched = self._size

    def front(self) -> memoryview:
        """Return the oldest bytes, as many as lie together."""
        return self._view[self._begin : min(self._size, self._begin + self._length)]

    def drop(self, count: int) -> None:
        """Forget the `count` oldest bytes."""
        self._length -= count
        self._begin = (self._begin + count) % self._size
        if not self._length:
            self.clear()

    def clear(self) -> None:
        """Forget everything; after a peak, give the pages back."""
        self._begin = self._length = 0
        if self._touched > KEEP:
            self._map.madvise(mmap.MADV_DONTNEED)
            self._touched = 0
