"""Files are judged as the rows in them are, whatever their format."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from sidecar.baseline import BaselineError, Choices, open_files, profile_of_columns, profile_of_records, read_baseline
from sidecar.batch import analyse, document, issues_of
from sidecar.columns import columns_of
from sidecar.drift_detector import DriftDetector
from sidecar.reasons import Status
from tests.batch.conftest import Files, customers

ODD: dict[str, Sequence[object]] = {
    "constant": [7] * 200,
    "all missing": [None] * 200,
    "two values": [0, 1] * 100,
    "heavy ties": [0] * 190 + [*range(10)],
    "many categories": [f"customer {number}" for number in range(200)],
    "beyond 2**53": [2**53 + number for number in range(200)],
    "beyond doubles": [10**400, -(10**400)] * 100,
    "dates": [f"2024-01-{day % 28 + 1:02}" for day in range(200)],
    "nested": [[1], {"a": 1}] * 100,
    "booleans": [True, False] * 100,
    "mixed": [1, "a", None, True] * 50,
}


@pytest.mark.parametrize("form", ["csv", "records", "columns", "ndjson", "parquet"])
def test_every_format_gives_the_report_of_its_rows(form: str, files: Files) -> None:
    """Numbers with gaps, texts, booleans and codes with leading zeros mean the same in each file."""
    detector = DriftDetector(read_baseline(files.baseline))
    expected = document(detector.batch([columns_of(files.rows)]))
    found = document(analyse(open_files([files.formats[form]]), detector))
    assert found == expected
    assert found["features"]["age"]["status"] == Status.CRITICAL
    assert {found["features"][name]["status"] for name in ("plan", "active", "zip")} == {Status.OK}


def test_rates_are_shares_of_all_rows() -> None:
    """Every issue of a feature is divided by the rows of the batch."""
    detector = DriftDetector(profile_of_columns({"x": [*range(100)], "y": [1] * 100}))
    report = detector.batch([columns_of([{"x": 5}, {"x": None}, {"x": "a"}, {"x": 1e9, "y": 1, "z": 1}])])
    found = {(each["feature"], each["issue"]): (each["rows"], each["rate"]) for each in issues_of(report)}
    odd = ("missing", "wrong_type", "out_of_range", "outlier")
    assert found == {("x", issue): (1, 0.25) for issue in odd} | {
        ("y", "absent"): (3, 0.75),
        ("", "unknown_feature"): (1, 0.25),
    }


def test_columns_that_the_baseline_does_not_know_are_counted_and_not_read(tmp_path: Path) -> None:
    """A label beside the features is pointed out; one that the baseline left out on purpose is not."""
    rows = customers(200)
    known = profile_of_records(rows, Choices(drop=frozenset({"zip"})))
    for extra, unknown in (("zip", 0), ("label", 200)):
        file = tmp_path / f"{extra}.json"
        file.write_text(json.dumps([{"age": row["age"], extra: 1} for row in rows]), encoding="utf-8")
        assert analyse(open_files([file]), DriftDetector(known)).window.unknown == unknown


def test_the_answers_of_a_model_are_found_by_the_name_of_their_column(tmp_path: Path) -> None:
    """A baseline with predictions can be held against a file that calls them something else."""
    rows = [{"x": number % 7, "score": number % 5 / 5} for number in range(300)]
    profile = profile_of_records(rows, Choices(prediction="score"))
    file = tmp_path / "t.json"
    file.write_text(json.dumps(rows), encoding="utf-8")
    report = analyse(open_files([file]), DriftDetector(profile), prediction="score")
    assert (report.features["prediction"].rows, report.status, report.window.unknown) == (300, Status.OK, 0)
    with pytest.raises(BaselineError, match="there is no column 'answer'"):
        analyse(open_files([file]), DriftDetector(profile), prediction="answer")


def test_a_file_that_has_nothing_to_do_with_the_baseline_is_bad_input(tmp_path: Path) -> None:
    """No feature in common, or no row, is no verdict."""
    detector = DriftDetector(profile_of_columns({"age": [1, 2, 3]}))
    (tmp_path / "other.json").write_text('[{"price": 1}]', encoding="utf-8")
    (tmp_path / "empty.csv").write_text("age\n", encoding="utf-8")
    with pytest.raises(BaselineError, match="has none of the baseline's features: age; it has price"):
        analyse(open_files([tmp_path / "other.json"]), detector)
    with pytest.raises(BaselineError, match="is empty"):
        analyse(open_files([tmp_path / "empty.csv"]), detector)


@pytest.mark.parametrize("before", ODD)
@pytest.mark.parametrize("after", ODD)
def test_odd_columns_are_compared_with_odd_columns(before: str, after: str) -> None:
    """Any of them against any other gives a status and finite figures; against itself, no alarm.

    But for identifiers: a baseline of values that all differ expects new ones, and the same once more are none.
    """
    detector = DriftDetector(profile_of_columns({"x": ODD[before]}))
    report = detector.batch([columns_of([{"x": cell} for cell in ODD[after]])])
    json.dumps(document(report), allow_nan=False)
    assert before != after or before == "many categories" or not report.status.alarming


def test_a_baseline_of_one_row_never_raises_an_alarm() -> None:
    """It says that the baseline is too small, whatever comes."""
    detector = DriftDetector(profile_of_columns({"x": [3.5], "y": ["a"]}))
    report = detector.batch([columns_of([{"x": 1e9, "y": "b"}] * 5000)])
    assert (report.status, report.reason) == (Status.INSUFFICIENT, "baseline_too_small")
