"""Whatever is in a gRPC message, it is rows or refused, and numbers are what was written."""

from hypothesis import given
from hypothesis import strategies as st

from sidecar.decode import Decoded, predictions
from sidecar.decode.protobuf import VARINT, Messages, numbers, packed, varints
from sidecar.exchange import Refusal
from sidecar.reasons import TapReason
from tests.decode.messages import (
    CLASSIFY,
    FIRST,
    NAMES,
    PREDICT,
    REGRESS,
    SELDON,
    V2,
    V2_STREAM,
    asking,
    listed,
    named,
    proto,
    read,
    row,
    tensor,
    value,
    why,
)
from tests.decode.payloads import MAX_BODY
from tests.decode.proto import call, floats, ints, message, part, varint, whole


def test_a_call_of_another_method_is_of_no_known_format() -> None:
    """So is gRPC-Web, and an error is no traffic."""
    assert why(read(call("/inference.GRPCInferenceService/ServerLive", message(b"")))) is TapReason.UNKNOWN_FORMAT
    assert why(read(call(V2, row(1), status=404))) is TapReason.STATUS
    web = call(V2, row(1))._replace(request_headers={b"content-type": b"application/grpc-web+proto"})
    assert why(read(web)) is TapReason.UNKNOWN_FORMAT


@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=50))
def test_varints_are_read_as_they_were_written(values: list[int]) -> None:
    """All at once, of any length."""
    found = varints(b"".join(map(varint, values)))
    assert not isinstance(found, Refusal)
    assert found.tolist() == values


@given(st.binary(max_size=60), st.sampled_from([V2, V2_STREAM, PREDICT, CLASSIFY, REGRESS, SELDON]), st.booleans())
def test_no_bytes_make_a_decoder_fail(data: bytes, path: str, framed: bool) -> None:
    """They are rows or refused, and never by a fault of the decoder."""
    exchange = call(path, message(data) if framed else data, message(data))
    result = read(exchange)
    assert isinstance(result, Decoded) or result.reason is not TapReason.DECODER_ERROR
    predictions(exchange, max_body=MAX_BODY)


SAMPLES = [
    (V2, asking(tensor("age", "FP32", (2, 2), floats(6, [1, 2, 3, 4])), version="7")[5:]),
    (V2, asking(tensor("age", "INT64", (2,)), tensor("plan", "BYTES", (1,)), raw=(bytes(16), b"\1\0\0\0a"))[5:]),
    (V2_STREAM, row(1)[5:]),
    (PREDICT, part(1, part(2, whole(1, 12))) + named(age=proto(1, (2,), floats(5, [1])), plan=proto(7, (2,), part(8, "a")))),
    (CLASSIFY, part(2, part(1, part(1, FIRST)))),
    (SELDON, part(3, NAMES + part(3, listed([[35, "a"], [0, None]])))),
    (SELDON, part(3, NAMES + part(2, ints(1, [1, 2]) + floats(2, [1.5, 2.5], "d")))),
    (SELDON, part(6, value({"instances": [[1, 2]]}))),
]


@given(st.sampled_from(SAMPLES), st.integers(0, 10**6), st.integers(0, 4), st.binary(max_size=4))
def test_damaged_messages_are_read_or_refused(sample: tuple[str, bytes], place: int, gone: int, new: bytes) -> None:
    """Bytes replaced, removed or added, in requests and answers."""
    path, data = sample
    start = place % (len(data) + 1)
    damaged = message(data[:start] + new + data[start + gone :])
    result = read(call(path, damaged, damaged))
    assert isinstance(result, Decoded) or result.reason is not TapReason.DECODER_ERROR
    predictions(call(path, damaged, damaged), max_body=MAX_BODY)


def test_a_field_of_another_type_is_no_number() -> None:
    """It is passed over like any field that nobody knows."""
    messages = Messages("kinds", {"Kinds": (packed(1, "values"),)})
    found = numbers(messages.parse("Kinds", varint(1 << 3 | 5) + b"1234" + whole(1, 7)), "values", VARINT)
    assert not isinstance(found, Refusal)
    assert found.tolist() == [7]
