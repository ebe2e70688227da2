"""What the settings and the baseline say of reading is put together once."""

import json
from importlib import import_module

import pytest

from sidecar.columns import Columns
from sidecar.decode import Decoded, reading
from sidecar.exchange import Exchange, Refusal
from sidecar.reasons import TapReason
from sidecar.settings.model import Tap
from tests.decode.payloads import JSON, exchange, reason, rows


def asked(document: object, answer: object = None) -> Exchange:
    """Return an exchange of two documents."""
    one = exchange(json.dumps(document).encode())
    return one._replace(response_body=json.dumps(answer).encode(), response_headers=JSON)


def read(one: Exchange, *names: str, tap: Tap | None = None, answers: bool = False) -> Decoded | Refusal:
    """Read an exchange with a baseline of these features."""
    return reading(tap or Tap(), names, answers=answers)(one)


BOTH = asked({"instances": [[1, 2], [3, 4]]}, {"predictions": [0.5, 0.25]})


def test_a_prediction_is_a_feature_if_the_baseline_has_it() -> None:
    """It has no place among the values of a row without names."""
    assert rows(read(BOTH, "a", "prediction", "b")) == [
        {"prediction": 0.5, "a": 1, "b": 2},
        {"prediction": 0.25, "a": 3, "b": 4},
    ]
    assert rows(read(BOTH, "a", "b")) == [{"a": 1, "b": 2}, {"a": 3, "b": 4}]


def test_rows_that_are_objects_get_theirs_too() -> None:
    """One for each value of an answer that has several."""
    one = asked([{"a": 1}, {"a": 2}], [[0.1, 0.9], [0.2, 0.8]])
    assert rows(read(one, "a", "prediction.1")) == [{"prediction.1": 0.9, "a": 1}, {"prediction.1": 0.8, "a": 2}]


@pytest.mark.parametrize("answer", [{"predictions": [0.5]}, {"predictions": [1, 2, 3]}, {}, "?", None, {"error": "x", "y": 1}])
def test_an_answer_that_is_not_one_for_each_row_is_left_out(answer: object) -> None:
    """The rows are counted without it."""
    assert rows(read(asked([{"a": 1}, {"a": 2}], answer), "a", "prediction")) == [{"a": 1}, {"a": 2}]


def test_what_a_row_says_of_a_prediction_stands() -> None:
    """A request that carries the name means its own."""
    assert rows(read(asked({"a": 1, "prediction": 7}, {"prediction": 8}), "a", "prediction")) == [{"prediction": 7, "a": 1}]


def test_answers_are_not_read_unless_somebody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody pays for what is not counted."""
    monkeypatch.setattr(import_module("sidecar.decode.reading"), "predictions", None)
    assert rows(read(BOTH, "a", "b"))


def test_who_asks_gets_all_predictions() -> None:
    """By name."""
    result = read(BOTH, answers=True)
    assert isinstance(result, Decoded)
    assert isinstance(result.columns, Columns)
    assert result.predictions == {"prediction": [0.5, 0.25]}


def test_the_settings_may_name_the_values_of_rows_without_names() -> None:
    """In place of the baseline, for a model whose inputs come in another order."""
    tap = Tap.model_validate({"mapping": {"columns": ["b", "a"]}})
    assert rows(read(BOTH, "a", "b", tap=tap)) == [{"b": 1, "a": 2}, {"b": 3, "a": 4}]


def test_the_settings_may_fix_the_format() -> None:
    """Whatever else the traffic looks like is refused."""
    assert reason(read(BOTH, tap=Tap(format="csv"))) is TapReason.UNKNOWN_FORMAT
    assert reason(read(BOTH, tap=Tap(format="mapping"))) is TapReason.UNKNOWN_FORMAT
