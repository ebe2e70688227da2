"""Content-Encodings are undone as servers undo them, and never beyond the bound."""

import gzip
import time
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.exchange import Refusal, inflate
from sidecar.exchange.inflate import MAX_CODINGS, MAX_MEMBERS
from sidecar.reasons import TapReason

LIMIT = 100_000
TEXT = b'{"age": 35}'


def bare(body: bytes) -> bytes:
    """Deflate without zlib's frame."""
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


def reason(result: bytes | Refusal) -> TapReason:
    """Return why a body was refused."""
    assert isinstance(result, Refusal), result
    return result.reason


@given(st.binary(max_size=5000))
def test_what_was_packed_is_unpacked(body: bytes) -> None:
    """By every coding, by all on top of each other, and by none."""
    packed = gzip.compress(body)
    assert inflate(packed, b"gzip", LIMIT) == body
    assert inflate(packed, b" X-GZip ", LIMIT) == body
    assert inflate(zlib.compress(body), b"deflate", LIMIT) == body
    assert inflate(zlib.compress(packed), b"gzip, deflate", LIMIT) == body
    assert inflate(body, b"", LIMIT) == inflate(body, b"identity", LIMIT) == body


@given(st.binary(min_size=1, max_size=5000))
def test_deflate_without_a_frame_is_understood(body: bytes) -> None:
    """Some clients always got this wrong, and every server forgives them."""
    assert inflate(bare(body), b"deflate", LIMIT) == body


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, bare])
def test_the_bound_is_exact(pack: type[bytes]) -> None:
    """As many bytes as allowed are fine, one more is not."""
    encoding = b"gzip" if pack is gzip.compress else b"deflate"
    for size in (LIMIT - 1, LIMIT):
        assert inflate(pack(b"x" * size), encoding, LIMIT) == b"x" * size
    assert reason(inflate(pack(b"x" * (LIMIT + 1)), encoding, LIMIT)) is TapReason.INFLATED_TOO_LARGE


def test_gzip_members_in_a_row_are_one_body() -> None:
    """RFC 1952 allows them, and zero bytes behind the last are padding."""
    packed = gzip.compress(b"[1,") + gzip.compress(b"2]")
    assert inflate(packed, b"gzip", LIMIT) == inflate(packed + b"\0\0", b"gzip", LIMIT) == b"[1,2]"


def test_gzip_members_share_the_bound() -> None:
    """Two halves and a byte are too much."""
    half = gzip.compress(b"x" * (LIMIT // 2))
    assert inflate(half + half, b"gzip", LIMIT) == b"x" * LIMIT
    assert reason(inflate(half + half + gzip.compress(b"x"), b"gzip", LIMIT)) is TapReason.INFLATED_TOO_LARGE


@pytest.mark.parametrize(("members", "fine"), [(MAX_MEMBERS - 1, True), (MAX_MEMBERS, True), (MAX_MEMBERS + 1, False)])
def test_the_number_of_members_is_limited(members: int, fine: bool) -> None:
    """A thousand empty members are work without a row."""
    result = inflate(gzip.compress(b"a") * members, b"gzip", LIMIT)
    assert (result == b"a" * members) is fine
    assert fine or reason(result) is TapReason.BAD_ENCODING


@pytest.mark.parametrize(("codings", "fine"), [(MAX_CODINGS - 1, True), (MAX_CODINGS, True), (MAX_CODINGS + 1, False)])
def test_the_number_of_codings_is_limited(codings: int, fine: bool) -> None:
    """A header can name thousands."""
    body = TEXT
    for _ in range(codings):
        body = gzip.compress(body)
    result = inflate(body, b", ".join([b"gzip"] * codings), LIMIT)
    assert (result == TEXT) is fine
    assert fine or reason(result) is TapReason.BAD_ENCODING


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"", b"gzip"),
        (TEXT, b"gzip"),
        (TEXT, b"deflate"),
        (gzip.compress(TEXT, mtime=0)[:-1], b"gzip"),
        (gzip.compress(TEXT, mtime=0)[:-8] + bytes(8), b"gzip"),
        (gzip.compress(TEXT, mtime=0) + b"junk", b"gzip"),
        (zlib.compress(TEXT)[:-1], b"deflate"),
        (gzip.compress(TEXT, mtime=0), b"deflate"),
    ],
)
def test_what_is_broken_is_refused(body: bytes, encoding: bytes) -> None:
    """Cut off, damaged, followed by something else, or never packed."""
    assert reason(inflate(body, encoding, LIMIT)) is TapReason.BAD_ENCODING


@pytest.mark.parametrize("encoding", [b"br", b"zstd", b"gzip, br", b"\xff"])
def test_other_codings_are_refused_by_name(encoding: bytes) -> None:
    """They are not broken, they are not read."""
    assert reason(inflate(gzip.compress(TEXT), encoding, LIMIT)) is TapReason.UNSUPPORTED_ENCODING


def test_a_bomb_costs_neither_memory_nor_time() -> None:
    """A gigabyte of zeros, packed twice into a few kilobytes, is refused within the bound."""
    packer = zlib.compressobj(9, wbits=31)
    megabyte = bytes(1 << 20)
    bomb = b"".join(packer.compress(megabyte) for _ in range(1000)) + packer.flush()
    tracemalloc.start()
    started = time.perf_counter()
    assert reason(inflate(bomb, b"gzip", 1 << 20)) is TapReason.INFLATED_TOO_LARGE
    assert reason(inflate(gzip.compress(bomb), b"gzip, gzip", 1 << 20)) is TapReason.INFLATED_TOO_LARGE
    elapsed = time.perf_counter() - started
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 << 20
    assert elapsed < 1


@given(st.binary(max_size=200), st.sampled_from([b"gzip", b"deflate", b"gzip, deflate", b"x", b",,", b"identity"]))
def test_no_bytes_make_it_fail(body: bytes, encoding: bytes) -> None:
    """The result is a body within the bound or a refusal."""
    result = inflate(body, encoding, 50)
    assert isinstance(result, Refusal) or len(result) <= max(50, len(body))
