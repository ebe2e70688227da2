"""A coded column is the cells that it stands for, wherever columns are read."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sidecar.baseline import profile_of_columns
from sidecar.columns import ABSENT, Coded, Columns
from sidecar.histogram import Layout, encode, tally

CELLS = [1, 2.5, "a", "b", "", None, True, math.nan, math.inf, 2**60, 10**400, [1], ABSENT]
DRAWN = st.lists(st.integers(0, len(CELLS) - 1), min_size=1, max_size=30)


@given(DRAWN)
def test_a_baseline_of_it_is_the_baseline_of_its_cells(codes: list[int]) -> None:
    """Kinds, counts and category texts do not depend on how a column is held."""
    coded = Coded(CELLS, np.array(codes, dtype=np.uint32))
    assert profile_of_columns({"x": coded}).fingerprint == profile_of_columns({"x": list(coded)}).fingerprint


@given(DRAWN)
def test_it_is_counted_as_its_cells_are(codes: list[int]) -> None:
    """Against a baseline of numbers, against one of categories, and where the baseline does not know it."""
    coded = Coded(CELLS, np.array(codes, dtype=np.uint32))
    layout = Layout(profile_of_columns({"number": [1, 2, 3] * 9, "category": ["a", "1", "c"] * 9}))
    counted = [
        tally(encode(Columns(len(codes), dict.fromkeys(("number", "category", "other"), column)), layout), layout)
        for column in (coded, list(coded))
    ]
    assert counted[0] == counted[1]


def test_it_is_a_sequence() -> None:
    """Length, cells, slices and rows per cell."""
    coded = Coded(["a", None], np.array([0, 1, 1]))
    assert (len(coded), coded[0], list(coded[1:]), coded.counts().tolist()) == (3, "a", [None, None], [1, 2])
