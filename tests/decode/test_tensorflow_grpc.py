"""gRPC messages of TensorFlow Serving give the rows that were written into them, by another writer."""

import struct

import pytest

from sidecar.decode import Decoded
from sidecar.decode.tensor_proto import MAX_FILLED
from sidecar.reasons import TapReason
from tests.decode.messages import CLASSIFY, FIRST, PREDICT, REGRESS, answers, example, feature, named, proto, read, table, why
from tests.decode.payloads import rows
from tests.decode.proto import call, floats, ints, message, part, varint, whole


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
