"""``baseline build`` and ``baseline show`` on real files, through the real command line."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from sidecar.baseline import profile_of_columns, read_baseline, write_profile
from sidecar.cli import main

CSV = "id,age,plan,active\n" + "".join(f"u{row},{row % 40 + 20},{'abc'[row % 3]},{row % 2 == 0}\n" for row in range(300))
BAD = [("t.csv", None), ("t.csv", "a,b\n1\n"), ("t.json", "{"), ("t.json", "[]"), ("t.odd", "x"), ("t.json", "null")]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Write a small table."""
    file = tmp_path / "table.csv"
    file.write_text(CSV, encoding="utf-8")
    return file


def test_build_writes_a_profile_and_tells_what_it_found(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The types are printed as a table, oddities with them, and the profile says when and from what it was made."""
    target = tmp_path / "baseline.json"
    assert main(["baseline", "build", str(table), "-o", str(target)]) == 0
    out = capsys.readouterr().out
    assert "id       categorical  300 distinct  0  ! every value differs: an identifier? --drop it" in out
    assert "age      numeric      20 .. 59" in out
    profile = read_baseline(target)
    assert profile.built["from"] == "table.csv"
    assert profile.fingerprint[:16] in out
    assert f"{target.stat().st_size} bytes" in out


def test_build_takes_choices_by_name(table: Path, tmp_path: Path) -> None:
    """--drop and --categorical take names with commas between them, once or more than once."""
    target = tmp_path / "baseline.json"
    arguments = ["--drop", "id, active", "--drop", "plan", "--categorical", "age", "-o", str(target)]
    assert main(["baseline", "build", str(table), *arguments]) == 0
    (age,) = read_baseline(target).features
    assert (age.name, age.kind) == ("age", "categorical")


def test_the_same_data_at_another_time_is_the_same_file_but_for_the_time(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SOURCE_DATE_EPOCH is heeded: builds at one time are equal to the byte, builds at two times in their fingerprint."""
    texts = []
    for number, epoch in enumerate((0, 0, 86400)):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(epoch))
        main(["baseline", "build", str(table), "-o", str(tmp_path / f"{number}.json")])
        texts.append((tmp_path / f"{number}.json").read_text(encoding="utf-8"))
    assert texts[0] == texts[1]
    assert '"at": "1970-01-01T00:00:00Z"' in texts[0]
    assert '"at": "1970-01-02T00:00:00Z"' in texts[2]
    assert json.loads(texts[0])["fingerprint"] == json.loads(texts[2])["fingerprint"]


def test_show_prints_a_profile_for_a_person(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rows, fingerprint, origin, each feature with its figures and a small picture."""
    target = tmp_path / "baseline.json"
    main(["baseline", "build", str(table), "-o", str(target), "--drop", "id"])
    capsys.readouterr()
    assert main(["baseline", "show", str(target)]) == 0
    out = capsys.readouterr().out
    assert f"{target}: 300 rows, 3 features (built at" in out
    for text in ("from table.csv)", "left out: id", "age  numeric, 20 .. 59, missing 0", "quartiles 29 and 49", "33.3 %", "█"):
        assert text in out


def test_show_takes_data_that_could_be_a_baseline(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rows that a sidecar would profile at its start can be looked at before."""
    file = tmp_path / "rows.json"
    file.write_text(json.dumps([{"x": None}, {"x": "\x1b[31mred"}, {"y": float("inf")}, {"y": 1}]), encoding="utf-8")
    assert main(["baseline", "show", str(file)]) == 0
    out = capsys.readouterr().out
    assert "missing 50.0 %, absent 50.0 %" in out
    assert "infinite 50.0 %" in out
    assert "\x1b" not in out


@pytest.mark.parametrize("arguments", [["show", "{}"], ["build", "{}", "-o", "{}.out"]])
@pytest.mark.parametrize(("name", "content"), BAD)
def test_bad_input_is_two_and_one_line(
    arguments: list[str], name: str, content: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever is wrong with a file, the exit code is 2, the message one line that names it, and there is no output file."""
    file = tmp_path / name
    if content is not None:
        file.write_text(content, encoding="utf-8")
    assert main(["baseline", *(argument.format(file) for argument in arguments)]) == 2
    err = capsys.readouterr().err
    assert str(file) in err
    assert err.count("\n") == 1
    assert not Path(f"{file}.out").exists()


def test_a_place_that_cannot_be_written_is_named(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that does not exist is bad input, not a traceback."""
    assert main(["baseline", "build", str(table), "-o", str(tmp_path / "none" / "b.json")]) == 2
    assert "cannot be written: No such file or directory" in capsys.readouterr().err


def test_a_profile_too_large_for_a_config_map_is_pointed_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be mounted from a ConfigMap is said while it is built."""
    file = tmp_path / "wide.json"
    file.write_text(json.dumps({f"feature {number}": [*range(200)] for number in range(900)}), encoding="utf-8")
    assert main(["baseline", "build", str(file), "-o", str(tmp_path / "b.json")]) == 0
    assert "more than a ConfigMap can hold" in capsys.readouterr().out


def test_the_command_runs_as_a_program(table: Path, root: Path, tmp_path: Path) -> None:
    """``python -m sidecar baseline`` builds, shows, and explains itself."""
    target = tmp_path / "baseline.json"
    environment = os.environ | {"PYTHONIOENCODING": "utf-8"}
    run = [sys.executable, "-m", "sidecar", "baseline"]
    for arguments in (["build", str(table), "-o", str(target)], ["show", str(target)], ["--help"]):
        done = subprocess.run([*run, *arguments], cwd=root, env=environment, capture_output=True, timeout=60, check=False)
        assert (done.returncode, done.stderr) == (0, b"")
    assert stat.S_IMODE(target.stat().st_mode) == 0o644


def test_columns_without_a_histogram_are_shown_all_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Constants, columns without values and without numbers have an account as well."""
    profile = profile_of_columns({"one": [5, 5], "none": [None, None], "inf": [float("inf")] * 2})
    write_profile(profile, tmp_path / "b.json")
    assert main(["baseline", "show", str(tmp_path / "b.json")]) == 0
    out = capsys.readouterr().out
    assert "always 5" in out
    assert "no numbers" in out


def test_the_prediction_becomes_a_feature_of_that_name(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--prediction renames a column, wherever it stands; what cannot be is refused with the reason."""
    target = tmp_path / "baseline.json"
    assert main(["baseline", "build", str(table), "--prediction", "active", "--drop", "id", "-o", str(target)]) == 0
    assert read_baseline(target).names == ("age", "plan", "prediction")
    for arguments, fault in ((["--prediction", "nobody"], "no column 'nobody'"), (["--prediction", "id"], "was dropped")):
        assert main(["baseline", "build", str(table), *arguments, "--drop", "id", "-o", str(target)]) == 2
        assert fault in capsys.readouterr().err
    table.write_text("prediction,answer\n" + "1,2\n" * 30, encoding="utf-8")
    assert main(["baseline", "build", str(table), "--prediction", "answer", "-o", str(target)]) == 2
    assert "has a column 'prediction' beside the prediction 'answer': --drop it" in capsys.readouterr().err
    assert main(["baseline", "build", str(table), "--prediction", "prediction", "-o", str(target)]) == 0
