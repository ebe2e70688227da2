"""``decode`` shows what the tap would read from recordings, and why not."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from sidecar.cli import main
from tests.exchange.captures import FOLDER

BODY = b'{"instances": [[35, "pro"], [36, "free"]]}'
REQUEST = b"POST /v1/models/m/versions/7:predict HTTP/1.1\r\nHost: m\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
PREDICTED = b'{"predictions": [0.5, 0.1]}'
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(PREDICTED), PREDICTED)
COLUMNS = {"0": [35, 36], "1": ["pro", "free"]}


def shown(capsys: pytest.CaptureFixture[str], *arguments: object) -> list[dict[str, Any]]:
    """Return the objects that the command prints."""
    assert main(["decode", "--format", "json", *map(str, arguments)]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def files(folder: Path, *contents: bytes) -> Sequence[Path]:
    """Write files and return their paths."""
    paths = [folder / f"{number}.http" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    return paths


def test_a_folder_of_a_recorded_connection_gives_an_object_for_each_exchange(capsys: pytest.CaptureFixture[str]) -> None:
    """With what was asked and what was answered."""
    first, second, third = shown(capsys, FOLDER / "http-keepalive3-requests")
    assert [first["exchange"], second["exchange"], third["exchange"]] == [1, 2, 3]
    assert first["path"] == "/invocations"
    assert first["format"] == "dataframe_split"
    assert (second["rows"], second["refused"]) == (1, None)
    assert second["columns"] == {"age": [57], "income": [18196.76], "tenure": [3.496], "plan": ["free"]}
    assert third["predictions"] == {"prediction": [0]}


@pytest.mark.parametrize(
    ("name", "reasons"),
    [
        ("mlflow-error_missing_col-requests", ["status"]),
        ("fastapi-websocket-aiohttp", ["upgraded"]),
        ("http-half_close-rawsocket", ["incomplete"]),
        ("http-h2c_upgrade_offer-java_httpclient", ["status", "status"]),
        ("bentoml-ndarray-bentoclient", ["unwatched", "unwatched", None]),
    ],
)
def test_what_is_not_read_has_a_reason(name: str, reasons: list[str | None], capsys: pytest.CaptureFixture[str]) -> None:
    """And no columns."""
    found = shown(capsys, FOLDER / name)
    assert [line["refused"] for line in found] == reasons
    assert all((line["columns"] == {}) is (line["refused"] is not None) and line["path"] for line in found)


def test_a_request_and_its_answer_are_two_files_or_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever somebody saved."""
    request, answer, both = files(tmp_path, REQUEST, ANSWER, REQUEST + ANSWER)
    for arguments in ([request, answer], [both]):
        (line,) = shown(capsys, *arguments)
        assert (line["columns"], line["predictions"]) == (COLUMNS, {"prediction": [0.5, 0.1]})
        assert line["model_version"] == "7"


def test_a_request_without_an_answer_is_shown_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also if there are several in a row."""
    found = shown(capsys, *files(tmp_path, REQUEST + REQUEST))
    assert [(line["exchange"], line["columns"], line["predictions"]) for line in found] == [(1, COLUMNS, {}), (2, COLUMNS, {})]


def test_a_baseline_names_values_without_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Or refuses a width that does not fit."""
    request, fits, wide = files(tmp_path, REQUEST, b"", b"")
    fits.with_suffix(".json").write_text('[{"age": 35, "plan": "pro"}, {"age": 36, "plan": "free"}]', encoding="utf-8")
    wide.with_suffix(".json").write_text('{"a": [1, 2], "b": [1, 2], "c": [1, 2]}', encoding="utf-8")
    (named,) = shown(capsys, request, "--baseline", fits.with_suffix(".json"))
    (refused,) = shown(capsys, request, "--baseline", wide.with_suffix(".json"))
    assert named["columns"] == {"age": [35, 36], "plan": ["pro", "free"]}
    assert refused["refused"] == "width_mismatch"


def test_a_mapping_is_tried_out_from_the_settings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before any traffic depends on it; a path that the tap would leave out is decoded, and said to be left out."""
    body = b'{"batch": {"schema": [{"n": "age"}, {"n": "plan"}], "cells": [[35, "pro"], [36, "free"]]}}'
    sent = b"POST /mine HTTP/1.1\r\nHost: m\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    config = tmp_path / "settings.yaml"
    config.write_text("tap:\n  mapping:\n    rows: batch.cells\n    names: batch.schema[*].n\n    prediction: predictions[0]\n")
    (line,) = shown(capsys, *files(tmp_path, sent, ANSWER), "--config", config)
    assert (line["format"], line["columns"]) == ("mapping", {"age": [35, 36], "plan": ["pro", "free"]})
    assert (line["predictions"], line["watched"]) == ({"prediction": [0.5]}, False)


def test_people_see_the_rows_the_answer_and_the_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As text, long columns cut short."""
    many = REQUEST.replace(b"/v1/models/m/versions/7:predict", b"/elsewhere")
    assert (
        main(
            [
                "decode",
                str(FOLDER / "v2bin-gzip-triton-tritonhttp"),
                *map(str, files(tmp_path, many, b"GET / HTTP/1.1\r\n\r\n")),
            ]
        )
        == 0
    )
    out = capsys.readouterr().out
    assert "read as v2_binary: 900 rows" in out
    assert "... (900)" in out
    assert "note: the tap leaves this out: POST /elsewhere is none of tap.paths" in out
    assert "not read: unwatched" in out


@pytest.mark.parametrize("missing", ["nothing.bin", ""])
def test_what_cannot_be_read_is_a_bad_input(missing: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing file, or a folder without a recording; the message names it."""
    assert main(["decode", str(tmp_path / missing)]) == 2
    assert str(tmp_path) in capsys.readouterr().err


@pytest.mark.parametrize("line", [b"x", b"[1, 2]", b'[0, "?", 3]', b'[0, ">", 3]'])
def test_a_timeline_that_is_none_is_a_bad_input(line: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Or one that leaves bytes over."""
    for name, data in (("request.bin", REQUEST), ("response.bin", ANSWER), ("timeline.jsonl", line)):
        (tmp_path / name).write_bytes(data)
    assert main(["decode", str(tmp_path)]) == 2
    assert "timeline.jsonl" in capsys.readouterr().err


def test_a_wrong_setting_is_a_bad_input(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """An expression that is none is told before any traffic meets it."""
    monkeypatch.setenv("DRIFT_TAP__MAPPING__ROWS", "a[")
    assert main(["decode", "x"]) == 2
    assert "tap.mapping.rows" in capsys.readouterr().err
