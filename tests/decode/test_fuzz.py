"""Whatever clients and servers sent, damaged in any way: rows or a reason, within bounds, and never a fault of a decoder."""

import gzip
import time
import tracemalloc
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sidecar.columns import columns_of
from sidecar.decode import Decoded, Mapping, decode, formats, predictions
from sidecar.decode.reading import is_prediction
from sidecar.exchange import Exchange, Refusal
from sidecar.reasons import TapReason
from tests.decode.payloads import MAX_BODY
from tests.decode.test_captures import recordings
from tests.exchange.wire import exchanges, read

RECORDED: Sequence[Exchange] = [
    exchange
    for connections in recordings().values()
    for one in connections
    if one.size < 20_000
    for exchange in exchanges(read(*one.steps))
]
ORDERS: Sequence[tuple[str, ...]] = [
    (),
    ("age",),
    ("age", "income", "plan"),
    ("age", "income", "tenure", "plan"),
    ("inputs", "data"),
]
MAPPING = Mapping(rows="*[] | [0]", names="keys(@)", prediction="max_by(@, &x)")

damage = st.lists(
    st.tuples(
        st.integers(0, 600),
        st.integers(0, 6),
        st.binary(max_size=4)
        | st.sampled_from(
            [b"[", b"]", b"{", b"}", b"null", b"NaN", b"-1", b"1e999", b"9" * 30, b'"', b"\r\n", b",", b"\\ud800"]
        ),
    ),
    max_size=5,
)
types = st.none() | st.sampled_from(
    [
        b"",
        b"application/json",
        b"text/csv; header=present",
        b"text/csv; charset=utf-16",
        b"application/x-ndjson",
        b"text/event-stream",
        b"multipart/form-data; boundary=x",
        b"application/x-www-form-urlencoded",
        b"application/cloudevents+json",
        b"application/octet-stream",
    ]
)


def damaged(body: bytes, changes: Sequence[tuple[int, int, bytes]]) -> bytes:
    """Return a body with some pieces replaced, removed or added."""
    for place, length, piece in changes:
        body = body[:place] + piece + body[place + length :]
    return body


def consistent(result: Decoded | Refusal) -> bool:
    """Whether a result is rows that agree with one another, or a reason that is no fault of ours."""
    if isinstance(result, Refusal):
        return result.reason is not TapReason.DECODER_ERROR
    table = result.columns or columns_of(result.records or [])
    return table.rows > 0 and all(len(column) == table.rows and type(name) is str for name, column in table.values.items())


@given(st.sampled_from(RECORDED), damage, types, st.sampled_from(ORDERS), st.booleans())
def test_damaged_requests_give_rows_or_a_reason(
    one: Exchange, changes: list[tuple[int, int, bytes]], content_type: bytes | None, order: tuple[str, ...], mapped: bool
) -> None:
    """Also under another type, and with a mapping that makes little sense."""
    headers = dict(one.request_headers)
    if content_type is not None:
        headers[b"content-type"] = content_type
    broken = one._replace(request_body=damaged(one.request_body, changes), request_headers=headers, status=200)
    assert consistent(decode(broken, order=order, max_body=MAX_BODY, mapping=MAPPING if mapped else None))


@pytest.mark.parametrize("name", [name for name in formats() if name != "mapping"])
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(one=st.sampled_from(RECORDED), changes=damage, order=st.sampled_from(ORDERS))
def test_every_decoder_bears_what_was_meant_for_others(
    name: str, one: Exchange, changes: list[tuple[int, int, bytes]], order: tuple[str, ...]
) -> None:
    """Because the settings can fix one for all traffic."""
    broken = one._replace(request_body=damaged(one.request_body, changes), status=200)
    assert consistent(decode(broken, order=order, format=name, max_body=MAX_BODY))


@given(st.sampled_from(RECORDED), st.integers(0, 400), damage, types)
def test_packed_requests_are_damaged_after_they_are_unpacked(
    one: Exchange, length: int, changes: list[tuple[int, int, bytes]], content_type: bytes | None
) -> None:
    """So that damage reaches what a checksum would keep it from; the header length of V2 is damaged as well."""
    body = gzip.compress(damaged(one.request_body, changes))
    headers = {b"content-encoding": b"gzip", b"inference-header-content-length": b"%d" % length}
    if content_type is not None:
        headers[b"content-type"] = content_type
    assert consistent(decode(one._replace(request_body=body, request_headers=headers, status=200), order=(), max_body=MAX_BODY))


@given(st.sampled_from(RECORDED), damage, types, st.booleans())
def test_damaged_answers_predict_something_or_nothing(
    one: Exchange, changes: list[tuple[int, int, bytes]], content_type: bytes | None, mapped: bool
) -> None:
    """Of columns with names."""
    headers = dict(one.response_headers)
    if content_type is not None:
        headers[b"content-type"] = content_type
    broken = one._replace(response_body=damaged(one.response_body, changes), response_headers=headers, status=200)
    found = predictions(broken, max_body=MAX_BODY, mapping=MAPPING if mapped else None)
    assert all(type(name) is str for name in found)
    assert len(found) != 1 or all(map(is_prediction, found))


BOMBS = {
    "a shape of a million dimensions": b'{"inputs": [{"name": "x", "datatype": "FP32", "data": [], "shape": ['
    + b"1," * 10**6
    + b"1]}]}",
    "a shape of many rows": b'{"inputs": [{"name": "x", "datatype": "BYTES", "data": [], "shape": [4611686018427387904, 4]}]}',
    "a very wide row": b'{"instances": [[' + b"1," * 10**6 + b"1]]}",
    "very deep data": b'{"inputs": [{"name": "x", "datatype": "BYTES", "shape": [1], "data": '
    + b"[" * 900
    + b"]" * 900
    + b"}]}",
    "many columns of one row": b'{"instances": [{' + b",".join(b'"%d":[1]' % number for number in range(100_000)) + b"}]}",
    "a form of many fields": b"&".join(b"a%d=1" % number for number in range(100_000)),
    "lines of commas": (b"," * 1000 + b"\n") * 2000,
    "many parts": b"--x\r\n" * 100_000,
    "many short lines": b"{}\n" * 200_000,
    "quotes": b'1,"' + b'""' * 10**6,
}


@pytest.mark.parametrize(
    "content_type",
    [b"", b"application/json", b"text/csv", b"multipart/form-data; boundary=x", b"application/x-www-form-urlencoded"],
)
@pytest.mark.parametrize("bomb", BOMBS)
def test_nothing_small_becomes_large_or_slow(bomb: str, content_type: bytes) -> None:
    """Two megabytes that were made to hurt cost less than two hundred of memory and a few seconds."""
    one = RECORDED[0]._replace(request_body=BOMBS[bomb], request_headers={b"content-type": content_type}, status=200)
    tracemalloc.start()
    started = time.perf_counter()
    result = decode(one, order=(), max_body=MAX_BODY)
    elapsed = time.perf_counter() - started
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert consistent(result)
    assert peak < 200 << 20
    assert elapsed < 10
