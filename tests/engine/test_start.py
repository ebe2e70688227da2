"""A settings file that is missing or wrong when the pod starts: what the log says, and that it is taken when it comes."""

import subprocess
import sys
from pathlib import Path

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


def test_a_wrong_file_that_alone_could_name_the_model_ends_it(tmp_path: Path) -> None:
    """Exit code 2, and the key that is wrong."""
    path = tmp_path / "config.yaml"
    path.write_text("upsteam: 127.0.0.1:9000\n")
    command = [sys.executable, "-m", "sidecar", "run", "--config", str(path)]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=60)
    assert (done.returncode, "upsteam: unknown key (did you mean upstream?)" in done.stderr) == (2, True)


def test_the_check_of_a_missing_file_fails(tmp_path: Path) -> None:
    """Whoever checks a file wants to know that it is not there."""
    command = [sys.executable, "-m", "sidecar", "config", "check", "--config", str(tmp_path / "config.yaml")]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=60)
    assert (done.returncode, "cannot be read: No such file" in done.stderr) == (2, True)
