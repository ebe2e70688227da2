"""The frame codec is proven three ways: whole, byte by byte, and with a tail."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.frames import HEADER_SIZE, MAX_PAYLOAD, Frame, FrameDecoder, FrameError, Kind, encode, header

frames = st.lists(
    st.builds(
        Frame,
        kind=st.sampled_from([int(kind) for kind in Kind]),
        connection=st.integers(0, 2**32 - 1),
        at=st.floats(allow_nan=False),
        payload=st.binary(max_size=200),
    ),
    max_size=12,
)


def wire(many: list[Frame]) -> bytes:
    """Return `many` as they travel."""
    return b"".join(encode(frame.kind, frame.connection, frame.payload, frame.at) for frame in many)


@given(frames)
def test_frames_fed_whole_come_back_equal(many: list[Frame]) -> None:
    """Decoding one feed of several frames gives exactly what was encoded."""
    assert FrameDecoder().feed(wire(many)) == many


@given(frames)
def test_frames_fed_byte_by_byte_come_back_equal(many: list[Frame]) -> None:
    """How the stream was cut does not show in the frames."""
    decoder = FrameDecoder()
    assert [frame for byte in wire(many) for frame in decoder.feed(bytes([byte]))] == many
    assert decoder.buffered == 0


@given(frames, st.binary(max_size=HEADER_SIZE - 1))
def test_a_tail_waits_for_its_rest(many: list[Frame], tail: bytes) -> None:
    """An incomplete header behind complete frames neither delays nor damages them."""
    decoder = FrameDecoder()
    assert decoder.feed(wire(many) + tail) == many
    assert decoder.buffered == len(tail)


def test_a_payload_at_the_limit_is_encoded_and_one_above_is_refused() -> None:
    """The limit itself still fits."""
    assert len(encode(Kind.UP, 1, bytes(MAX_PAYLOAD - 1))) == HEADER_SIZE + MAX_PAYLOAD - 1
    assert len(FrameDecoder().feed(encode(Kind.UP, 1, bytes(MAX_PAYLOAD)))[0].payload) == MAX_PAYLOAD
    with pytest.raises(FrameError, match="larger than"):
        encode(Kind.UP, 1, bytes(MAX_PAYLOAD + 1))


def test_a_length_above_the_limit_is_an_error_before_any_allocation() -> None:
    """A stream that lost its framing is noticed at the header."""
    with pytest.raises(FrameError, match="length 16777217"):
        FrameDecoder().feed(header(Kind.UP, 1, MAX_PAYLOAD + 1, 0.0))


def test_an_unknown_kind_is_an_error() -> None:
    """A kind that neither process knows means that the peers differ."""
    with pytest.raises(FrameError, match="kind 99"):
        FrameDecoder().feed(header(99, 0, 0, 0.0))


def test_the_header_is_seventeen_little_endian_bytes() -> None:
    """The layout in the package's picture is the layout on the wire."""
    assert header(2, 3, 4, 1.5) == bytes([2, 3, 0, 0, 0, 4, 0, 0, 0]) + struct.pack("<d", 1.5)
    assert HEADER_SIZE == 17
