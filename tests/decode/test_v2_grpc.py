"""gRPC messages of V2 give the rows that were written into them, by another writer."""

import gzip
import struct
import zlib
from typing import Any

import numpy as np
import pytest

from sidecar.columns import ABSENT
from sidecar.decode import Decoded
from sidecar.decode.grpc import MAX_MESSAGES
from sidecar.reasons import TapReason
from tests.decode.messages import (
    V2,
    V2_STREAM,
    answering,
    answers,
    asking,
    read,
    row,
    table,
    tensor,
    told,
    why,
)
from tests.decode.payloads import rows
from tests.decode.proto import call, floats, ints, message, part, varint, whole

RAW = [
    ("BOOL", "?", [True, False]),
    ("INT8", "b", [-128, 127]),
    ("INT16", "<h", [-(2**15), 2**15 - 1]),
    ("INT32", "<i", [-(2**31), 2**31 - 1]),
    ("INT64", "<q", [-(2**63), 2**63 - 1]),
    ("UINT8", "B", [0, 255]),
    ("UINT16", "<H", [0, 2**16 - 1]),
    ("UINT32", "<I", [0, 2**32 - 1]),
    ("UINT64", "<Q", [0, 2**64 - 1]),
    ("FP16", "<e", [-1.5, 65504.0]),
    ("FP32", "<f", [0.25, -3e38]),
    ("FP64", "<d", [0.1, 1e300]),
]


@pytest.mark.parametrize(("datatype", "form", "values"), RAW)
def test_raw_numbers_of_every_type_are_read(datatype: str, form: str, values: list[float]) -> None:
    """As the bytes that they are in memory."""
    data = b"".join(struct.pack(form, value) for value in values)
    if datatype == "FP32":
        values = [*struct.unpack("<2f", data)]
    result = read(call(V2, asking(tensor("age", datatype, (2, 1)), raw=(data,))))
    assert table(result) == {"age": values}
    assert isinstance(result, Decoded)
    assert result.columns is not None
    assert isinstance(result.columns.values["age"], np.ndarray)


def test_raw_brain_floats_and_texts_are_read() -> None:
    """The one is the upper half of a float, the others have their lengths before them."""
    bf16 = b"".join(struct.pack("<f", value)[2:] for value in (1.5, -2.0))
    plan = b"".join(len(text).to_bytes(4, "little") + text for text in (b"pro", "größe".encode()))
    result = read(call(V2, asking(tensor("age", "BF16", (2,)), tensor("plan", "BYTES", (2,)), raw=(bf16, plan))))
    assert table(result) == {"age": [1.5, -2.0], "plan": ["pro", "größe"]}


TYPED = [
    ("BOOL", ints(1, [1, 0]), [True, False]),
    ("INT8", ints(2, [-128, 127]), [-128, 127]),
    ("INT32", ints(2, [-(2**31), 2**31 - 1]), [-(2**31), 2**31 - 1]),
    ("INT64", ints(3, [-(2**63), 2**63 - 1]), [-(2**63), 2**63 - 1]),
    ("UINT16", ints(4, [0, 2**16 - 1]), [0, 2**16 - 1]),
    ("UINT32", ints(4, [0, 2**32 - 1]), [0, 2**32 - 1]),
    ("UINT64", ints(5, [0, 2**64 - 1]), [0, 2**64 - 1]),
    ("FP32", floats(6, [0.25, -3.5]), [0.25, -3.5]),
    ("FP64", floats(7, [0.1, 1e300], "d"), [0.1, 1e300]),
    ("BYTES", part(8, "pro") + part(8, b"\xff"), ["pro", "\ufffd"]),
]


@pytest.mark.parametrize(("datatype", "contents", "values"), TYPED)
def test_typed_contents_of_every_type_are_read(datatype: str, contents: bytes, values: list[object]) -> None:
    """Each from the field that belongs to it."""
    assert table(read(call(V2, asking(tensor("age", datatype, (2, 1), contents))))) == {"age": values}


def test_numbers_that_are_not_packed_or_come_in_parts_are_the_same() -> None:
    """Writers may choose."""
    apart = b"".join(varint(6 << 3 | 5) + struct.pack("<f", value) for value in (0.25, -3.5))
    parts = floats(6, [0.25]) + floats(6, [-3.5])
    loose = b"".join(whole(3, value) for value in (-1, 2**40))
    double = b"".join(varint(7 << 3 | 1) + struct.pack("<d", value) for value in (0.1, 0.2))
    for datatype, contents, values in (
        ("FP32", apart, [0.25, -3.5]),
        ("FP32", parts, [0.25, -3.5]),
        ("INT64", loose, [-1, 2**40]),
        ("FP64", double, [0.1, 0.2]),
    ):
        assert table(read(call(V2, asking(tensor("age", datatype, (2,), contents))))) == {"age": values}


def test_one_tensor_with_all_values_of_a_row_takes_the_names_of_the_baseline() -> None:
    """A width that does not fit is no guess; the version is the request's."""
    asked = asking(tensor("x", "FP32", (2, 2), floats(6, [1, 2, 3, 4])), version="7")
    result = read(call(V2, asked))
    assert table(result) == {"age": [1, 3], "income": [2, 4]}
    assert isinstance(result, Decoded)
    assert (result.format, result.model_version) == ("v2_grpc", "7")
    assert why(read(call(V2, asked), ("a", "b", "c"))) is TapReason.WIDTH_MISMATCH


@pytest.mark.parametrize(
    ("tensors", "raw"),
    [
        ((), ()),
        ((tensor("age", "FP32", (2,)),), ()),
        ((tensor("age", "FP32", (3,), floats(6, [1, 2])),), ()),
        ((tensor("age", "FP32", (2,), floats(7, [1, 2], "d")),), ()),
        ((tensor("age", "FP16", (2,), floats(6, [1, 2])),), ()),
        ((tensor("age", "FP99", (2,), floats(6, [1, 2])),), ()),
        ((tensor("age", "FP32", (-2,), floats(6, [1, 2])),), ()),
        ((tensor("age", "FP32", (1,) * 17, floats(6, [1])),), ()),
        ((tensor("age", "FP32", (2,), part(6, b"12345")),), ()),
        ((tensor("age", "INT64", (2,), part(3, b"\x80\x80")),), ()),
        ((tensor("age", "INT64", (1,), part(3, b"\x80" * 11 + b"\1")),), ()),
        ((tensor("age", "FP32", (2,)),), (b"1234567",)),
        ((tensor("age", "FP32", (1,)), tensor("income", "FP32", (1,))), (b"1234",)),
        ((tensor("age", "FP32", (1,)),), (b"1234", b"1234")),
        ((tensor("age", "FP32", (2**40,), floats(6, [1])),), ()),
        ((tensor("age", "BYTES", (2**40,)),), (b"\0\0\0\0",)),
    ],
)
def test_tensors_that_contradict_themselves_are_refused(tensors: tuple[bytes, ...], raw: tuple[bytes, ...]) -> None:
    """Also those whose values are elsewhere, in shared memory."""
    assert why(read(call(V2, asking(*tensors, raw=raw)))) is TapReason.BAD_ENVELOPE


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"\0\0\0\0", TapReason.BAD_ENVELOPE),
        (message(b"x")[:-1], TapReason.BAD_ENVELOPE),
        (message(b"\xff\xff"), TapReason.BAD_ENVELOPE),
        (message(part(5, b"\x0a\xff"))[:-1] + b"\xff", TapReason.BAD_ENVELOPE),
        (message(part(5, part(1, b"\xff\xfe"))), TapReason.BAD_ENVELOPE),
        (message(b"", flag=1), TapReason.BAD_ENCODING),
        (message(b"", flag=2), TapReason.BAD_ENCODING),
        (b"", TapReason.EMPTY),
        (message(b"") * (MAX_MESSAGES + 1), TapReason.BODY_TOO_LARGE),
    ],
)
def test_what_is_no_message_is_refused(body: bytes, reason: TapReason) -> None:
    """With the reason."""
    assert why(read(call(V2, body))) is reason


@pytest.mark.parametrize(("encoding", "deflate"), [(b"gzip", gzip.compress), (b"deflate", zlib.compress)])
def test_compressed_messages_are_inflated_within_their_bound(encoding: bytes, deflate: Any) -> None:
    """One that becomes too large is refused, and so is a coding that nobody knows."""
    asked = asking(tensor("x", "FP32", (500, 2), floats(6, [0.5] * 1000)))[5:]
    body = message(deflate(asked), flag=1)
    assert table(read(call(V2, body, encoding=encoding))) == {"age": [0.5] * 500, "income": [0.5] * 500}
    assert isinstance(read(call(V2, body, encoding=encoding), max_body=len(asked)), Decoded)
    assert why(read(call(V2, body, encoding=encoding), max_body=len(asked) - 1)) is TapReason.INFLATED_TOO_LARGE
    assert why(read(call(V2, body * 2, encoding=encoding), max_body=2 * len(asked) - 1)) is TapReason.INFLATED_TOO_LARGE
    assert why(read(call(V2, body, encoding=b"snappy"))) is TapReason.UNSUPPORTED_ENCODING
    assert why(read(call(V2, message(b"no", flag=1), encoding=encoding))) is TapReason.BAD_ENCODING


def test_every_message_of_a_stream_has_rows() -> None:
    """One after the other; what one of them does not speak of is absent there."""
    result = read(call(V2_STREAM, row(1) + row(2), told() + told()))
    assert table(result) == {"age": [1, 2]}
    assert answers(call(V2_STREAM, row(1) + row(2), told() + told())) == {"prediction": [0.5, 0.5]}
    other = asking(tensor("plan", "BYTES", (1,), part(8, "pro")))
    mixed = read(call(V2_STREAM, row(1) + other), ("age", "plan"))
    assert rows(mixed) == [{"age": 1, "plan": ABSENT}, {"age": ABSENT, "plan": "pro"}]


def test_questions_whose_answers_are_errors_are_left_out() -> None:
    """As long as answers and questions can be paired."""
    assert table(read(call(V2_STREAM, row(1) + row(2), told("no") + told()))) == {"age": [2]}
    assert why(read(call(V2_STREAM, row(1), told("no")))) is TapReason.STATUS
    assert table(read(call(V2_STREAM, row(1) + row(2), told("no")))) == {"age": [1, 2]}


def test_answers_in_a_stream_without_their_envelope_are_no_errors() -> None:
    """MLServer sends them so: the model's name stands where the envelope has its error."""
    tensors = (tensor("score", "FP32", (1,), floats(6, [0.5])), tensor("score", "FP32", (1,)))
    for version in (b"", part(2, "7"), part(2, "\N{GREEK SMALL LETTER PI}")):
        typed = part(1, "people") + version + answering(tensors[0])
        raw = part(1, "people") + version + answering(tensors[1], raw=(struct.pack("<f", 0.25),))
        asked = call(V2_STREAM, row(1) + row(2), message(typed) + message(raw))
        assert table(read(asked)) == {"age": [1, 2]}
        assert answers(asked) == {"prediction": [0.5, 0.25]}


def test_answers_of_a_call_are_predictions() -> None:
    """One output is the prediction, several have their names."""
    one = answering(tensor("score", "FP32", (2, 1)), raw=(struct.pack("<2f", 0.25, 0.5),))
    two = answering(tensor("score", "FP32", (1,), floats(6, [0.5])), tensor("label", "BYTES", (1,), part(8, "yes")))
    assert answers(call(V2, row(1), message(one))) == {"prediction": [0.25, 0.5]}
    assert answers(call(V2, row(1), message(two))) == {"score": [0.5], "label": ["yes"]}
    assert answers(call(V2, row(1), message(b"\xff"))) == answers(call(V2, row(1), b"?")) == {}
