"""A settings file that is missing or wrong keeps no model from being served, where the environment says what to serve."""

from pathlib import Path

import pytest

from sidecar.settings import SettingsError, SettingsMissingError, load_settings, settings_at_start

RELAYED = {"DRIFT_LISTEN": "127.0.0.1:15080", "DRIFT_UPSTREAM": "127.0.0.1:9000"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the settings file is to be."""
    return tmp_path / "config.yaml"


def test_a_file_that_is_there_is_in_force(path: Path) -> None:
    """Nothing is wrong then."""
    path.write_text("thresholds: {warning: 0.3}\n")
    settings, fault = settings_at_start(str(path), {})
    assert (settings.thresholds.warning, fault) == (0.3, None)


@pytest.mark.parametrize("environ", [{}, RELAYED])
def test_a_missing_file_is_one_without_keys(path: Path, environ: dict[str, str]) -> None:
    """The environment stays in force, wherever the file was named."""
    named = {"DRIFT_CONFIG": str(path), "DRIFT_THRESHOLDS__WARNING": "0.3", **environ}
    for settings, fault in (settings_at_start(None, named), settings_at_start(str(path), named)):
        assert settings == load_settings(None, {"DRIFT_THRESHOLDS__WARNING": "0.3", **environ})
        assert isinstance(fault, SettingsMissingError)
        assert str(path) in str(fault)


def test_a_file_below_a_file_is_missing(path: Path) -> None:
    """There cannot be one, which is no other case than that there is none."""
    path.write_text("")
    assert isinstance(settings_at_start(str(path / "config.yaml"), {}).fault, SettingsMissingError)


@pytest.mark.parametrize("text", ["thresholds: {wraning: 0.3}\n", "- a\n", "a: [\n", "\udcff"])
def test_a_wrong_file_is_passed_over_where_the_environment_says_what_to_relay(path: Path, text: str) -> None:
    """None of its keys is taken, not even the right ones: a wrong file changes nothing."""
    path.write_bytes(f"model: {{name: churn}}\n{text}".encode("utf-8", "surrogateescape"))
    settings, fault = settings_at_start(str(path), RELAYED)
    assert settings == load_settings(None, RELAYED)
    assert fault is not None


def test_a_folder_in_its_place_is_a_wrong_file(path: Path) -> None:
    """It is there and cannot be read."""
    path.mkdir()
    assert "cannot be read" in str(settings_at_start(str(path), RELAYED).fault)
    with pytest.raises(SettingsError, match="cannot be read"):
        settings_at_start(str(path), {})


@pytest.mark.parametrize("lacking", ["DRIFT_LISTEN", "DRIFT_UPSTREAM"])
@pytest.mark.parametrize("empty", [True, False])
def test_a_wrong_file_is_an_error_where_only_it_could_say_what_to_relay(path: Path, lacking: str, empty: bool) -> None:
    """Without it the traffic would go nowhere, and nobody would see why; a variable that is empty says nothing."""
    path.write_text("drian: 5\n")
    environ = {name: value for name, value in RELAYED.items() if name != lacking} | ({lacking: " "} if empty else {})
    with pytest.raises(SettingsError, match="drian"):
        settings_at_start(str(path), environ)


@pytest.mark.parametrize("text", [None, "drian: 5\n", "drain: 5\n"])
def test_a_wrong_environment_is_an_error_whatever_the_file_is(path: Path, text: str | None) -> None:
    """It stands in the pod's own manifest."""
    if text is not None:
        path.write_text(text)
    with pytest.raises(SettingsError):
        settings_at_start(str(path), {**RELAYED, "DRIFT_WINDOW__ROWS": "many"})


def test_the_check_of_the_settings_stays_strict(path: Path) -> None:
    """``config check`` reads as ever: a missing file is an error there."""
    with pytest.raises(SettingsMissingError, match="cannot be read: No such file"):
        load_settings(str(path), RELAYED)
