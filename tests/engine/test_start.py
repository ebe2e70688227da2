"""A settings file that is missing or wrong when the pod starts: what the log says, and that it is taken when it comes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.test_baseline import running
from tests.relay.running import ROOT, until
from tests.system.load import load, model
from tests.system.monitor import health

LISTEN = {"DRIFT_LISTEN": "127.0.0.1:0"}


def test_a_missing_file_is_a_warning_and_is_read_when_it_appears(tmp_path: Path) -> None:
    """Its thresholds are in force from then on, and the keys that only a restart applies are named."""
    path = tmp_path / "config.yaml"
    with model() as upstream, running(upstream, DRIFT_CONFIG=str(path)) as sidecar:
        told = sidecar.event("config_missing")
        assert (told["level"], str(path) in told["why"]) == ("warning", True)
        with load(sidecar.traffic, 1) as clients:
            clients.goes_on(5)
        path.write_text("thresholds: {warning: 0.3}\nwindow: {rows: 7}\n")
        assert sidecar.event("settings_reloaded")["needs_restart"] == ["window"]
        assert "settings_rejected" not in health(sidecar)["reasons"]


def test_a_wrong_file_is_an_error_in_log_and_health_until_it_is_mended(tmp_path: Path) -> None:
    """The traffic flows all the while, and the mended file is in force without a restart."""
    path = tmp_path / "config.yaml"
    path.write_text("thresholds: {wraning: 0.3}\n")
    with model() as upstream, running(upstream, DRIFT_CONFIG=str(path), **LISTEN) as sidecar:
        told = sidecar.event("settings_rejected")
        assert (told["level"], "wraning" in told["error"]) == ("error", True)
        with load(sidecar.traffic, 1) as clients:
            clients.goes_on(5)
        sidecar.event("engine_up")
        assert "settings_rejected" in health(sidecar)["reasons"]
        path.write_text("thresholds: {warning: 0.3}\n")
        assert sidecar.event("settings_reloaded")["needs_restart"] == []
        until(lambda: "settings_rejected" not in health(sidecar)["reasons"], "health has forgotten it")


def test_a_wrong_file_that_alone_could_name_the_model_ends_even_a_tolerant_sidecar(tmp_path: Path) -> None:
    """Exit code 2, and the key that is wrong."""
    path = tmp_path / "config.yaml"
    path.write_text("upsteam: 127.0.0.1:9000\n")
    assert ended("--tolerant", "--config", str(path)) == (2, "drift-sidecar: upsteam: unknown key (did you mean upstream?)\n")


@pytest.mark.parametrize(
    ("text", "said"), [("drian: 5\n", "drian: unknown key (did you mean drain?)"), (None, "cannot be read: No such file")]
)
def test_who_starts_a_sidecar_by_hand_is_told_what_is_wrong_with_the_file(tmp_path: Path, text: str | None, said: str) -> None:
    """It does not start, whatever the environment says, so that nobody takes the defaults for what was written."""
    path = tmp_path / "config.yaml"
    if text is not None:
        path.write_text(text)
    code, stderr = ended("--config", str(path), **LISTEN, DRIFT_UPSTREAM="127.0.0.1:9000")
    assert (code, said in stderr) == (2, True)


def ended(*words: str, **environ: str) -> tuple[int, str]:
    """Return the exit code of ``run`` with these words, and what it said."""
    command = [sys.executable, "-m", "sidecar", "run", *words]
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("DRIFT_")} | environ
    done = subprocess.run(command, cwd=ROOT, env=surroundings, check=False, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stderr


def test_the_check_of_a_missing_file_fails(tmp_path: Path) -> None:
    """Whoever checks a file wants to know that it is not there."""
    command = [sys.executable, "-m", "sidecar", "config", "check", "--config", str(tmp_path / "config.yaml")]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=60)
    assert (done.returncode, "cannot be read: No such file" in done.stderr) == (2, True)
