"""Cells told apart by which object they are give back exactly those objects, or nothing is claimed of them."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sidecar.columns import ABSENT, Coded, coded_by_identity
from sidecar.columns.identity import _SLOTS, OBJECTS, WORTHWHILE

ODD: list[object] = [None, True, 1, 1.0, float("nan"), "", "1", 2**70, ABSENT, [1], {"a": 1}, float("inf")]


def cells_of(objects: list[object], rows: int) -> NDArray[Any]:
    """Return an array in which the objects take turns."""
    cells = np.empty(rows, dtype=object)
    for row in range(rows):
        cells[row] = objects[row % len(objects)]
    return cells


def apart(count: int) -> list[object]:
    """Return texts of which no two want one slot."""
    texts: dict[int, object] = {}
    kept = [f"text {n}" for n in range(4 * count)]
    for text in kept:
        texts.setdefault((id(text) >> 4) % _SLOTS, text)
    return list(texts.values())[:count]


def same(coded: Coded, cells: NDArray[Any]) -> bool:
    """Return whether every cell is the very object that it was."""
    return all(one is other for one, other in zip(coded, cells.tolist(), strict=True))


@given(st.lists(st.sampled_from(ODD), min_size=1, max_size=40), st.integers(WORTHWHILE, WORTHWHILE + 3))
def test_what_is_answered_are_the_very_objects(objects: list[object], rows: int) -> None:
    """Values that Python calls equal stay apart, NaN is found, and what cannot be hashed is no trouble."""
    cells = cells_of(objects, rows)
    coded = coded_by_identity(cells)
    assert coded is None or same(coded, cells)


def test_a_cell_that_occurs_once_is_found() -> None:
    """A sample misses it, so all cells are compared with what the sample held."""
    *often, rare = apart(4)
    cells = cells_of(often, 100_000)
    cells[77_777] = rare
    coded = coded_by_identity(cells)
    assert coded is not None
    assert same(coded, cells)
    assert coded[77_777] is rare


@pytest.mark.parametrize(("objects", "answered"), [(OBJECTS - 1, True), (OBJECTS, True), (OBJECTS + 1, False)])
def test_so_many_objects_are_told_apart_and_no_more(objects: int, answered: bool) -> None:
    """Beyond the bound looking each text up is as good."""
    cells = cells_of(apart(objects), 4096)
    coded = coded_by_identity(cells)
    assert (coded is not None) == answered
    assert coded is None or same(coded, cells)


@pytest.mark.parametrize(("rows", "answered"), [(WORTHWHILE - 1, False), (WORTHWHILE, True), (WORTHWHILE + 1, True)])
def test_few_cells_are_not_worth_it(rows: int, answered: bool) -> None:
    """A batch of traffic is looked up."""
    assert (coded_by_identity(cells_of(apart(2), rows)) is not None) == answered


def test_two_objects_that_want_one_slot_get_no_answer() -> None:
    """Nothing is guessed: one of the two is not found where it is looked for."""
    first: dict[int, str] = {}
    texts = [f"text {n}" for n in range(2 * _SLOTS)]
    one, other = next(
        (first[slot], text) for text in texts if first.setdefault(slot := (id(text) >> 4) % _SLOTS, text) is not text
    )
    assert coded_by_identity(cells_of([one, other], 2048)) is None


def test_a_table_and_its_columns_are_left_to_others() -> None:
    """Addresses are read one after the other, so an array of two dimensions or with gaps gets no answer."""
    table = np.array([["a", "b"]] * 2048, dtype=object)
    assert coded_by_identity(table) is None
    assert coded_by_identity(table[:, 0]) is None
    assert coded_by_identity(table[:, 0].copy()) is not None
