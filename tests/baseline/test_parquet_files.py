"""A Parquet file is the table that its values would be as JSON, and is read without holding it."""

import datetime as dt
import json
import math
import subprocess
import sys
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from sidecar.baseline import BaselineError, Built, Choices, build, open_files, profile_of_records
from sidecar.baseline.parquet_files import ROWS
from sidecar.baseline.source import Wanted

DAY = dt.date(2024, 2, 29)
MOMENT = dt.datetime(2024, 2, 29, 12, 30, tzinfo=dt.UTC)


def written(path: Path, columns: Mapping[str, object], **options: int) -> Path:
    """Write a Parquet file."""
    pl.DataFrame(columns, strict=False).write_parquet(path, **options)  # type: ignore[arg-type]
    return path


def made(*paths: Path, categorical: tuple[str, ...] = ()) -> Built:
    """Build a baseline of some files."""
    return build(open_files(paths), Choices(categorical=frozenset(categorical)))


def test_every_type_is_what_it_would_be_in_json(tmp_path: Path) -> None:
    """Numbers, texts, booleans, dates, gaps and nested values, as rows of JSON and as a Parquet file, are one baseline."""
    table: dict[str, list[object]] = {
        "whole": [1, 2, None, 4] * 30,
        "real": [0.5, math.nan, None, -1e300] * 30,
        "text": ["a", "", None, "é"] * 30,
        "flag": [True, False, None, True] * 30,
        "list": [[1], [], None, [2, 3]] * 30,
        "struct": [{"a": 1}, {"a": 2}, {"a": None}, {"a": 1}] * 30,
        "nothing": [None] * 120,
    }
    records = [dict(zip(table, cells, strict=True)) for cells in zip(*table.values(), strict=True)]
    assert made(written(tmp_path / "t.parquet", table)).profile.fingerprint == profile_of_records(records).fingerprint


def test_times_and_exact_numbers_are_told_as_json_tells_them(tmp_path: Path) -> None:
    """Dates are texts in ISO 8601, decimals numbers, categories and bytes texts."""
    columns = {
        "day": [DAY, None],
        "moment": [MOMENT, MOMENT],
        "price": [Decimal("1.25"), None],
        "bytes": [b"a", b"b"],
        "plan": pl.Series(["x", None], dtype=pl.Categorical),
        "kind": pl.Series(["x", None], dtype=pl.Enum(["y", "x"])),
    }
    (batch,) = open_files([written(tmp_path / "t.parquet", columns)]).read()
    cells = {name: [*column] for name, column in batch.values.items()}
    assert cells["day"] == ["2024-02-29", None]
    assert str(cells["moment"][0]).startswith("2024-02-29T12:30:00")
    assert cells["price"][0] == 1.25
    assert cells["bytes"] == [b"a", b"b"]
    assert cells["plan"] == cells["kind"] == ["x", None]


def test_identifiers_are_exact_with_gaps_too(tmp_path: Path) -> None:
    """As categories, whole numbers beyond 2**53 stay apart, although a column with gaps would be doubles as an array."""
    columns = {"id": [2**53, 2**53 + 1, None] * 10}
    (feature,) = made(written(tmp_path / "t.parquet", columns), categorical=("id",)).profile.features
    assert feature.to_json()["categories"] == {str(2**53): 10, str(2**53 + 1): 10}


def test_files_in_parts_are_the_whole(tmp_path: Path) -> None:
    """Several files with their columns in another order, and more rows than a batch, are one table; progress is told."""
    whole = {"x": [*range(ROWS + 100)], "y": ["ab"[number % 2] for number in range(ROWS + 100)]}
    parts = [
        written(tmp_path / "0.parquet", {name: cells[:100] for name, cells in whole.items()}),
        written(tmp_path / "1.parquet", {name: whole[name][100:] for name in reversed(whole)}, row_group_size=1000),
    ]
    told: list[tuple[int, int]] = []
    built = build(open_files(parts, progress=lambda done, all_of_it: told.append((done, all_of_it))))
    assert built.profile.fingerprint == made(written(tmp_path / "w.parquet", whole)).profile.fingerprint
    assert told[-1] == (ROWS + 100, ROWS + 100)


@pytest.mark.parametrize("only", [["x"], []])
def test_columns_that_nobody_asks_for_are_not_read(only: list[str], tmp_path: Path) -> None:
    """They are there by name, and have no cells."""
    file = written(tmp_path / "t.parquet", {"x": [1, 2], "y": ["a", "b"]})
    batches = [*open_files([file]).read(Wanted(only=only))]
    assert [*batches[0].values["y"]] == [None, None]
    assert {name for batch in batches for name in batch.values} == {"x", "y"}


def test_files_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    """The columns that differ are named."""
    parts = [written(tmp_path / f"{name}.parquet", {name: [1]}) for name in "ab"]
    with pytest.raises(BaselineError, match=r"b\.parquet: has not the columns of .*a\.parquet: they differ in 'a', 'b'"):
        made(*parts)


@pytest.mark.parametrize("columns", [{"x": []}, {}])
def test_an_empty_table_is_no_baseline(columns: Mapping[str, object], tmp_path: Path) -> None:
    """Neither columns without rows nor nothing at all."""
    with pytest.raises(BaselineError, match="is empty"):
        made(written(tmp_path / "t.parquet", columns))


def test_a_damaged_file_is_told_by_name(tmp_path: Path) -> None:
    """A file that is cut, or overwritten in its middle, is bad input and no crash."""
    file = written(tmp_path / "t.parquet", {"x": [*range(5000)]})
    content = file.read_bytes()
    for damaged in (content[:-9], content[: len(content) // 2], content[:4] + b"\xff" * (len(content) // 2) + content[-900:]):
        file.write_bytes(damaged)
        with pytest.raises(BaselineError, match=r"t\.parquet: is no Parquet that can be read"):
            made(file)


def test_without_the_extra_the_message_names_it(tmp_path: Path, root: Path) -> None:
    """Where polars is not installed, a Parquet file is refused with what to install, and nothing else needs it."""
    file = written(tmp_path / "t.parquet", {"x": [1]})
    (tmp_path / "t.json").write_text(json.dumps([{"x": 1}]), encoding="utf-8")
    code = f"""
import sys
sys.modules["polars"] = None
from sidecar.cli import main
assert main(["baseline", "build", {str(tmp_path / "t.json")!r}, "-o", {str(tmp_path / "b.json")!r}]) == 0
sys.exit(main(["baseline", "build", {str(file)!r}, "-o", {str(tmp_path / "b.json")!r}]))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "t.parquet: Parquet is read with an extra: pip install 'drift-sidecar[files]'" in done.stderr
