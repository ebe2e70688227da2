"""Where numbers wait makes no difference to what becomes of them."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.baseline import profile_of_columns
from sidecar.baseline.pile import Pile
from sidecar.columns import ABSENT

PARTS = st.lists(st.lists(st.floats(), max_size=5), max_size=8)


@given(PARTS, st.integers(0, 200))
def test_what_was_put_on_comes_back(parts: list[list[float]], room: int) -> None:
    """In order and to the last bit, NaN among them, whether some of it, all or nothing went into a file."""
    pile = Pile(room)
    for part in parts:
        pile.add(np.array(part))
    expected = np.array([number for part in parts for number in part])
    np.testing.assert_array_equal(pile.take(), expected)
    assert len(pile.take()) == 0


@pytest.mark.parametrize("values", [[*range(5000)], [1.5, None, 2.5, ABSENT] * 500, [0.0, -0.0, 1e300] * 900])
def test_a_baseline_of_spilled_numbers_is_the_same(
    values: list[object], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With hardly any memory for numbers the profile has the same fingerprint, and no file is left behind."""
    table = {"x": values, "y": values}
    expected = profile_of_columns(table)
    monkeypatch.setattr("sidecar.baseline.collect.IN_MEMORY", 64)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert profile_of_columns(table).fingerprint == expected.fingerprint
    assert [*tmp_path.iterdir()] == []
