"""gRPC messages of Seldon give the rows that were written into them, by another writer."""

import pytest

from sidecar.decode import Decoded
from sidecar.reasons import TapReason
from tests.decode.messages import NAMES, SELDON, answers, listed, proto, read, table, value, why
from tests.decode.proto import call, floats, ints, message, part


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
