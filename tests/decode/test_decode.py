"""From an exchange to rows or a reason, whatever the request carried."""

import gzip
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.decode import Decoded, Payload, decode, formats, register, registry
from sidecar.decode.registry import By
from sidecar.exchange import Headers, Refusal
from sidecar.reasons import TapReason
from tests.decode.payloads import JSON, MAX_BODY, ORDER, exchange, read, reason, rows

ROW = {"age": 35, "income": 50000.5}
TEXT = json.dumps(ROW).encode()


def with_type(content_type: bytes) -> Headers:
    """Return header fields with this Content-Type."""
    return {b"content-type": content_type}


@pytest.mark.parametrize("status", [200, 204, 302, 399])
def test_an_answer_below_400_is_traffic_of_the_model(status: int) -> None:
    """Redirects and empty answers included."""
    assert rows(decode(exchange(TEXT, status=status), order=(), max_body=MAX_BODY)) == [ROW]


@pytest.mark.parametrize("status", [400, 422, 500, 503])
def test_what_the_model_refused_is_not(status: int) -> None:
    """Its rows never reached the model; nothing is even inflated."""
    refusal = decode(exchange(TEXT, status=status), order=(), max_body=MAX_BODY)
    assert refusal == Refusal(TapReason.STATUS, str(status))


@pytest.mark.parametrize(
    "content_type", [b"application/json", b"text/csv", b"application/x-www-form-urlencoded", b"application/cloudevents+json"]
)
def test_json_is_recognised_whatever_it_is_called(content_type: bytes) -> None:
    """Clients are careless; curl -d calls everything a form."""
    assert rows(read(ROW, headers=with_type(content_type))) == [ROW]
    assert rows(read(ROW, headers={})) == [ROW]


@pytest.mark.parametrize(("coding", "pack"), [(b"gzip", gzip.compress), (b"deflate", zlib.compress)])
def test_packed_bodies_are_unpacked_within_the_bound(coding: bytes, pack: type[bytes]) -> None:
    """The bound is on what comes out."""
    packed = exchange(pack(TEXT), headers={**JSON, b"content-encoding": coding})
    assert rows(decode(packed, order=(), max_body=len(TEXT))) == [ROW]
    assert reason(decode(packed, order=(), max_body=len(TEXT) - 1)) is TapReason.INFLATED_TOO_LARGE


def test_a_broken_or_unknown_coding_has_its_reason() -> None:
    """The one is damage, the other is not supported."""
    assert reason(read(TEXT, headers={**JSON, b"content-encoding": b"gzip"})) is TapReason.BAD_ENCODING
    assert reason(read(TEXT, headers={**JSON, b"content-encoding": b"br"})) is TapReason.UNSUPPORTED_ENCODING


def test_a_request_without_a_body_is_empty() -> None:
    """Also if it was packed."""
    assert reason(read(b"")) is TapReason.EMPTY
    assert reason(read(gzip.compress(b""), headers={**JSON, b"content-encoding": b"gzip"})) is TapReason.EMPTY


@pytest.mark.parametrize(
    ("body", "content_type", "why"),
    [
        (b'{"age": 35', b"application/json; charset=utf-8", TapReason.NOT_JSON),
        (b'{"age": 35', b"application/cloudevents+JSON", TapReason.NOT_JSON),
        (b'{"age": 35', b"", TapReason.NOT_JSON),
        (b' \n[{"age": 35', b"text/plain", TapReason.NOT_JSON),
        (b'{"age": "\xff"}', b"application/json", TapReason.NOT_JSON),
        (b"[" * 10_000, b"application/json", TapReason.TOO_DEEP),
        (b"age", b"application/x-www-form-urlencoded", TapReason.UNKNOWN_FORMAT),
        (b"35,1.5\n", b"text/csv", TapReason.WIDTH_MISMATCH),
        (b'{"inputs":[]}\x00\x01', b"application/octet-stream", TapReason.UNKNOWN_FORMAT),
        (b"--x\r\n", b"multipart/form-data; boundary=x", TapReason.BAD_ENVELOPE),
        (b"35,1.5\n", b"", TapReason.WIDTH_MISMATCH),
        (b"35 1.5\n", b"", TapReason.UNKNOWN_FORMAT),
    ],
)
def test_broken_json_is_told_from_other_formats(body: bytes, content_type: bytes, why: TapReason) -> None:
    """By its type; or by its first byte, where the type is one that clients send unthinkingly."""
    assert reason(read(body, headers=with_type(content_type))) is why


def test_an_unknown_format_is_named_by_its_type_and_never_by_its_values() -> None:
    """The detail goes to logs."""
    refusal = read(b"secret", headers=with_type(b"Text/HTML; charset=utf-8"))
    assert refusal == Refusal(TapReason.UNKNOWN_FORMAT, "text/html")


def test_a_decoder_that_fails_costs_its_payload_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason says so, and the next exchange is read."""

    def failing(payload: Payload) -> Decoded | Refusal | None:
        raise ZeroDivisionError(payload.body)

    with monkeypatch.context() as patch:
        patch.setitem(registry._BY_TYPE, dict, [failing])
        assert read(ROW) == Refusal(TapReason.DECODER_ERROR, "ZeroDivisionError")
    assert rows(read(ROW)) == [ROW]


def test_a_name_has_one_decoder() -> None:
    """Two of one name would hide one another."""
    with pytest.raises(ValueError, match="features"):
        register("features", By.OBJECT)(lambda _payload: None)


def test_json_is_parsed_once_for_all_decoders() -> None:
    """And not at all before one asks."""
    payload = Payload(exchange(TEXT), TEXT, ORDER)
    assert payload.document is payload.document


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["age", "features", "instances", "inputs", "data", "columns", "shape", "datatype", "ndarray", "tensor", "x"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


@given(
    values,
    st.sampled_from(["auto", *(name for name in formats() if name != "mapping")]),
    st.sampled_from([(), ("age",), ORDER, ("features",)]),
)
def test_every_document_gives_rows_or_a_reason(document: object, only: str, order: tuple[str, ...]) -> None:
    """No decoder fails, and no rows are empty."""
    result = read(document, order=order, only=only)
    if isinstance(result, Refusal):
        assert result.reason is not TapReason.DECODER_ERROR
    else:
        assert rows(result)


@given(
    st.binary(max_size=60),
    st.sampled_from([b"", b"gzip", b"deflate"]),
    st.sampled_from([b"", b"application/json", b"text/csv"]),
)
def test_every_body_gives_rows_or_a_reason(body: bytes, coding: bytes, content_type: bytes) -> None:
    """Whatever it claims to be."""
    result = read(body, headers={b"content-type": content_type, b"content-encoding": coding})
    assert isinstance(result, Decoded) or result.reason is not TapReason.DECODER_ERROR
