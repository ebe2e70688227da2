"""A list that is read in pieces is the list that it would be in one."""

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.baseline import BaselineError, build, profile_of_records
from sidecar.baseline.json_files import LongList
from sidecar.baseline.long_list import elements

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
ROWS = st.lists(st.dictionaries(st.text(max_size=3), VALUES, max_size=4), max_size=6)


@given(ROWS, st.sampled_from([None, 1]), st.integers(1, 40))
def test_pieces_of_any_size_give_the_same_rows(rows: list[object], indent: int | None, piece: int) -> None:
    """Wherever the text is cut: within a word, an escape, a row, between rows."""
    assert list(elements(io.StringIO(json.dumps(rows, indent=indent) + " \n"), piece)) == rows


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "it ends within its list"),
        ("[", "is no JSON"),
        ('[{"a": 1}', "it ends within its list"),
        ('[{"a": 1},', "is no JSON"),
        ('[{"a": 1},]', "is no JSON"),
        ('[{"a": 1} {"a": 1}]', ", or ] was expected, and there is '{'"),
        ("{}", r"\[ was expected"),
        ('[{"a": 1}] [', "there is more after its list"),
        ("[nope]", "is no JSON"),
    ],
)
@pytest.mark.parametrize("piece", [1, 100])
def test_what_is_no_list_is_told(text: str, fault: str, piece: int) -> None:
    """Each way in which a list can be broken has its words."""
    with pytest.raises(BaselineError, match=fault):
        list(elements(io.StringIO(text), piece))


def test_a_file_of_it_is_a_source(tmp_path: Path) -> None:
    """Its profile is that of the rows, and how much is done is told."""
    rows = [{"x": number, "y": "ab"[number % 2]} for number in range(10_000)]
    file = tmp_path / "t.json"
    file.write_text("\ufeff" + json.dumps(rows), encoding="utf-8")
    told: list[int] = []
    built = build(LongList(file, lambda done, whole: told.append(done * 100 // whole), piece=1000))
    assert built.profile.fingerprint == profile_of_records(rows).fingerprint
    assert max(told) == 100


@pytest.mark.parametrize(
    ("content", "fault"), [(b"[1]", "row 1 is no object"), (b'[{"a": "\xff"}]', "is no UTF-8"), (b"[" * 100_000, "too deeply")]
)
def test_a_file_that_is_broken_is_named(content: bytes, fault: str, tmp_path: Path) -> None:
    """With the row where there is one."""
    (tmp_path / "t.json").write_bytes(content)
    with pytest.raises(BaselineError, match=rf"t\.json: .*{fault}"):
        build(LongList(tmp_path / "t.json"))
