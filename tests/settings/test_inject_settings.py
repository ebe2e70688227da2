"""The injector's settings: one model, read as the sidecar's own are."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from sidecar.settings import SettingsError
from sidecar.settings.describe import describe_keys
from sidecar.settings.inject import PREFIX, InjectSettings, load_inject_settings
from sidecar.settings.quantity import LONGEST, read_quantity, write_quantity


def test_without_file_and_environment_the_documented_defaults_hold() -> None:
    """The defaults are those of the contract."""
    settings = load_inject_settings(None, {})
    assert (str(settings.listen), settings.image, settings.image_pull_policy) == (
        "0.0.0.0:8443",
        "drift-detector",
        "IfNotPresent",
    )
    assert (settings.native, settings.redirect, settings.strict, settings.drain) == ("auto", False, False, 5)
    assert (settings.ports.traffic, settings.ports.monitor, settings.ports.health) == (15080, 15090, 15021)
    assert settings.resources.model_dump() == {
        "requests": {"cpu": "50m", "memory": "160Mi"},
        "limits": {"cpu": "500m", "memory": "1Gi"},
    }


def test_file_and_environment_are_read_and_the_environment_wins(tmp_path: Path) -> None:
    """Variables have a prefix of their own, and those of the sidecar are none of the injector's business."""
    path = tmp_path / "inject.yaml"
    path.write_text("image: a:1\nstrict: true\nresources: {limits: {cpu: 1}}\nsettings: {tap: {cpu: 0.1}}\n", encoding="utf-8")
    environ = {
        "DRIFT_INJECT_CONFIG": str(path),
        "DRIFT_INJECT_IMAGE": "b:2",
        "DRIFT_WINDOW__ROWS": "nonsense",
        "DRIFT_INJECT_PORT_8443_TCP": "tcp://10.0.0.1:8443",
        "DRIFT_INJECT_SERVICE_HOST": "10.0.0.1",
    }
    settings = load_inject_settings(None, environ)
    assert (settings.image, settings.strict, settings.resources.limits.cpu) == ("b:2", True, "1")
    assert settings.variables() == {"DRIFT_TAP__CPU": "0.1"}
    as_json = load_inject_settings(None, {"DRIFT_INJECT_SETTINGS": '{"tap": {"paths": ["/x"]}, "model": {"name": "m"}}'})
    assert as_json.variables() == {"DRIFT_TAP__PATHS": '["/x"]', "DRIFT_MODEL__NAME": "m"}


def test_every_key_can_be_given_as_a_variable() -> None:
    """A value taken from the defaults, written as text, is accepted under each variable's name."""
    for row in describe_keys(InjectSettings, PREFIX):
        if row.default != "none":
            load_inject_settings(None, {row.variable: row.default})


@pytest.mark.parametrize(
    ("variable", "text", "named"),
    [
        ("DRIFT_INJECT_IMGE", "x", "did you mean DRIFT_INJECT_IMAGE?"),
        ("DRIFT_INJECT_IMAGE", "a b", "image"),
        ("DRIFT_INJECT_KUBERNETES", "newest", "kubernetes"),
        ("DRIFT_INJECT_NATIVE", "maybe", "native"),
        ("DRIFT_INJECT_DRAIN", "3601", "drain"),
        ("DRIFT_INJECT_RESOURCES__LIMITS__CPU", "much", "'much' is no quantity"),
        ("DRIFT_INJECT_RESOURCES__LIMITS__CPU", "49m", "requests.cpu (50m) is more than limits.cpu (49m)"),
        ("DRIFT_INJECT_PORTS__HEALTH", "15080", "a number of its own"),
        ("DRIFT_INJECT_PORTS__HEALTH", "1023", "ports.health"),
        ("DRIFT_INJECT_SETTINGS", '{"tap": {"cpus": 1}}', "tap.cpus"),
        ("DRIFT_INJECT_SETTINGS", '{"listen": ":1"}', "listen: is decided by the injector"),
        ("DRIFT_INJECT_SETTINGS", "[", "given as JSON"),
        ("DRIFT_INJECT_ADDRESS", "a host", "address"),
    ],
)
def test_a_fault_names_its_key(variable: str, text: str, named: str) -> None:
    """Whoever wrote it finds the place."""
    with pytest.raises(SettingsError) as caught:
        load_inject_settings(None, {variable: text})
    assert named in str(caught.value)


@pytest.mark.parametrize(
    ("text", "version"),
    [("1.33", (1, 33)), ("v1.29.4-gke.100", (1, 29)), ("1.20+", (1, 20)), ("", None)],
)
def test_the_clusters_version_is_read_from_what_clusters_say(text: str, version: tuple[int, int] | None) -> None:
    """Whatever follows major and minor does not matter."""
    assert InjectSettings(kubernetes=text).version == version


def test_a_version_that_yaml_has_cut_is_refused() -> None:
    """Without quotes 1.30 is 1.3, which is another version."""
    with pytest.raises(ValidationError, match="put it in quotes"):
        InjectSettings.model_validate({"kubernetes": 1.30})


@pytest.mark.parametrize("text", ["", "x", "1Xi", "-1", "0", "0m", "1e", "\u0661", "1 Gi", "1" * (LONGEST + 1), "1e100"])
def test_what_the_api_would_refuse_is_no_quantity(text: str) -> None:
    """A pod with it would not be created."""
    with pytest.raises(ValueError, match=r"quantity|nothing"):
        read_quantity(text)


@pytest.mark.parametrize(
    ("text", "written"), [("1", "1"), ("0.5", "500m"), ("1500m", "1500m"), ("1Ki", "1024"), ("0.0001", "1m")]
)
def test_a_quantity_is_written_in_thousandths_at_most(text: str, written: str) -> None:
    """What is less is rounded up, as the API does."""
    assert write_quantity(read_quantity(text)) == written
