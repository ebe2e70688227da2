"""Files become the baseline that the same rows would be as JSON; what is wrong with a file is said with its name."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.baseline import (
    BaselineError,
    Built,
    CategoricalFeature,
    Choices,
    Feature,
    build,
    open_files,
    profile_of_records,
    profile_text,
)
from sidecar.baseline.csv_files import CsvFiles, TextStudy, number_in
from sidecar.baseline.source import Wanted
from sidecar.baseline.summary import categorical_feature

RECORDS: list[dict[str, object]] = [
    {
        "age": None if number % 10 == 0 else 18 + number % 50,
        "income": 1000.5 + number * 3.25,
        "plan": ("free", "pro", "team")[number % 3],
        "active": number % 4 == 0,
        "zip": f"0{1000 + number % 7}",
    }
    for number in range(500)
]


def write_csv(path: Path, records: Sequence[Mapping[str, object]], **options: str) -> Path:
    """Write rows as data tools do: an empty cell for null, True and False for booleans."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(records[0]), **options)  # type: ignore[arg-type]
        writer.writeheader()
        writer.writerows(records)
    return path


def made(*paths: Path, categorical: Sequence[str] = (), drop: Sequence[str] = ()) -> Built:
    """Build a baseline of some files."""
    return build(open_files(paths), Choices(frozenset(categorical), frozenset(drop)))


def features(*paths: Path, categorical: Sequence[str] = ()) -> dict[str, Feature]:
    """Return the features of some files by name."""
    return {feature.name: feature for feature in made(*paths, categorical=categorical).profile.features}


def refused(*paths: Path) -> str:
    """Return what is said of files that are no baseline."""
    with pytest.raises(BaselineError) as caught:
        made(*paths)
    return str(caught.value)


def test_every_format_gives_the_same_baseline(tmp_path: Path) -> None:
    """Rows from CSV, with any delimiter, from JSON rows or columns and from NDJSON have one fingerprint."""
    files = [write_csv(tmp_path / "comma.csv", RECORDS)]
    files += [write_csv(tmp_path / f"{number}.csv", RECORDS, delimiter=each) for number, each in enumerate(";\t|")]
    contents = {
        "rows.json": json.dumps(RECORDS),
        "columns.json": json.dumps({name: [record[name] for record in RECORDS] for name in RECORDS[0]}),
        "rows.ndjson": "\n".join(map(json.dumps, RECORDS)),
        "rows.jsonl": "\ufeff\n" + "\n\n".join(map(json.dumps, RECORDS)) + "\n",
    }
    for name, content in contents.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
        files.append(tmp_path / name)
    assert {made(file).profile.fingerprint for file in files} == {profile_of_records(RECORDS).fingerprint}


@pytest.mark.parametrize("ending", ["csv", "ndjson", "json"])
def test_files_in_parts_are_the_whole(ending: str, tmp_path: Path) -> None:
    """Several inputs are one table, whatever the order of their columns."""
    parts = [tmp_path / f"{number}.{ending}" for number in range(2)]
    for part, records in zip(parts, (RECORDS[:123], [dict(reversed(record.items())) for record in RECORDS[123:]]), strict=True):
        if ending == "csv":
            write_csv(part, records)
        else:
            part.write_text(json.dumps(records) if ending == "json" else "\n".join(map(json.dumps, records)), encoding="utf-8")
    assert made(*parts).profile.fingerprint == profile_of_records(RECORDS).fingerprint


def test_a_table_larger_than_a_batch_is_read_whole(tmp_path: Path) -> None:
    """Rows beyond the first batch, blank lines between them, and the last one are counted."""
    lines = [f"{number},{'a' if number % 2 else 'b'}" for number in range(10_000)]
    file = tmp_path / "large.csv"
    file.write_text("x,y\n" + "\n\n".join(lines), encoding="utf-8")
    profile = made(file).profile
    assert profile.rows == 10_000
    assert [feature.rows for feature in profile.features] == [10_000, 10_000]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "2.5", "-3e2", " 4 ", "+5", ".5"], "numeric"),
        (["1", "", "NA", "nan", "null", "None", "#N/A", "n/a"], "numeric"),
        (["1"] * 95 + ["unknown"] * 5, "numeric"),
        (["1"] * 94 + ["unknown"] * 6, "categorical"),
        (["01067", "12345", "99999"], "categorical"),
        (["0", "0.5", "0e3", "-0.25", "10"], "numeric"),
        (["true", "False", "TRUE", ""], "categorical"),
        (["1_000", "2_000"], "categorical"),
        (["", "", ""], "categorical"),
        (["NA", "NA", "DE"], "categorical"),
        (["2024-01-01", "2024-01-02"], "categorical"),
        (["inf", "1", "2", "-inf"], "numeric"),
    ],
)
def test_the_kind_of_a_column_is_read_from_all_its_cells(cells: list[str], kind: str, tmp_path: Path) -> None:
    """Numbers with gaps and a few exceptions are numeric; codes, booleans, dates and words are not."""
    file = tmp_path / "column.csv"
    file.write_text("x,row\n" + "".join(f"{cell},{row}\n" for row, cell in enumerate(cells)), encoding="utf-8")
    assert features(file)["x"].kind == kind


@given(st.lists(st.sampled_from(["1", "-2.5", "", "NA", "01", "true", "x", "1_0", "nan", "inf", " 7 ", "1e5"]), max_size=12))
def test_looking_at_cells_together_is_looking_at_each(cells: list[str]) -> None:
    """The fast way through plain numbers comes to what the slow way does."""
    together, alone = TextStudy(), TextStudy()
    together.look(cells)
    for cell in cells:
        alone.look([cell, cell])
    expected = [getattr(alone, name) // 2 for name in ("empty", "nothing", "numbers", "booleans", "cells")]
    assert [getattr(together, name) for name in ("empty", "nothing", "numbers", "booleans", "cells")] == expected
    assert together.coded == alone.coded


@given(st.one_of(st.integers(), st.floats(allow_nan=False)))
def test_a_number_written_is_the_number_read(number: float) -> None:
    """Whole numbers are exact at any length, others to the last bit."""
    assert number_in(repr(number)) == number


def test_missing_is_what_the_kind_of_column_calls_so(tmp_path: Path) -> None:
    """NA is missing among numbers, and Namibia among texts, where only an empty cell is missing."""
    rows = [{"x": "1", "country": "NA"}, {"x": "NA", "country": "DE"}, {"x": "2", "country": ""}]
    found = features(write_csv(tmp_path / "na.csv", rows))
    assert (found["x"].missing, found["country"].missing) == (1, 1)


def test_numbers_wanted_as_categories_have_the_text_that_traffic_has(tmp_path: Path) -> None:
    """A column of whole numbers with gaps, as tools write them, has the categories 1 and 2, and 64 bit numbers are exact."""
    rows = [{"store": cell, "id": number} for cell in ("1.0", "2.0", "", "2") for number in (9007199254740993, 1)]
    found = features(write_csv(tmp_path / "stores.csv", rows), categorical=["store", "id"])
    store, key = found["store"], found["id"]
    assert isinstance(store, CategoricalFeature)
    assert isinstance(key, CategoricalFeature)
    assert (store.distinct, store.missing) == (2, 2)
    everything = [{"store": number % 2 + 1.0, "id": 9007199254740993} for number in range(20)]
    full = write_csv(tmp_path / "full.csv", everything)
    assert made(full, categorical=["store", "id"]).profile.features == (
        categorical_feature("store", {"1": 10, "2": 10}, 0, seen=0),
        categorical_feature("id", {"9007199254740993": 20}, 0, seen=0),
    )


def test_codes_keep_their_zeros(tmp_path: Path) -> None:
    """A postal code is a text, with or without being asked for."""
    file = write_csv(tmp_path / "codes.csv", [{"zip": "01067"}, {"zip": "12345"}] * 10)
    for categorical in ([], ["zip"]):
        code = features(file, categorical=categorical)["zip"]
        assert isinstance(code, CategoricalFeature)
        assert dict(code.categories) == {"01067": 10, "12345": 10}


def test_what_looks_odd_is_pointed_out(tmp_path: Path) -> None:
    """Identifiers, row numbers, constants, empty columns and exceptions are told with their feature."""
    rows = [
        {
            "": row,
            "id": f"u{row}",
            "row": row,
            "one": 7,
            "word": "a",
            "none": "",
            "some": row % 9 if row else "?",
            "x": row % 5,
        }
        for row in range(100)
    ]
    built = made(write_csv(tmp_path / "odd.csv", rows))
    assert {name: remarks[0].split(":")[0] for name, remarks in built.remarks.items()} == {
        "id": "every value differs",
        "row": "numbered through",
        "one": "constant",
        "word": "constant",
        "none": "every value is missing",
        "some": "1 of 100 values are of another type and count as missing",
    }
    assert built.notes == ("a column without a name (a row index?) is left out",)
    assert "" not in built.profile.names


def test_dropped_columns_are_remembered_as_left_out(tmp_path: Path) -> None:
    """The profile knows what was dropped, so that traffic may go on carrying it; it is written, and part of the fingerprint."""
    file = write_csv(tmp_path / "table.csv", RECORDS)
    profile = made(file, drop=["zip", "plan"]).profile
    assert (profile.names, profile.ignored) == (("age", "income", "active"), ("plan", "zip"))
    assert '"ignored": ["plan", "zip"]' in profile_text(profile)


def test_a_column_that_does_not_exist_cannot_be_chosen(tmp_path: Path) -> None:
    """A typing error in a choice is told with the columns that there are."""
    file = write_csv(tmp_path / "table.csv", RECORDS)
    with pytest.raises(BaselineError, match="there is no column 'zap'; there are age, income, plan, active, zip"):
        made(file, drop=["zap"])
    with pytest.raises(BaselineError, match="every column was dropped"):
        made(file, drop=list(RECORDS[0]))


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("t.csv", b"", "is empty"),
        ("t.csv", b"a,b\n", "is empty: it has columns, but no rows"),
        ("t.csv", b"a,b\n1,2\n3\n", "row 2 has 1 cells, the header has 2"),
        ("t.csv", b"a,b\n1,2\n\n1,2,3\n", "row 2 has 3 cells, the header has 2"),
        ("t.csv", b"a,b,a\n1,2,3\n", "has more than one column 'a'"),
        ("t.csv", b"a,b\n\xff,2\n", "is no CSV in UTF-8"),
        ("t.csv", b'a,b\n"' + b"x" * 200_000 + b'",2\n', "is no CSV in UTF-8: field larger than field limit"),
        ("t.csv", b",\n1,2\n", "has more than one column ''"),
        ("t.json", b'{"schema": 1}', "is a profile already"),
        ("t.json", b"3", "holds no data"),
        ("t.json", b"[1]", "row 1 is no object"),
        ("t.json", b"", "is empty"),
        ("t.ndjson", b"", "is empty"),
        ("t.ndjson", b'{"a": 1}\n{"a": \n', "line 2 is no JSON"),
        ("t.ndjson", b'{"a": 1}\n[1]\n', "line 2 is no object"),
        ("t.ndjson", b'{"a": "\xff"}\n', "is no UTF-8 text"),
        ("t.ndjson", b"[" * 100_000 + b"\n", "line 1 is no JSON"),
        ("t.orc", b"ORC", "is of no known format; the name should end with .csv, .tsv, .json, .ndjson, .jsonl, .parquet"),
        ("t.parquet", b"PAR1", "is no Parquet that can be read"),
        ("t.parquet", b"PAR1" + b"x" * 100 + b"PAR1", "is no Parquet that can be read"),
        ("t", b"a,b", "is of no known format"),
    ],
)
def test_a_file_that_cannot_be_a_baseline_says_why(name: str, content: bytes, fault: str, tmp_path: Path) -> None:
    """Every fault is told in words, whichever format the file has."""
    (tmp_path / name).write_bytes(content)
    assert fault in refused(tmp_path / name)


@pytest.mark.parametrize("name", ["none.csv", "none.json", "none.ndjson", "none.parquet"])
def test_a_file_that_is_not_there_is_named(name: str, tmp_path: Path) -> None:
    """The message has the file and the system's reason."""
    assert refused(tmp_path / name) == f"{tmp_path / name}: cannot be read: No such file or directory"


def test_files_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    """Two formats, or two sets of columns, are no one table."""
    one, two = write_csv(tmp_path / "one.csv", [{"a": 1}]), write_csv(tmp_path / "two.csv", [{"b": 1}])
    (tmp_path / "three.json").write_text('[{"a": 1}]', encoding="utf-8")
    assert f"{two}: has not the columns of {one}: they differ in 'a', 'b'" in refused(one, two)
    assert "is of another format" in refused(one, tmp_path / "three.json")


def test_a_csv_is_studied_before_it_is_read(tmp_path: Path) -> None:
    """What a cell means is known once all of them were seen, whether somebody asked for that first or not."""
    file = write_csv(tmp_path / "t.csv", [{"a": 1, "b": "x"}])
    (batch,) = CsvFiles([file]).read()
    assert batch.values == {"a": [1.0], "b": ["x"]}


def test_a_column_of_text_can_be_wanted_as_numbers(tmp_path: Path) -> None:
    """Beside a baseline of numbers, a column with many words is numbers with gaps; cells that nobody wants are not read."""
    file = write_csv(tmp_path / "t.csv", [{"a": cell, "b": 1} for cell in ("1", "x", "y", "")])
    (batch,) = CsvFiles([file]).read(Wanted({"a": "numeric"}, only=["a"]))
    assert [*batch.values["a"]] == [1, "x", "y", None]
    assert [*batch.values["b"]] == [None] * 4
