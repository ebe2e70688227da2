"""JSON is read as real clients write it, and nothing that is none costs more than its bytes."""

import json
import math
import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.decode.json_text import MAX_CONTAINERS, json_document
from sidecar.exchange import Refusal
from sidecar.reasons import TapReason

documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)


def reason(document: object) -> TapReason:
    """Return why a text is no document."""
    assert isinstance(document, Refusal), document
    return document.reason


@given(documents)
def test_what_the_standard_writes_is_read(document: object) -> None:
    """By the library of another author."""
    assert json_document(json.dumps(document).encode()) == document
    assert json_document(json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass")) == document


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"Infinity", math.inf),
        (b"-Infinity", -math.inf),
        (b"1e400", math.inf),
        (b"-1e400", -math.inf),
        (b"9" * 400, math.inf),
        (b"9" * 5000, math.inf),
        (b"18446744073709551616", 2.0**64),
        (b"NaN", math.nan),
    ],
)
def test_numbers_that_are_not_finite_are_values(text: bytes, value: float) -> None:
    """A column counts them as missing or infinite; the row is accepted. So are whole numbers beside them, exactly."""
    found = json_document(b'{"age": %s, "id": 123456789012345678, "n": NaN}' % text)
    assert isinstance(found, dict)
    assert found["age"] == value or (math.isnan(value) and math.isnan(found["age"]))
    assert found["id"] == 123456789012345678


@pytest.mark.parametrize("whole", [0, 10**17, -(10**17) - 1, 2**63 - 1, -(2**63), 2**64 - 1, 2**64, -(2**63) - 1, -(10**30)])
def test_both_parsers_agree_on_whole_numbers(whole: int) -> None:
    """Exactly within 64 bits, and as the nearest double beyond: identifiers must not depend on a NaN beside them."""
    fast, patient = json_document(b"[%d]" % whole), json_document(b"[%d, NaN]" % whole)
    assert isinstance(fast, list)
    assert isinstance(patient, list)
    assert (type(fast[0]), fast[0]) == (type(patient[0]), patient[0])
    assert fast[0] == (whole if -(2**63) <= whole < 2**64 else float(whole))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b'"\\ud83d"', "\ufffd"),
        (b'"a\\uDE00b"', "a\ufffdb"),
        (b'"\\ud83d\\ud83d\\ude00"', "\ufffd\U0001f600"),
        (b'["\\ud83d\\ude00", "\\ud800"]', ["\U0001f600", "\ufffd"]),
        (b"\xef\xbb\xbf[1]", [1]),
        (b" \r\n\t[1] \n", [1]),
    ],
)
def test_what_clients_get_wrong_is_forgiven(text: bytes, value: object) -> None:
    """Half a surrogate pair becomes the replacement character, which can be written again; a byte order mark is none of it."""
    assert json_document(text) == value


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b" ",
        b"{",
        b'{"age": 35',
        b'{"age": 35,}',
        b"[1,]",
        b"[01]",
        b"{'age': 35}",
        b'{"age": 35} x',
        b'{"age": nan}',
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b"\xff\xfe[\x001\x00]\x00",
        b'"a\x00b"',
        b"age=35",
        b"1,2,3",
        b"\x00",
    ],
)
def test_what_is_no_json_is_refused(text: bytes) -> None:
    """Truncated, damaged, of another kind, or not UTF-8."""
    assert reason(json_document(text)) is TapReason.NOT_JSON


@pytest.mark.parametrize("start", [b"[", b'{"a":', b'[{"a":', b"[NaN,["])
@pytest.mark.parametrize("closed", [True, False])
def test_ten_thousand_levels_are_too_deep(start: bytes, closed: bool) -> None:
    """No stack is used up, whichever parser sees them."""
    ends = {b"[": b"]", b'{"a":': b"}", b'[{"a":': b"}]", b"[NaN,[": b"]]"}
    text = start * 10_000 + b"1" + (ends[start] * 10_000 if closed else b"")
    assert reason(json_document(text)) is TapReason.TOO_DEEP


def test_ordinary_depth_is_fine() -> None:
    """A few hundred levels, on the way of either parser."""
    assert isinstance(json_document(b"[" * 500 + b"1" + b"]" * 500), list)
    assert isinstance(json_document(b"[" * 500 + b"NaN" + b"]" * 500), list)


@pytest.mark.parametrize(
    ("containers", "fine"), [(MAX_CONTAINERS - 1, True), (MAX_CONTAINERS, True), (MAX_CONTAINERS + 1, False)]
)
def test_the_number_of_objects_and_lists_is_limited(containers: int, fine: bool) -> None:
    """Eight megabytes of empty objects would be three hundred of memory."""
    found = json_document(b"[" + b",".join([b"{}"] * (containers - 1)) + b"]")
    assert isinstance(found, list) is fine
    assert fine or reason(found) is TapReason.BODY_TOO_LARGE


@pytest.mark.parametrize("piece", [b"{},", b"[],", b'{"a":1},', b'{"":{"":{}}},', b"NaN,[],"])
def test_small_text_does_not_become_large_objects(piece: bytes) -> None:
    """Eight megabytes of each kind cost less than a hundred and fifty megabytes and two seconds."""
    text = b"[" + piece * (8 * 1024 * 1024 // len(piece)) + b"1]"
    tracemalloc.start()
    started = time.perf_counter()
    assert reason(json_document(text)) is TapReason.BODY_TOO_LARGE
    elapsed = time.perf_counter() - started
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 * 1024 * 1024
    assert elapsed < 2


@given(st.binary(max_size=60))
def test_no_bytes_make_it_fail(body: bytes) -> None:
    """There is a document or a refusal."""
    json_document(body)


@given(st.text('[]{}",:0123456789eE+-.\\uNanIfty \ud800', max_size=40))
def test_no_text_that_looks_like_json_makes_it_fail(text: str) -> None:
    """Nor does anything close to a document."""
    json_document(text.encode("utf-8", "surrogatepass"))
