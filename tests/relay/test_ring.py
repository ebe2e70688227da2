"""The ring is a queue of bytes that never grows, and gives its pages back after a peak."""

from collections import deque
from struct import Struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.relay import ring as module
from sidecar.relay.ring import Ring

steps = st.lists(st.one_of(st.binary(max_size=40), st.integers(1, 50)), max_size=60)


@given(st.integers(1, 64), steps)
def test_what_comes_out_is_what_went_in_whatever_the_order_of_writes_and_reads(size: int, story: list[bytes | int]) -> None:
    """A plain queue of bytes is the model; writes that do not fit are refused and change nothing."""
    ring, model = Ring(size), deque[int]()
    for step in story:
        if isinstance(step, bytes):
            if len(step) > size - len(model):
                with pytest.raises(ValueError, match="do not fit"):
                    ring.write(step)
            else:
                ring.write(step)
                model.extend(step)
        elif model:
            front = bytes(ring.front())[:step]
            assert front == bytes(list(model)[: len(front)])
            ring.drop(len(front))
            for _ in front:
                model.popleft()
        assert len(ring) == len(model)


@given(st.integers(12, 64), st.lists(st.binary(max_size=12), max_size=60))
def test_what_is_packed_is_what_would_be_written(size: int, story: list[bytes]) -> None:
    """Packed in place or refused because it would have to be split; either way the queue is the same."""
    packing, writing = Ring(size), Ring(size)
    for data in story:
        while len(packing) + len(data) > size:
            count = len(packing.front())
            assert bytes(packing.front()) == bytes(writing.front())
            packing.drop(count)
            writing.drop(count)
        writing.write(data)
        if not packing.pack(Struct(f"{len(data)}s"), data):
            packing.write(data)
        assert len(packing) == len(writing)
        assert bytes(packing.front()) == bytes(writing.front())


@pytest.mark.parametrize(("length", "fits"), [(7, True), (8, True), (9, False)])
def test_the_size_is_sharp(length: int, fits: bool) -> None:
    """Just under, at, above."""
    ring = Ring(8)
    if fits:
        ring.write(bytes(length))
        assert len(ring) == length
    else:
        with pytest.raises(ValueError, match="9 bytes do not fit into 8"):
            ring.write(bytes(length))


def test_an_empty_ring_begins_again_at_its_first_page() -> None:
    """Ordinary traffic touches the same few pages for ever."""
    ring = Ring(1 << 24)
    for _ in range(100):
        ring.write(bytes(100_000))
        ring.drop(100_000)
    assert _resident(ring) <= 100_000 + 8192


def test_pages_are_given_back_after_a_peak() -> None:
    """Sixteen mebibytes that waited once do not stay in the process."""
    ring = Ring(1 << 24)
    ring.write(bytes(1 << 24))
    assert _resident(ring) == 1 << 24
    while ring:
        ring.drop(len(ring.front()))
    assert _resident(ring) <= module.KEEP


def _resident(ring: Ring) -> int:
    """Return the resident bytes of the ring's own mapping."""
    import ctypes

    start = ctypes.addressof(ctypes.c_char.from_buffer(ring._map))
    with open("/proc/self/smaps", encoding="ascii") as smaps:  # noqa: PTH123 - read line by line
        inside = False
        for line in smaps:
            if "-" in line.split(" ")[0]:
                low, high = (int(part, 16) for part in line.split(" ")[0].split("-"))
                inside = low <= start < high
            elif inside and line.startswith("Rss:"):
                return int(line.split()[1]) * 1024
    raise AssertionError("the mapping is not there")
