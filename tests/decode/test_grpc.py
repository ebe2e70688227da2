"""gRPC messages of V2, TensorFlow Serving and Seldon give the rows that were written into them, by another writer."""

import gzip
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.columns import ABSENT
from sidecar.decode import Decoded, decode, predictions
from sidecar.decode.grpc import MAX_MESSAGES
from sidecar.decode.protobuf import VARINT, Messages, numbers, packed, varints
from sidecar.decode.tensor_proto import MAX_FILLED
from sidecar.exchange import Exchange, Refusal
from sidecar.reasons import TapReason
from tests.decode.payloads import MAX_BODY, rows
from tests.decode.proto import call, floats, ints, message, part, varint, whole

V2 = "/inference.GRPCInferenceService/ModelInfer"
V2_STREAM = "/inference.GRPCInferenceService/ModelStreamInfer"
PREDICT = "/tensorflow.serving.PredictionService/Predict"
CLASSIFY = "/tensorflow.serving.PredictionService/Classify"
REGRESS = "/tensorflow.serving.PredictionService/Regress"
SELDON = "/seldon.protos.Model/Predict"
ORDER = ("age", "income")


def read(exchange: Exchange, order: tuple[str, ...] = ORDER, **more: Any) -> Decoded | Refusal:
    """Decode an exchange."""
    return decode(exchange, order=order, **{"max_body": MAX_BODY, **more})


def table(result: Decoded | Refusal) -> dict[str, list[Any]]:
    """Return the values of each name."""
    assert isinstance(result, Decoded), result
    listed = rows(result)
    return {name: [plain(row[name]) for row in listed] for name in listed[0]}


def plain(value: Any) -> Any:
    """Return a value without NumPy's type."""
    return value.item() if isinstance(value, np.generic) else value


def why(result: Decoded | Refusal) -> TapReason:
    """Return why there are no rows."""
    assert isinstance(result, Refusal), result
    return result.reason


def answers(exchange: Exchange) -> dict[str, list[Any]]:
    """Return what was predicted."""
    return {name: [*map(plain, values)] for name, values in predictions(exchange, max_body=MAX_BODY).items()}


def tensor(name: str, datatype: str, shape: tuple[int, ...], contents: bytes = b"") -> bytes:
    """Return a tensor of V2."""
    return part(1, name) + part(2, datatype) + ints(3, shape) + (part(5, contents) if contents else b"")


def asking(*tensors: bytes, raw: tuple[bytes, ...] = (), version: str = "") -> bytes:
    """Return a ModelInfer request, with its five bytes."""
    head = part(1, "model") + (part(2, version) if version else b"") + part(3, "id-1")
    return message(head + b"".join(part(5, each) for each in tensors) + b"".join(part(7, each) for each in raw))


def answering(*tensors: bytes, raw: tuple[bytes, ...] = ()) -> bytes:
    """Return a ModelInfer response, without the five bytes."""
    return part(1, "model") + b"".join(part(5, each) for each in tensors) + b"".join(part(6, each) for each in raw)


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


def row(age: float) -> bytes:
    """Return a message with one row."""
    return asking(tensor("age", "FP64", (1,), floats(7, [age], "d")))


def told(error: str = "") -> bytes:
    """Return an answer in a stream: an error, or a tensor."""
    return message(part(1, error) if error else part(2, answering(tensor("score", "FP32", (1,), floats(6, [0.5])))))


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


def test_answers_of_a_call_are_predictions() -> None:
    """One output is the prediction, several have their names."""
    one = answering(tensor("score", "FP32", (2, 1)), raw=(struct.pack("<2f", 0.25, 0.5),))
    two = answering(tensor("score", "FP32", (1,), floats(6, [0.5])), tensor("label", "BYTES", (1,), part(8, "yes")))
    assert answers(call(V2, row(1), message(one))) == {"prediction": [0.25, 0.5]}
    assert answers(call(V2, row(1), message(two))) == {"score": [0.5], "label": ["yes"]}
    assert answers(call(V2, row(1), message(b"\xff"))) == answers(call(V2, row(1), b"?")) == {}


def proto(dtype: int, shape: tuple[int, ...], values: bytes) -> bytes:
    """Return a TensorProto."""
    return whole(1, dtype) + part(2, b"".join(part(2, whole(1, size)) for size in shape)) + values


def named(**tensors: bytes) -> bytes:
    """Return a map of tensors, in field 2."""
    return b"".join(part(2, part(1, name) + part(2, value)) for name, value in tensors.items())


@pytest.mark.parametrize(
    ("dtype", "values", "expected"),
    [
        (1, floats(5, [0.25, 1]), [0.25, 1]),
        (2, floats(6, [0.1, 1], "d"), [0.1, 1]),
        (3, ints(7, [-1, 2]), [-1, 2]),
        (4, ints(7, [0, 255]), [0, 255]),
        (5, ints(7, [-5, 5]), [-5, 5]),
        (6, ints(7, [-5, 5]), [-5, 5]),
        (7, part(8, "a") + part(8, "b"), ["a", "b"]),
        (9, ints(10, [-(2**63), 5]), [-(2**63), 5]),
        (10, ints(11, [1, 0]), [True, False]),
        (14, ints(13, [0x3FC0, 0xC000]), [1.5, -2.0]),
        (17, ints(7, [0, 65535]), [0, 65535]),
        (19, ints(13, [0x3E00, 0xC000]), [1.5, -2.0]),
        (22, ints(16, [0, 2**32 - 1]), [0, 2**32 - 1]),
        (23, ints(17, [0, 2**64 - 1]), [0, 2**64 - 1]),
        (1, part(4, struct.pack("<2f", 0.25, 1)), [0.25, 1]),
        (9, part(4, struct.pack("<2q", -1, 1)), [-1, 1]),
        (19, part(4, struct.pack("<2e", 1.5, -2)), [1.5, -2]),
        (1, floats(5, [0.25]), [0.25, 0.25]),
        (7, part(8, "a"), ["a", "a"]),
    ],
)
def test_tensors_of_tensorflow_are_read(dtype: int, values: bytes, expected: list[object]) -> None:
    """Typed, as bytes, or as one value that stands for all."""
    assert table(read(call(PREDICT, message(named(age=proto(dtype, (2, 1), values)))))) == {"age": expected}


@pytest.mark.parametrize(
    ("dtype", "shape", "values"),
    [
        (8, (1,), b""),
        (20, (1,), b""),
        (1, (2,), b""),
        (1, (1,), floats(5, [1, 2])),
        (1, (-1,), floats(5, [1])),
        (1, (MAX_FILLED + 1,), floats(5, [1])),
        (7, (2**40,), part(8, "a")),
        (7, (1,), part(4, b"\1a")),
    ],
)
def test_tensors_of_tensorflow_that_cannot_be_are_refused(dtype: int, shape: tuple[int, ...], values: bytes) -> None:
    """Among them one that would fill the memory with a single value."""
    assert why(read(call(PREDICT, message(named(age=proto(dtype, shape, values)))))) is TapReason.BAD_ENVELOPE


def test_the_version_of_a_tensorflow_model_is_a_number_or_a_label() -> None:
    """Whichever the request names."""
    tensors = named(age=proto(1, (1,), floats(5, [1])))
    for spec, version in ((part(2, whole(1, 12)), "12"), (part(4, "canary"), "canary"), (part(1, "m"), None)):
        result = read(call(PREDICT, message(part(1, spec) + tensors)))
        assert isinstance(result, Decoded)
        assert result.model_version == version


def feature(name: str, value: bytes) -> bytes:
    """Return a feature of an example."""
    return part(1, part(1, name) + part(2, value))


def example(*features: bytes) -> bytes:
    """Return a tf.Example."""
    return part(1, b"".join(features))


FIRST = example(
    feature("plan", part(1, part(1, "pro"))),
    feature("age", part(3, ints(1, [-33]))),
    feature("income", part(2, floats(1, [0.5]))),
    feature("empty", part(2, b"")),
    feature("wide", part(2, floats(1, [1, 2]))),
)


def test_examples_are_rows() -> None:
    """An empty list is a missing value, a longer one is several columns, and a feature that is not there is absent."""
    given_ = message(part(2, part(1, part(1, FIRST) + part(1, example(feature("age", part(3, ints(1, [1]))))))))
    for path in (CLASSIFY, REGRESS):
        assert rows(read(call(path, given_))) == [
            {"plan": "pro", "age": -33, "income": 0.5, "empty": None, "wide.0": 1.0, "wide.1": 2.0},
            {"age": 1},
        ]


def test_a_context_belongs_to_every_example() -> None:
    """And an example may differ from it."""
    context = example(feature("plan", part(1, part(1, "pro"))), feature("age", part(3, ints(1, [0]))))
    listed = part(1, example(feature("age", part(3, ints(1, [1]))))) + part(1, example())
    result = read(call(CLASSIFY, message(part(2, part(2, listed + part(2, context))))))
    assert rows(result) == [{"plan": "pro", "age": 1}, {"plan": "pro", "age": 0}]
    assert why(read(call(CLASSIFY, message(b"")))) is TapReason.EMPTY


def test_answers_of_tensorflow_are_predictions() -> None:
    """Tensors, classes and numbers."""
    tensors = part(1, part(1, "score") + part(2, proto(1, (2,), floats(5, [0.25, 0.5]))))
    assert answers(call(PREDICT, b"", message(tensors))) == {"prediction": [0.25, 0.5]}
    classes = [
        part(1, part(1, label) + varint(2 << 3 | 5) + struct.pack("<f", score)) for label, score in (("a", 0.75), ("b", 0.25))
    ]
    one, two = part(1, part(1, classes[0])), part(1, part(1, b"".join(classes)))
    assert answers(call(CLASSIFY, b"", message(one))) == {"label": ["a"], "score": [0.75]}
    assert answers(call(CLASSIFY, b"", message(two))) == {
        "label.0": ["a"],
        "score.0": [0.75],
        "label.1": ["b"],
        "score.1": [0.25],
    }
    values = b"".join(part(1, varint(1 << 3 | 5) + struct.pack("<f", value)) for value in (1.5, 2.5))
    assert answers(call(REGRESS, b"", message(part(1, values)))) == {"prediction": [1.5, 2.5]}


def value(given_: Any) -> bytes:
    """Return a google.protobuf.Value."""
    match given_:
        case None:
            return whole(1, 0)
        case bool():
            return whole(4, given_)
        case int() | float():
            return varint(2 << 3 | 1) + struct.pack("<d", given_)
        case str():
            return part(3, given_)
        case list():
            return part(6, b"".join(part(1, value(each)) for each in given_))
        case _:
            return part(5, b"".join(part(1, part(1, name) + part(2, value(each))) for name, each in given_.items()))


def listed(values: list[Any]) -> bytes:
    """Return a google.protobuf.ListValue."""
    return b"".join(part(1, value(each)) for each in values)


NAMES = part(1, "age") + part(1, "plan")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (part(3, NAMES + part(3, listed([[35, "a"], [0, None]]))), {"age": [35, 0], "plan": ["a", None]}),
        (part(3, part(3, listed([[35, False], [0, ""]]))), {"age": [35, 0], "income": [False, ""]}),
        (part(3, NAMES + part(2, ints(1, [1, 2]) + floats(2, [1.5, 2.5], "d"))), {"age": [1.5], "plan": [2.5]}),
        (part(3, NAMES + part(2, ints(1, [2]) + floats(2, [1.5, 2.5], "d"))), {"age": [1.5], "plan": [2.5]}),
        (part(3, NAMES + part(4, proto(1, (1, 2), floats(5, [1.5, 2.5])))), {"age": [1.5], "plan": [2.5]}),
        (part(6, value({"age": 1, "plan": "pro"})), {"age": [1], "plan": ["pro"]}),
        (part(6, value({"instances": [[1, 2]]})), {"age": [1], "income": [2]}),
        (part(5, '{"age": 1, "plan": "pro"}'), {"age": [1], "plan": ["pro"]}),
        (part(4, b"[[1, 2], [3, 4]]"), {"age": [1, 3], "income": [2, 4]}),
    ],
)
def test_a_message_of_seldon_is_read_whichever_form_it_has(data: bytes, expected: dict[str, list[object]]) -> None:
    """The arrays by three names, JSON, and text or bytes that are JSON."""
    result = read(call(SELDON, message(data)))
    assert table(result) == expected
    assert isinstance(result, Decoded)
    assert result.format == "seldon_grpc"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", TapReason.EMPTY),
        (part(3, b""), TapReason.BAD_ENVELOPE),
        (part(3, part(2, ints(1, [1, 3]) + floats(2, [1.5], "d"))), TapReason.BAD_ENVELOPE),
        (part(3, part(2, ints(1, [1, 3]) + part(2, b"123"))), TapReason.BAD_ENVELOPE),
        (part(3, part(2, ints(1, [1, 3]) + floats(2, [1, 2, 3], "d"))), TapReason.WIDTH_MISMATCH),
        (part(5, "how are you?"), TapReason.NOT_JSON),
        (part(4, b"\x89PNG"), TapReason.NOT_JSON),
    ],
)
def test_a_message_of_seldon_without_rows_is_refused(data: bytes, reason: TapReason) -> None:
    """With the reason."""
    assert why(read(call(SELDON, message(data)))) is reason


def test_answers_of_seldon_are_predictions() -> None:
    """In each form."""
    tensor_ = part(3, part(1, "t:0") + part(2, ints(1, [2, 1]) + floats(2, [0.25, 0.5], "d")))
    assert answers(call(SELDON, b"", message(tensor_))) == {"prediction": [0.25, 0.5]}
    assert answers(call(SELDON, b"", message(part(6, value({"score": [0.25]}))))) == {"prediction": [0.25]}
    assert answers(call(SELDON, b"", message(b""))) == answers(call(SELDON, b"", b"?")) == {}


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
