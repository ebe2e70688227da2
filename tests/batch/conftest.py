"""A baseline, and the same drifted rows in every format."""

import csv
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from sidecar.baseline import profile_of_records, write_profile

Row = dict[str, object]


def customers(count: int, *, older: float = 0.0, plans: str = "abc", seed: int = 1) -> list[Row]:
    """Return rows of customers; `older` moves their ages."""
    dice = random.Random(seed)  # noqa: S311 - customers, not secrets
    return [
        {
            "age": None if number % 50 == 0 else round(dice.gauss(40 + older, 10), 2),
            "plan": dice.choice(plans),
            "active": dice.random() < 0.3,
            "zip": f"0{1000 + dice.randrange(4)}",
        }
        for number in range(count)
    ]


@dataclass(frozen=True)
class Files:
    """A baseline, and rows in files of each format; ages have drifted."""

    baseline: Path
    rows: list[Row]
    formats: Mapping[str, Path]


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """Write everything once."""
    folder = tmp_path_factory.mktemp("batch")
    write_profile(profile_of_records(customers(2000)), folder / "baseline.json")
    rows = customers(1000, older=15, seed=2)
    with (folder / "t.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    (folder / "t.json").write_text(json.dumps(rows), encoding="utf-8")
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    (folder / "columns.json").write_text(json.dumps(columns), encoding="utf-8")
    (folder / "t.ndjson").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    pl.DataFrame(columns).write_parquet(folder / "t.parquet")
    names = {"csv": "t.csv", "records": "t.json", "columns": "columns.json", "ndjson": "t.ndjson", "parquet": "t.parquet"}
    return Files(folder / "baseline.json", rows, {form: folder / name for form, name in names.items()})
