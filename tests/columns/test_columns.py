"""Rows become columns, whatever their shape, and cells become numbers or category texts, whoever decoded them."""

import copy
import json
import math
import pickle
from types import MappingProxyType

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.columns import (
    ABSENT,
    LONGEST,
    WRONG_TYPE,
    Columns,
    batches,
    category_text,
    columns_of,
    numbers_of,
    records_of,
    short_hash,
    slices,
)

CELLS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.lists(st.integers(), max_size=2)
ROWS = st.lists(st.dictionaries(st.sampled_from("abcdefgh"), CELLS, max_size=6), max_size=12)


@given(ROWS)
def test_every_cell_of_every_row_is_found_again_in_its_column(rows: list[dict[str, object]]) -> None:
    """Columns hold each row's values, and ABSENT where a row does not carry the name."""
    columns = columns_of(rows)
    assert columns.rows == len(rows)
    for number, row in enumerate(rows):
        found = {name: column[number] for name, column in columns.values.items()}
        # By their texts, because NaN is not equal to itself.
        assert {name: repr(cell) for name, cell in found.items() if cell is not ABSENT} == {
            name: repr(cell) for name, cell in row.items()
        }


@given(ROWS, st.sets(st.sampled_from("abcdefgh")))
def test_a_name_that_nobody_asked_for_is_either_a_column_or_a_stranger(rows: list[dict[str, object]], names: set[str]) -> None:
    """With names asked for, no cell of theirs is lost, and no other name goes unnoticed."""
    columns = columns_of(rows, names)
    for number, row in enumerate(rows):
        carried = {name for name, column in columns.values.items() if column[number] is not ABSENT}
        assert carried | set(columns.strangers.get(number, ())) == row.keys()
        assert row.keys() & names <= carried


def test_rows_of_unlike_shape_cost_columns_only_for_the_names_asked_for() -> None:
    """A thousand rows with a name of their own each do not make a thousand columns."""
    rows = [{"age": 1, f"own{number}": 2} for number in range(1000)]
    columns = columns_of(rows, ("age",))
    assert set(columns.values) == {"age"}
    assert columns.strangers[999] == ("own999",)


def test_only_examples_of_strange_names_are_kept() -> None:
    """A row of a thousand strange names leaves eight of them."""
    columns = columns_of([{}, {f"own{number}": 1 for number in range(1000)}], ())
    assert len(columns.strangers[1]) == 8


@given(ROWS, st.integers(1, 5))
def test_batches_are_the_rows_in_order(rows: list[dict[str, object]], size: int) -> None:
    """Cut into batches, there are as many rows as before, at most `size` in each, and none is out of place."""
    cut = list(batches(rows, size=size))
    assert [each.rows for each in cut] == [len(rows[start : start + size]) for start in range(0, len(rows), size)]
    assert [set(each.values) for each in cut] == [
        set().union(*rows[start : start + size]) for start in range(0, len(rows), size)
    ]


def test_columns_of_unlike_length_are_refused() -> None:
    """A column that is shorter than the rows announced is a decoder's mistake, said at once."""
    with pytest.raises(ValueError, match="'age' has 1 cells, 2 rows"):
        Columns(2, {"age": [1]})


def test_absent_survives_a_copy() -> None:
    """ABSENT is told by identity, so there is only one of it, in every process."""
    assert copy.deepcopy(ABSENT) is ABSENT
    assert pickle.loads(pickle.dumps(ABSENT)) is ABSENT  # noqa: S301  # our own bytes


@given(st.one_of(st.booleans(), st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False, allow_infinity=False), st.text()))
def test_two_json_readers_agree_on_every_category(value: object) -> None:
    """The text of a category is the same whether orjson or the standard library parsed it."""
    try:
        text = orjson.dumps(value)
    except orjson.JSONEncodeError:  # half a surrogate pair, which only the standard library writes
        text = json.dumps(value).encode()
        assert category_text(json.loads(text)) == category_text(value)
        return
    assert category_text(orjson.loads(text)) == category_text(json.loads(text)) == category_text(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (35, "35"),
        (35.0, "35"),
        (np.float32(0.1), "0.1"),
        (np.float64(35), "35"),
        (np.int8(-3), "-3"),
        (np.str_("a"), "a"),
        (np.bool_(True), "true"),  # the value under test
        (-0.0, "0"),
        (2**63 + 1, "9223372036854775809"),
        (2**53 + 1, "9007199254740993"),
        (2**64, "1.8446744073709552e+19"),
        (float(2**64), "1.8446744073709552e+19"),
        (10**400, "Infinity"),
        (-(10**400), "-Infinity"),
        (math.inf, "Infinity"),
        (b"caf\xc3\xa9", "café"),
        ("\ud800", "?"),
        ("", ""),
        ("2024-02-29", "2024-02-29"),
    ],
)
def test_a_category_is_the_shortest_text_of_its_value(value: object, text: str) -> None:
    """Numbers are written shortest, whole ones exactly within 64 bits; texts are themselves."""
    found = category_text(value)
    assert found == text
    assert type(found) is str


@pytest.mark.parametrize("value", [None, math.nan, np.float32("nan")])
def test_nothing_is_no_category(value: object) -> None:
    """Null and NaN are missing."""
    assert category_text(value) is None


@pytest.mark.parametrize("value", [[], {}, [1], {"a": 1}, (1,), np.array([1])])
def test_nested_values_are_no_category(value: object) -> None:
    """A list or an object is of the wrong type."""
    assert category_text(value) is WRONG_TYPE


@pytest.mark.parametrize("length", [LONGEST - 1, LONGEST, LONGEST + 1, 10 * LONGEST])
def test_a_long_text_is_shortened_and_stays_itself(length: int) -> None:
    """No category is longer than the bound, and two long texts that differ at the end stay two categories."""
    one, two = category_text("x" * length), category_text("x" * (length - 1) + "y")
    assert isinstance(one, str)
    assert len(one) == min(length, LONGEST)
    assert one != two


def test_the_hash_of_a_text_is_the_same_everywhere() -> None:
    """Profiles hold these hashes, so they may never change: two are written down here."""
    assert (short_hash("rare"), short_hash("é")) == (1652607863, 2504344770)


@given(st.lists(st.none() | st.integers() | st.floats() | st.text(max_size=3) | st.booleans() | st.just(ABSENT)))
def test_numbers_are_read_one_by_one(cells: list[object]) -> None:
    """Whatever stands beside it, a cell is read the same way."""
    numbers = numbers_of(cells)
    alone = [numbers_of([cell]) for cell in cells]
    assert np.array_equal(numbers.values, np.array([each.values[0] for each in alone]), equal_nan=True)
    for marks, own in ((numbers.absent, "absent"), (numbers.wrong, "wrong")):
        expected = [getattr(each, own) is not None for each in alone]
        assert (marks.tolist() if marks is not None else [False] * len(cells)) == expected


@pytest.mark.parametrize("cell", ["35", "", True, False, [35], {"value": 35}, b"35", np.bool_(True)])
def test_what_is_no_number_is_of_the_wrong_type(cell: object) -> None:
    """Texts, numeric ones too, booleans and nested values are no numbers; they count as missing."""
    numbers = numbers_of([1.0, cell])
    assert numbers.wrong is not None
    assert numbers.wrong.tolist() == [False, True]
    assert math.isnan(numbers.values[1])


@pytest.mark.parametrize(
    ("array", "values"),
    [
        (np.array([1, 2], dtype=np.int8), [1.0, 2.0]),
        (np.array([0.5, np.nan], dtype=np.float32), [0.5, np.nan]),
        (np.array([1, None, 2.5], dtype=object), [1.0, np.nan, 2.5]),
        (np.array([2**63], dtype=np.uint64), [2.0**63]),
    ],
)
def test_arrays_of_numbers_are_numbers(array: np.ndarray[tuple[int], np.dtype[np.generic]], values: list[float]) -> None:
    """Integers, floats and arrays of objects are read as doubles."""
    numbers = numbers_of(array)
    assert numbers.values.dtype == np.float64
    assert np.array_equal(numbers.values, values, equal_nan=True)
    assert numbers.wrong is None


@pytest.mark.parametrize("array", [np.array([True, False]), np.array(["1", "2"]), np.ones((2, 2))])
def test_arrays_of_anything_else_are_of_the_wrong_type(array: np.ndarray[tuple[int], np.dtype[np.generic]]) -> None:
    """Booleans, texts and rows of more than one number are no numbers."""
    numbers = numbers_of(array)
    assert numbers.wrong is not None
    assert numbers.wrong.all()


def test_any_mapping_is_a_row() -> None:
    """Rows need not be dictionaries."""
    rows = [MappingProxyType({"age": 1, "plan": "a"})] * 2
    assert columns_of(rows).values == {"age": (1, 1), "plan": ("a", "a")}


@pytest.mark.parametrize(("more", "columns"), [(998, 1001), (999, 1002), (1000, 1)])
def test_a_row_of_invented_names_does_not_become_a_column_for_each_of_them(more: int, columns: int) -> None:
    """Some megabytes of names would take seconds to look at one by one; a few of them say as much."""
    row = {"age": 35, **{f"x{number}": 0 for number in range(more + 2)}}
    made = columns_of([row], names=("age",))
    assert len(made.values) == columns
    assert made.values["age"][0] == 35
    assert made.strangers == ({} if columns > 1 else {0: tuple(f"x{number}" for number in range(8))})


@given(ROWS)
def test_rows_come_back_from_columns(records: list[dict[str, object]]) -> None:
    """With what each of them has, and without what it has not."""
    back = records_of(columns_of(records))
    assert back == records or not columns_of(records).values
    assert all(set(one) == set(other) for one, other in zip(back, records, strict=False))


@pytest.mark.parametrize("dtype", ["?", "i1", "u8", "f2", "f4", "f8"])
def test_a_row_from_an_array_is_the_category_that_the_array_had(dtype: str) -> None:
    """Single precision too, whose shortest text is another one as a double."""
    array = np.array([0.1, 1, 0], dtype=dtype)
    assert [category_text(row["x"]) for row in records_of(Columns(3, {"x": array}))] == [
        category_text(value) for value in array
    ]


@given(st.integers(0, 40), st.integers(1, 3), st.integers(1, 50))
def test_slices_have_all_rows_in_order_and_no_more_cells_than_asked(rows: int, width: int, cells: int) -> None:
    """But at least a row each; what is beside the columns is cut with them."""
    names = "abc"[:width]
    strangers, stale = {row: (str(row),) for row in range(rows)}, frozenset(range(0, rows, 2))
    whole = Columns(rows, {name: list(range(rows)) for name in names}, strangers, stale)
    pieces = [*slices(whole, cells)]
    assert [value for piece in pieces for value in piece.values["a"]] == list(range(rows))
    assert [row for piece in pieces for _, (row,) in sorted(piece.strangers.items())] == [str(row) for row in range(rows)]
    assert [piece.values["a"][row] for piece in pieces for row in sorted(piece.stale)] == sorted(stale)
    assert all(piece.rows * width <= max(cells, width) for piece in pieces)
