"""Settings follow the mounted file; a wrong file changes nothing."""

from pathlib import Path

import pytest

from sidecar.engine.reload import SettingsFile, merged, needs_restart
from sidecar.settings import SettingsError, load_settings


def test_a_file_that_did_not_change_is_not_read_again(tmp_path: Path) -> None:
    """Asking is one system call."""
    path = tmp_path / "settings.yaml"
    path.write_text("drain: 1\n")
    file = SettingsFile(str(path), {})
    assert file.changed() is None


def test_a_config_map_swap_is_noticed_although_the_path_stays(tmp_path: Path) -> None:
    """Kubernetes swaps the link ``..data`` that the mounted file leads through."""
    for name, warning in (("a", 0.2), ("b", 0.3)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "settings.yaml").write_text(f"thresholds:\n  warning: {warning}\n")
    (tmp_path / "..data").symlink_to("a")
    file = SettingsFile(str(tmp_path / "..data" / "settings.yaml"), {})
    (tmp_path / "..new").symlink_to("b")
    (tmp_path / "..new").replace(tmp_path / "..data")
    new = file.changed()
    assert new is not None
    assert new.thresholds.warning == 0.3
    assert file.changed() is None


def test_the_file_may_be_named_by_the_environment(tmp_path: Path) -> None:
    """``DRIFT_CONFIG`` is watched like ``--config``."""
    path = tmp_path / "settings.yaml"
    path.write_text("drain: 1\n")
    file = SettingsFile(None, {"DRIFT_CONFIG": str(path)})
    path.write_text("drain: 22\n")
    new = file.changed()
    assert new is not None
    assert new.drain == 22


def test_a_wrong_file_is_reported_once_and_a_mended_one_taken(tmp_path: Path) -> None:
    """The log is not flooded, and the mistake is not final."""
    path = tmp_path / "settings.yaml"
    path.write_text("drain: 1\n")
    file = SettingsFile(str(path), {})
    path.write_text("drian: 2\n")
    with pytest.raises(SettingsError, match="drian"):
        file.changed()
    assert file.changed() is None
    path.write_text("drain: 333\n")
    new = file.changed()
    assert new is not None
    assert new.drain == 333


def test_a_file_that_went_away_is_reported(tmp_path: Path) -> None:
    """An optional mount may vanish; the settings in force stay."""
    path = tmp_path / "settings.yaml"
    path.write_text("drain: 1\n")
    file = SettingsFile(str(path), {})
    path.unlink()
    with pytest.raises(SettingsError, match="has gone"):
        file.changed()
    assert file.changed() is None


def test_thresholds_and_alerts_reload_and_the_rest_is_named_as_needing_a_restart() -> None:
    """A person who changes the port in the file learns why nothing happened."""
    running = load_settings(None, {})
    new = load_settings(None, {"DRIFT_THRESHOLDS__WARNING": "0.3", "DRIFT_LISTEN": ":9", "DRIFT_WINDOW__ROWS": "7"})
    assert merged(running, new).thresholds.warning == 0.3
    assert merged(running, new).listen == running.listen
    assert needs_restart(running, new) == ["listen", "window"]
