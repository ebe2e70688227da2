"""YAML that comes out is read by Kubernetes as what went in."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sidecar.inject.yaml_text import YamlError, read_documents, write_documents

AMBIGUOUS = [
    "y",
    "N",
    "yes",
    "off",
    "true",
    "null",
    "~",
    "12:30",
    "1e3",
    "0o17",
    "017",
    "08",
    "1_000",
    ".5",
    "2024-01-01",
    "=",
    "",
    "-",
]


@pytest.mark.parametrize("text", AMBIGUOUS)
def test_text_that_looks_like_something_else_is_quoted(text: str) -> None:
    """No parser, however it reads plain words, can take it for another type."""
    line = write_documents([{"value": text}]).strip()
    assert line.removeprefix("value: ")[0] in "'\""
    assert yaml.safe_load(line) == {"value": text}


PLAIN = [
    ("12:30", "12:30"),
    ("2024-01-01", "2024-01-01"),
    ("08", "08"),
    ("y", "y"),
    ("1Gi", "1Gi"),
    ("0", 0),
    ("017", 15),
    ("0o17", 15),
    ("0x1F", 31),
    ("0b11", 3),
    ("-1_0", -10),
    ("1e3", 1000.0),
    ("1.5", 1.5),
    (".inf", float("inf")),
    ("yes", True),
]


@pytest.mark.parametrize(("plain", "value"), PLAIN)
def test_plain_words_are_read_as_kubectl_reads_them(plain: str, value: Any) -> None:
    """Times and dates are text, octal and hexadecimal numbers are numbers."""
    [read] = read_documents(f"a: {plain}")
    assert read == {"a": value}
    assert type(read["a"]) is type(value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(AMBIGUOUS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.sampled_from(AMBIGUOUS), inner, max_size=3),
    max_leaves=10,
)


@given(st.lists(st.dictionaries(st.text(min_size=1), json_values, min_size=1, max_size=3), min_size=1, max_size=3))
def test_what_is_written_reads_back(documents: list[dict[str, Any]]) -> None:
    """Values, types and the order of keys survive, in several documents as in one."""
    read = read_documents(write_documents(documents))
    assert read == documents
    assert [list(one) for one in read] == [list(one) for one in documents]


def test_what_an_alias_repeats_is_a_copy() -> None:
    """Nothing is shared between two places of a document, and no alias comes out."""
    [read] = read_documents("a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2}")
    read["a"]["b"] = 3
    assert read == {"a": {"b": 3}, "c": {"b": 1}, "d": {"b": 1, "e": 2}}
    assert "*" not in write_documents([read])


@pytest.mark.parametrize("text", ["a: [", "a: *nobody", "\t", "a: &a [*a]", "!!python/object:os.system {}"])
def test_what_is_no_yaml_says_so(text: str) -> None:
    """There is one kind of error, whatever is wrong."""
    with pytest.raises(YamlError):
        read_documents(text)


def test_long_texts_stay_on_their_lines() -> None:
    """A script in a manifest can be read afterwards as before."""
    assert write_documents([{"script": "one\ntwo\n"}]) == "script: |\n  one\n  two\n"


@pytest.mark.parametrize("text", ["a: 1\na: 2\n", "x: [{b: 1, 'b': 2}]\n"])
def test_a_key_that_stands_there_twice_is_an_error(text: str) -> None:
    """One of the two would be lost without a word."""
    with pytest.raises(YamlError, match="stands there twice"):
        read_documents(text)


def test_a_key_that_a_merge_brings_too_is_none() -> None:
    """What stands there wins, however deep the map is that is merged."""
    text = "x: &b {a: 1}\nouter: {inner: {y: &c {<<: *b, a: 2}}}\nz:\n  <<: *c\n  q: 1\n"
    [document] = read_documents(text)
    assert document["z"] == {"a": 2, "q": 1}
    assert document["outer"]["inner"]["y"] == {"a": 2}
