"""RFC 6902: what `changes` says, another library can do."""

from typing import Any

import jsonpatch
from hypothesis import example, given
from hypothesis import strategies as st

from sidecar.inject.patch import changes

documents = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2) | st.text("ab/~0", max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab/~0", max_size=2), inner, max_size=3),
    max_leaves=8,
)


def same(one: Any, other: Any) -> bool:
    """Return whether two documents are the same JSON, in which true is not 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and bool(one == other)


@given(documents, documents)
@example({"a": 1}, {"a": True})
@example({"a": None}, {"a": {}})
@example({"a/b": {"~": 1}}, {"a/b": {"~": 2, "~1": 3}})
@example([1, 2, 3], [])
@example(1, [])
def test_a_patch_makes_the_new_of_the_old(old: Any, new: Any) -> None:
    """Whatever the two are, whole documents included."""
    assert same(jsonpatch.apply_patch(old, changes(old, new)), new)


@given(documents)
def test_between_the_same_there_is_no_change(document: Any) -> None:
    """The patch is empty."""
    assert changes(document, document) == []


def test_a_missing_parent_is_made() -> None:
    """A pod without annotations gets the map and the annotation in one step; a null is replaced by adding."""
    assert changes({}, {"a": {"b": 1}}) == [{"op": "add", "path": "/a", "value": {"b": 1}}]
    assert changes({"a": None}, {"a": {}}) == [{"op": "add", "path": "/a", "value": {}}]


def test_names_are_escaped_as_json_pointers_want() -> None:
    """The slash of an annotation is no step of the path."""
    assert changes({"x": 1}, {"x": 1, "drift-sidecar/a~b": 2})[0]["path"] == "/drift-sidecar~1a~0b"
