"""Each format gives the rows that it carries; its own faults have reasons, and what is of another format is left to others."""

from typing import get_args

import pytest

from sidecar.decode import Decoded, formats
from sidecar.decode.model import LONGEST_VERSION
from sidecar.reasons import TapReason
from sidecar.settings.model import TapFormat
from tests.decode.payloads import ORDER, read, reason, rows

ROW = {"age": 35, "income": 50000.5, "plan": "pro"}
OTHER = {"age": None, "plan": "größe", "extra": True}


def test_the_formats_are_those_that_the_settings_name() -> None:
    """All of them, and the bare object, which says nothing of itself, is the last to be tried."""
    assert set(get_args(TapFormat)) == {"auto", *formats()}
    assert formats()[-1] == "object"


@pytest.mark.parametrize(
    ("document", "format_", "expected"),
    [
        ({"features": ROW}, "features", [ROW]),
        ({"features": ROW, "timestamp": "2026-01-01T00:00:00Z"}, "features", [ROW]),
        ({"features": {"tags": [1]}}, "features", [{"tags": [1]}]),
        (ROW, "object", [ROW]),
        (OTHER, "object", [OTHER]),
        ({"age": 35, "tags": ["a"]}, "object", [{"age": 35, "tags": ["a"]}]),
        ([ROW], "records", [ROW]),
        ([ROW, OTHER], "records", [ROW, OTHER]),
        ([ROW, {}], "records", [ROW, {}]),
        ({"instances": [ROW, OTHER]}, "kserve_v1", [ROW, OTHER]),
        ({"instances": [ROW], "signature_name": "x"}, "kserve_v1", [ROW]),
        (
            {"instances": [[35, 5.5, "a"], [None, 1, "b"]]},
            "kserve_v1",
            [dict(zip(ORDER, row, strict=True)) for row in ([35, 5.5, "a"], [None, 1, "b"])],
        ),
    ],
)
def test_a_format_gives_its_rows(document: object, format_: str, expected: list[dict[str, object]]) -> None:
    """Values are as they were written: null, texts, booleans and numbers, and unknown names too."""
    result = read(document)
    assert isinstance(result, Decoded)
    assert result.format == format_
    assert rows(result) == expected
    assert rows(read(document, only=format_)) == expected


@pytest.mark.parametrize("order", [ORDER, ()])
def test_rows_with_names_need_no_baseline(order: tuple[str, ...]) -> None:
    """What they are called is in them."""
    for document in ({"features": ROW}, ROW, [ROW], {"instances": [ROW]}):
        assert rows(read(document, order=order)) == [ROW]


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ({"features": {}}, TapReason.EMPTY),
        ({"features": []}, TapReason.BAD_ENVELOPE),
        ({"features": None}, TapReason.BAD_ENVELOPE),
        ({"features": "age"}, TapReason.BAD_ENVELOPE),
        ({}, TapReason.EMPTY),
        ([], TapReason.EMPTY),
        ([{}, {}], TapReason.EMPTY),
        ({"instances": []}, TapReason.EMPTY),
        ({"instances": {}}, TapReason.BAD_ENVELOPE),
        ({"instances": None}, TapReason.BAD_ENVELOPE),
        ({"instances": [ROW, [1, 2, 3]]}, TapReason.BAD_ENVELOPE),
        ({"instances": [[1, 2, 3], 1]}, TapReason.BAD_ENVELOPE),
        ({"instances": [ROW, 1]}, TapReason.BAD_ENVELOPE),
        ({"instances": [[1, 2]]}, TapReason.WIDTH_MISMATCH),
        ({"instances": [[1, 2, 3], [1, 2, 3, 4]]}, TapReason.WIDTH_MISMATCH),
        ({"instances": [[]]}, TapReason.WIDTH_MISMATCH),
        ({"instances": [1, 2, 3]}, TapReason.WIDTH_MISMATCH),
    ],
)
def test_an_envelope_that_is_wrong_has_its_reason(document: object, why: TapReason) -> None:
    """Nothing is guessed."""
    assert reason(read(document)) is why


@pytest.mark.parametrize(
    "document",
    [
        {"question": "?", "messages": [ROW]},
        {"text_input": "?", "parameters": {"temperature": 0}},
        {"name": "x", "age": [35, 36], "income": [1.5]},
        {"rows": [{"age": {"value": 1}}]},
        {"rows": [ROW], "data": [ROW]},
        [[[35, 1.5, "pro"]]],
        [ROW, [1]],
        [ROW, None],
        [{"name": "x", "data": [1]}],
        35,
        "text",
        None,
        True,
    ],
)
def test_formats_that_are_not_known_are_no_rows(document: object) -> None:
    """An envelope of another format must not be counted as a row with one strange feature."""
    assert reason(read(document)) is TapReason.UNKNOWN_FORMAT
    assert reason(read(document, order=())) is TapReason.UNKNOWN_FORMAT


def test_without_a_baseline_values_without_names_are_numbered() -> None:
    """So that what is read can be looked at."""
    assert rows(read({"instances": [[1, 2, 3]]}, order=())) == [{"0": 1, "1": 2, "2": 3}]
    assert rows(read({"instances": [1]}, order=())) == [{"0": 1}]


def test_a_model_with_one_feature_may_be_sent_plain_values() -> None:
    """Each is a row."""
    assert rows(read({"instances": [1, "a", None]}, order=("age",))) == [{"age": 1}, {"age": "a"}, {"age": None}]


@pytest.mark.parametrize("name", ["features", "instances"])
def test_a_feature_may_be_called_like_an_envelope(name: str) -> None:
    """The baseline tells a row with such a feature from the envelope."""
    assert rows(read({name: 3, "age": 35}, order=(name, "age"))) == [{name: 3, "age": 35}]


def test_a_named_format_is_the_only_one_that_is_tried() -> None:
    """The operator knows best."""
    assert reason(read([ROW], only="features")) is TapReason.UNKNOWN_FORMAT
    assert reason(read(ROW, only="kserve_v1")) is TapReason.UNKNOWN_FORMAT
    assert rows(read({"features": 1}, only="object")) == [{"features": 1}]


@pytest.mark.parametrize(
    ("path", "version"),
    [
        ("/v1/models/sk:predict", None),
        ("/v1/models/sk/versions/7:predict", "7"),
        ("/v2/models/sk/versions/v0.1.0/infer", "v0.1.0"),
        ("/models/versions/", None),
        ("/versions/7", None),
        ("/m/versions/" + "x" * 100, "x" * LONGEST_VERSION),
    ],
)
def test_the_path_may_name_the_version(path: str, version: str | None) -> None:
    """In every format."""
    for document in ({"features": ROW}, ROW, [ROW], {"instances": [ROW]}, {"instances": [[1, 2, 3]]}):
        result = read(document, path)
        assert isinstance(result, Decoded)
        assert result.model_version == version


@pytest.mark.parametrize(
    ("named", "version"),
    [
        ("2026-01", "2026-01"),
        (7, "7"),
        (1.5, "1.5"),
        ("", "path"),
        (None, "path"),
        ([], "path"),
        ({}, "path"),
        ("x" * 100, "x" * LONGEST_VERSION),
    ],
)
def test_the_own_format_may_name_the_version_and_wins_over_the_path(named: object, version: str) -> None:
    """As a text or a number, and short, because it becomes a label."""
    result = read({"features": ROW, "model_version": named}, "/m/versions/path/predict")
    assert isinstance(result, Decoded)
    assert result.model_version == version
