"""Texts become the values that they would have been in JSON, by the rules by which baselines are built from CSV."""

import math
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from sidecar.baseline import build, open_files
from sidecar.baseline.profile import CategoricalFeature
from sidecar.columns import category_text
from sidecar.decode.texts import column_of, value_of

CELLS = [
    "35",
    "35.0",
    "-1e3",
    "+5",
    ".5",
    "5.",
    "inf",
    "01067",
    "1_000",
    "0",
    "0.1",
    "true",
    "False",
    "pro",
    "",
    "nan",
    "NA",
    "1 000",
]


@given(st.text(max_size=12) | st.sampled_from(CELLS))
def test_a_text_is_missing_a_number_a_boolean_or_itself(text: str) -> None:
    """Nothing else, and nothing is lost."""
    value = value_of(text)
    assert value is None or isinstance(value, bool | int | float) or value == text
    assert (value is None) is (text == "")


@given(st.integers() | st.floats(allow_nan=False))
def test_numbers_come_back(number: float) -> None:
    """Whole numbers exactly within 64 bits."""
    value = value_of(str(number))
    assert isinstance(value, int | float)
    assert value == number or math.isclose(value, number) or abs(number) > 1e300


@given(st.lists(st.sampled_from(CELLS), min_size=1, max_size=6))
def test_a_column_has_a_value_for_each_text(texts: list[str]) -> None:
    """By themselves or together, numbers are the same."""
    together = column_of(texts)
    assert len(together) == len(texts)
    for text, value in zip(texts, together, strict=True):
        alone = value_of(text)
        assert value == alone or (value is None and text.lower() in ("nan", "na")), text


def test_the_baseline_builder_reads_the_same_categories(tmp_path: Path) -> None:
    """From the same cells, so that a file and the traffic do not differ by how they were read."""
    columns = {"plan": ["pro", "free", ""] * 9, "code": ["01067", "80331", "10115"] * 9, "flag": ["True", "false", "True"] * 9}
    file = tmp_path / "rows.csv"
    lines = [",".join(columns), *map(",".join, zip(*columns.values(), strict=True))]
    file.write_text("\n".join(lines), encoding="utf-8")
    for feature in build(open_files([str(file)])).profile.features:
        assert isinstance(feature, CategoricalFeature)
        texts = {category_text(value) for value in column_of(columns[feature.name])}
        assert texts - {None} == set(feature.categories)
