"""A profile is the same text on every machine, reads back as itself, and a file that is wrong is told what is wrong with it."""

import copy
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from sidecar.baseline import (
    BaselineError,
    Choices,
    Profile,
    profile_from_json,
    profile_of_columns,
    profile_of_records,
    profile_text,
    read_baseline,
    write_profile,
)
from tests.histogram.strategies import rows

COLUMNS: dict[str, list[object]] = {
    "age": [number % 50 + 18 for number in range(1000)],
    "plan": ["free", "pro", "pro", "team"] * 250,
}
PROFILE = profile_of_columns(COLUMNS)


@given(rows(least=1))
def test_a_profile_reads_back_as_itself(records: list[dict[str, object]]) -> None:
    """Profile to text to profile is exact, and so is its fingerprint."""
    if not any(records):
        return
    profile = profile_of_records(records)
    read = profile_from_json(json.loads(profile_text(profile)))
    assert read == profile
    assert profile_text(read) == profile_text(profile)


@given(rows(least=1))
def test_the_order_of_the_rows_does_not_matter(records: list[dict[str, object]]) -> None:
    """The same rows in another order, with the columns in the same, are the same baseline."""
    if not any(records):
        return
    names = list(dict.fromkeys(name for record in records for name in record))
    first = {name: records[0].get(name) for name in names}
    shuffled = random.Random(1).sample(records, len(records))  # noqa: S311  # guards nothing
    one, two = profile_of_records([first, *records]), profile_of_records([first, *shuffled])
    assert one.fingerprint == two.fingerprint


def test_the_fingerprint_never_changes() -> None:
    """It names a baseline across versions and machines, so the one of this small table is written down."""
    small = profile_of_columns({"age": [18, 35, 35, 64, None], "plan": ["a", "b", "a", None, "a"]})
    assert small.fingerprint == "1f656726601a0bdab98655592a8f1abf7e5b02a6b6c0470312aed3c3a0386de6"


def test_the_fingerprint_is_of_the_content_alone() -> None:
    """When and from what a profile was built changes its file, and not its fingerprint; a count does."""
    later = Profile(PROFILE.rows, PROFILE.features, PROFILE.ignored, {"at": "2031-01-01T00:00:00Z", "from": "other.csv"})
    assert later.fingerprint == PROFILE.fingerprint
    assert later == PROFILE
    assert Profile(PROFILE.rows + 1, PROFILE.features).fingerprint != PROFILE.fingerprint


def test_a_profile_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """The file appears under its name when it is complete, readable by others, and nothing is left beside it."""
    target = tmp_path / "baseline.json"
    target.write_text("old", encoding="utf-8")
    size = write_profile(PROFILE, target)
    assert (read_baseline(target), target.stat().st_size) == (PROFILE, size)
    assert target.stat().st_mode & 0o777 == 0o644
    assert [file.name for file in tmp_path.iterdir()] == ["baseline.json"]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    """If the new file cannot take its place, the place keeps what it had and no temporary file stays."""
    target = tmp_path / "baseline.json"
    (target / "occupied").mkdir(parents=True)
    with pytest.raises(OSError, match="directory"):
        write_profile(PROFILE, target)
    assert [file.name for file in tmp_path.iterdir()] == ["baseline.json"]


def broken(change: Callable[[Any], object]) -> str:
    """Return what is said of the profile's document after a change."""
    document = copy.deepcopy(json.loads(profile_text(PROFILE)))
    change(document)
    with pytest.raises(BaselineError) as caught:
        profile_from_json(document)
    return str(caught.value)


AGE, PLAN = 0, 1


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda it: it.update(schema=3), "is of schema 3, this program reads up to 2"),
        (lambda it: it.update(schema=0), "is of schema 0, and the first one is 1"),
        (lambda it: it.update(schema="1"), "schema has '1' where a whole number belongs"),
        (lambda it: it.pop("rows"), "rows is not there"),
        (lambda it: it.update(rows=0), "is empty"),
        (lambda it: it.update(features=[]), "is empty"),
        (lambda it: it.update(features={}), "features is no list"),
        (lambda it: it.update(rows=999), "feature 'age': counts 1000 rows, the whole baseline has 999"),
        (lambda it: it.update(rows=1001), "does not match its fingerprint"),
        (lambda it: it.pop("fingerprint"), "does not match its fingerprint"),
        (lambda it: it.update(built=[]), "built is no object"),
        (lambda it: it["features"].append(it["features"][AGE]), "feature 'age': is there twice"),
        (lambda it: it["features"].append(7), "a feature is no JSON object"),
        (lambda it: it["features"][AGE].pop("name"), "a feature has no name"),
        (lambda it: it["features"][AGE].update(kind="ordinal"), "feature 'age': is of the unknown kind 'ordinal'"),
        (lambda it: it["features"][AGE]["edges"].reverse(), "feature 'age': edges do not ascend"),
        (lambda it: it["features"][AGE]["edges"].__setitem__(3, "x"), "feature 'age': edges has 'x' where a number belongs"),
        (lambda it: it["features"][AGE]["edges"].__setitem__(-1, 1e999), "feature 'age': edges has inf where a number"),
        (lambda it: it["features"][AGE]["edges"].__setitem__(-1, 10**400), "where a number belongs"),
        (lambda it: it["features"][AGE]["counts"].pop(), "edges make"),
        (lambda it: it["features"][AGE]["counts"].__setitem__(1, -1), "feature 'age': counts has the negative count -1"),
        (lambda it: it["features"][AGE]["counts"].__setitem__(1, 1.5), "feature 'age': counts has 1.5 where a whole number"),
        (lambda it: it["features"][AGE]["counts"].__setitem__(1, True), "feature 'age': counts has True where a whole"),
        (lambda it: it["features"][AGE]["counts"].__setitem__(1, 2**70), "feature 'age': counts has 1180591620717411303424"),
        (lambda it: it["features"][AGE]["score_edges"].append(1e9), "feature 'age': score_edges are no ascending part"),
        (lambda it: it["features"][AGE].update(quartiles=[1.0]), "feature 'age': quartiles are not two numbers"),
        (lambda it: it["features"][AGE].update(unit_exponent=5000), "feature 'age': unit_exponent is 5000"),
        (lambda it: it["features"][AGE].update(mean=None), "does not match its fingerprint"),
        (lambda it: it["features"][AGE].update(mean="x"), "feature 'age': mean has 'x'"),
        (lambda it: it["features"][PLAN].update(categories=[]), "feature 'plan': categories is no object"),
        (lambda it: it["features"][PLAN].update(singletons=5), "feature 'plan': has more singletons than rows in other"),
        (lambda it: it["features"][PLAN].update(seen="?"), "feature 'plan': seen is no base64"),
        (lambda it: it["features"][PLAN].update(seen="AAAA"), "feature 'plan': seen is no base64 of 32 bit"),
        (lambda it: it["features"][PLAN].update(seen=7), "feature 'plan': seen is no base64"),
        (lambda it: it["features"][PLAN]["categories"].update(pro=-1), "feature 'plan': pro has the negative count -1"),
    ],
)
def test_a_profile_that_is_wrong_is_told_where_and_what(change: Callable[[Any], object], fault: str) -> None:
    """Every fault names the feature that has it, and what was expected."""
    assert fault in broken(change)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ("[]", "is empty: it has no rows"),
        ("{}", "is empty: it has no rows"),
        ("[{}, {}]", "is empty: it has no rows"),
        ('{"age": []}', "is empty: it has columns, but no rows"),
        ("7", "holds neither a profile nor data"),
        ('{"age": [1, 2], "plan": ["a"]}', "the columns are not equally long: 1 to 2 values"),
        ('{"age": 35}', "feature 'age': is no list of values"),
        ('[{"age": 35}, 7]', "row 2 is no object"),
        ('[{"age": 35}', "is no JSON: Expecting ',' delimiter in line 1, column 13"),
        ('[{"": 35}]', "a feature needs a name"),
        ('[{"\\ud800": 35}]', "the name is no valid Unicode"),
        ("[" * 100_000, "is nested too deeply"),
        ("[" + "9" * 5000 + "]", "is no JSON that can be read"),
        ('{"schema": 99}', "is of schema 99"),
    ],
)
def test_a_file_that_is_no_baseline_is_named_with_its_fault(content: str, fault: str, tmp_path: Path) -> None:
    """Broken, empty and foreign files are refused by name."""
    file = tmp_path / "baseline.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(BaselineError) as caught:
        read_baseline(file)
    assert str(caught.value).startswith(f"{file}: ")
    assert fault in str(caught.value)


def test_a_file_that_cannot_be_read_is_named_with_its_fault(tmp_path: Path) -> None:
    """No file, a folder and bytes that are no text are told apart."""
    (tmp_path / "bytes.json").write_bytes(b"[\xff]")
    for name, fault in {"none.json": "No such file", ".": "Is a directory", "bytes.json": "no UTF-8 text: byte 1"}.items():
        with pytest.raises(BaselineError, match=fault):
            read_baseline(tmp_path / name)


def test_rows_columns_and_their_profile_are_one_baseline(tmp_path: Path) -> None:
    """A list of row objects, an object of columns and the profile of either have one fingerprint."""
    records = [{name: column[row] for name, column in COLUMNS.items()} for row in range(1000)]
    texts = (json.dumps(records), "\ufeff" + json.dumps(COLUMNS), profile_text(PROFILE))
    contents = dict(zip(("rows.json", "columns.json", "profile.json"), texts, strict=True))
    for name, content in contents.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    assert {read_baseline(tmp_path / name).fingerprint for name in contents} == {PROFILE.fingerprint}


def test_nan_and_infinity_literals_are_read(tmp_path: Path) -> None:
    """Data tools write them into JSON, and so does real traffic."""
    file = tmp_path / "rows.json"
    file.write_text('[{"x": NaN}, {"x": -Infinity}, {"x": 1}]', encoding="utf-8")
    (feature,) = read_baseline(file).features
    assert (feature.kind, feature.missing, feature.rows) == ("numeric", 1, 3)


def test_too_many_features_are_refused() -> None:
    """Each feature is a label of several metrics, so their number has a bound: 1000 are taken, 1001 are not."""
    columns: dict[str, list[object]] = {f"f{number}": [1] for number in range(1001)}
    with pytest.raises(BaselineError, match="has 1001 features, and at most 1000"):
        profile_of_columns(columns)
    assert len(profile_of_columns(columns, Choices(drop=frozenset({"f0"}))).features) == 1000
