"""``analyze`` on real files, through the real command line."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sidecar.baseline import read_baseline
from sidecar.batch import document
from sidecar.cli import main
from sidecar.columns import columns_of
from sidecar.drift_detector import DriftDetector
from tests.batch.conftest import Files, customers, files

__all__ = ["files"]


def run(*arguments: object) -> int:
    """Run the command."""
    return main(["analyze", *map(str, arguments)])


@pytest.mark.parametrize("form", ["csv", "records", "columns", "ndjson", "parquet"])
def test_json_is_the_report(form: str, files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    """Standard output is one JSON document, the same for every format of file."""
    assert run(files.formats[form], "--baseline", files.baseline, "--format", "json") == 0
    expected = document(DriftDetector(read_baseline(files.baseline)).batch([columns_of(files.rows)]))
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(expected))


@pytest.mark.parametrize(("level", "code"), [(None, 0), ("warning", 1), ("critical", 1)])
def test_drift_fails_where_it_is_asked_to(level: str | None, code: int, files: Files) -> None:
    """A critical batch fails on critical and on warning, and on nothing where nothing was asked for."""
    asked = [] if level is None else ["--fail-on", level]
    assert run(files.formats["csv"], "--baseline", files.baseline, *asked) == code


def test_a_warning_is_not_critical_and_too_little_is_no_drift(files: Files, tmp_path: Path) -> None:
    """Failing on critical lets a warning pass, and a handful of rows never fails."""
    rows = tmp_path / "rows.json"
    rows.write_text(json.dumps(customers(2000, older=6, seed=3)), encoding="utf-8")
    assert run(rows, "--baseline", files.baseline, "--fail-on", "warning") == 1
    assert run(rows, "--baseline", files.baseline, "--fail-on", "critical") == 0
    rows.write_text(json.dumps(customers(5, older=50)), encoding="utf-8")
    assert run(rows, "--baseline", files.baseline, "--fail-on", "warning") == 0


def test_thresholds_come_from_the_settings(files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file or the environment may change them; what is wrong there is told."""
    config = tmp_path / "config.yaml"
    config.write_text("thresholds: {warning: 50, critical: 60}\n", encoding="utf-8")
    assert run(files.formats["csv"], "--baseline", files.baseline, "--fail-on", "warning", "--config", config) == 0
    monkeypatch.setenv("DRIFT_THRESHOLDS__WARNINGS", "1")
    assert run(files.formats["csv"], "--baseline", files.baseline) == 2


def test_html_is_a_page(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    """With a picture of the one feature that drifted."""
    assert run(files.formats["parquet"], "--baseline", files.baseline, "--format", "html") == 0
    out = capsys.readouterr().out
    assert out.startswith("<!doctype html>")
    assert out.count("<svg ") == 1


@pytest.mark.parametrize(
    ("data", "baseline", "fault"),
    [
        ("none.csv", None, "none.csv: cannot be read"),
        ("t.csv", "none.json", "none.json: cannot be read"),
        ("t.csv", "newer.json", "newer.json: is of schema 99"),
        ("t.csv", "empty.json", "empty.json: is empty"),
        ("other.csv", None, "other.csv: has none of the baseline's features"),
        ("ragged.csv", None, "ragged.csv: row 1 has 1 cells, the header has 2"),
        ("t.xlsx", None, "t.xlsx: is of no known format"),
    ],
)
def test_bad_input_is_two_and_one_line(
    data: str, baseline: str | None, fault: str, files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whichever file is wrong is named with its fault."""
    contents = {"t.csv": "age\n1\n", "other.csv": "x\n1\n", "ragged.csv": "age,plan\n1\n", "t.xlsx": "", "empty.json": ""}
    for name, content in (contents | {"newer.json": '{"schema": 99}'}).items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    assert run(tmp_path / data, "--baseline", files.baseline if baseline is None else tmp_path / baseline) == 2
    out, err = capsys.readouterr()
    assert (fault in err, err.count("\n"), out) == (True, 1, "")


def test_it_runs_as_a_program(files: Files, root: Path) -> None:
    """The exit code is the process's, and nothing but the report is printed."""
    arguments = [str(files.formats["csv"]), "--baseline", str(files.baseline), "--fail-on", "critical"]
    command = [sys.executable, "-m", "sidecar", "analyze", *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert "age is critical" in done.stdout
