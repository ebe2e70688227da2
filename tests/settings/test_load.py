"""Settings come from one file and the environment, and every fault names its key."""

import json
from pathlib import Path

import pytest

from sidecar.settings import Address, Settings, SettingsError, describe_keys, json_schema, load_settings


def written(tmp_path: Path, text: str) -> str:
    """Return the path of a settings file that holds `text`."""
    path = tmp_path / "settings.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_without_file_and_environment_the_documented_defaults_hold() -> None:
    """The defaults are those of the contract."""
    settings = load_settings(None, {})
    assert str(settings.listen) == "0.0.0.0:8000"
    assert settings.upstream is None
    assert (str(settings.monitor), str(settings.health)) == ("0.0.0.0:8080", "0.0.0.0:8081")
    assert (settings.tap.max_body, settings.tap.buffer, settings.tap.cpu) == (8 << 20, 16 << 20, 0.25)
    assert (settings.window.rows, settings.window.min_seconds, settings.window.seconds) == (1000, 0, 3600)
    assert (settings.thresholds.warning, settings.thresholds.critical) == (0.2, 0.5)
    assert (settings.evidence.alpha, settings.drain) == (1e-6, 5)
    assert "/predict" in settings.tap.paths


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    """A key in both is taken from the environment; its neighbours stay as the file has them."""
    path = written(tmp_path, "window:\n  rows: 500\n  seconds: 60\nupstream: 127.0.0.1:9000\n")
    settings = load_settings(None, {"DRIFT_CONFIG": path, "DRIFT_WINDOW__ROWS": "200"})
    assert (settings.window.rows, settings.window.seconds) == (200, 60)
    assert settings.upstream == Address("127.0.0.1", 9000)


def test_every_key_can_be_given_as_a_variable() -> None:
    """A value taken from the defaults, written as text, is accepted under each variable's name."""
    for row in describe_keys():
        text = {"DRIFT_THRESHOLDS__FEATURES": "{}", "DRIFT_TAP__PATHS": '["/predict"]'}.get(row.variable, row.default)
        if text != "none":
            load_settings(None, {row.variable: text})


def test_maps_and_lists_are_json_in_the_environment() -> None:
    """Feature names keep their case, which variables' names could not."""
    settings = load_settings(
        None,
        {"DRIFT_THRESHOLDS__FEATURES": '{"Income": {"warning": 0.3}}', "DRIFT_TAP__PATHS": '["/score", "/v1/**"]'},
    )
    assert settings.thresholds.of("Income") == (0.3, 0.5)
    assert settings.thresholds.of("income") == (0.2, 0.5)
    assert settings.tap.paths == ("/score", "/v1/**")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("tap:\n  bufer: 1\n", "tap.bufer: unknown key (did you mean tap.buffer?)"),
        ("windw: {}\n", "windw: unknown key"),
        ("window:\n  rows: many\n", "window.rows"),
        ("window:\n  rows: 0\n", "window.rows"),
        ("window: 5\n", "window"),
        ("listen: here\n", "listen: 'here' is neither host:port nor unix:PATH"),
        ("listen: 80\n", "listen"),
        ("thresholds:\n  warning: 0.6\n", "warning (0.6) is above critical (0.5)"),
        ("thresholds:\n  features:\n    age:\n      warning: 0.9\n", "features.age: warning (0.9) is above critical (0.5)"),
        ("thresholds:\n  warning: .nan\n", "thresholds.warning"),
        ("evidence:\n  alpha: 0\n", "evidence.alpha"),
        ("alerts:\n  webhook: ftp://x\n", "alerts.webhook"),
        ("tap:\n  format: xml\n", "tap.format"),
        ("window:\n  min_seconds: 7200\n", "min_seconds (7200) is longer than seconds (3600)"),
        ("- a\n", "the top level must be a map"),
        ("a: [\n", "settings.yaml"),
        ("model:\n  version: 1.10\n", "model.version: must be text: put it in quotes (given: 1.1)"),
        ("model:\n  version: yes\n", "model.version"),
        ("thresholds:\n  features:\n    on:\n      warning: 0.3\n", "(given: True)"),
    ],
)
def test_a_fault_in_the_file_names_its_key(tmp_path: Path, text: str, named: str) -> None:
    """A person can find what to change from the message alone."""
    with pytest.raises(SettingsError) as caught:
        load_settings(written(tmp_path, text), {})
    assert named in str(caught.value)


def test_all_faults_are_listed_at_once(tmp_path: Path) -> None:
    """Nobody should have to mend a file one error a start."""
    with pytest.raises(SettingsError) as caught:
        load_settings(written(tmp_path, "a: 1\nb: 2\nwindow:\n  rows: x\n"), {})
    assert len(str(caught.value).splitlines()) == 3


@pytest.mark.parametrize(
    ("variable", "value", "named"),
    [
        ("DRIFT_WINDOW__ROW", "1", "DRIFT_WINDOW__ROW: unknown variable (did you mean DRIFT_WINDOW__ROWS?)"),
        ("DRIFT_TAP__PATHS", "/predict", "DRIFT_TAP__PATHS: tap.paths is given as JSON here"),
        ("DRIFT_TAP__CPU", "-1", "tap.cpu"),
        ("DRIFT_MONITOR_PORT", "8080", "DRIFT_MONITOR_PORT: unknown variable"),
        ("DRIFT_UPSTREAM", "unix:", "upstream: unix: needs a path"),
    ],
)
def test_a_fault_in_the_environment_names_its_variable(variable: str, value: str, named: str) -> None:
    """Misspelt variables are errors too, or a threshold would be ignored in silence."""
    with pytest.raises(SettingsError) as caught:
        load_settings(None, {variable: value})
    assert named in str(caught.value)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DRIFT_SIDECAR_SERVICE_HOST", "10.0.0.1"),
        ("DRIFT_SIDECAR_SERVICE_PORT", "8080"),
        ("DRIFT_SIDECAR_SERVICE_PORT_HTTP_METRICS", "8080"),
        ("DRIFT_SIDECAR_PORT", "tcp://10.0.0.1:8080"),
        ("DRIFT_PORT", "udp://10.0.0.1:53"),
        ("DRIFT_SIDECAR_PORT_8080_TCP", "tcp://10.0.0.1:8080"),
        ("DRIFT_SIDECAR_PORT_8080_TCP_ADDR", "10.0.0.1"),
        ("DRIFT_SIDECAR_PORT_53_UDP_PROTO", "udp"),
    ],
)
def test_variables_that_kubernetes_adds_for_services_are_passed_over(variable: str, value: str) -> None:
    """A Service named drift-sidecar must not keep every sidecar of its namespace from starting."""
    assert load_settings(None, {variable: value}) == load_settings(None, {})


def test_an_empty_variable_counts_as_not_given() -> None:
    """Charts render unset values as empty strings."""
    assert load_settings(None, {"DRIFT_UPSTREAM": "", "DRIFT_WINDOW__ROWS": " "}) == Settings()


def test_an_empty_key_counts_as_not_given_at_any_level(tmp_path: Path) -> None:
    """A key whose value somebody took out, or a chart left empty."""
    text = "window:\nmodel:\n  name:\nthresholds:\n  warning: 0.3\n  critical:\n  features:\n    age:\n      warning:\n"
    settings = load_settings(written(tmp_path, text), {})
    assert settings.model_copy(update={"thresholds": Settings().thresholds}) == Settings()
    assert settings.thresholds.of("age") == (0.3, 0.5)


def test_numbers_that_are_names_are_taken_as_text(tmp_path: Path) -> None:
    """``version: 3`` is what people write, and columns without a header are numbered."""
    text = "model:\n  version: 3\nthresholds:\n  features:\n    5:\n      warning: 0.4\n"
    settings = load_settings(written(tmp_path, text), {})
    assert settings.model.version == "3"
    assert settings.thresholds.of("5") == (0.4, 0.5)


def test_a_missing_file_is_an_error_that_names_it() -> None:
    """Starting with defaults instead would hide the mistake."""
    with pytest.raises(SettingsError, match=r"/no/such/file\.yaml: cannot be read: No such file"):
        load_settings("/no/such/file.yaml", {})


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:80", Address("127.0.0.1", 80)),
        ("[::1]:80", Address("::1", 80)),
        (":80", Address("0.0.0.0", 80)),  # noqa: S104 - what :80 means
        ("model.local:65535", Address("model.local", 65535)),
        ("unix:/run/model.sock", Address(path="/run/model.sock")),
    ],
)
def test_addresses_are_read_as_people_write_them(text: str, address: Address) -> None:
    """And written back so that they read the same."""
    assert Address.parse(text) == address
    assert Address.parse(str(address)) == address


@pytest.mark.parametrize("text", ["", "80", "host", "host:", "host:65536", "host:-1", "::1:80", "host:８０"])  # noqa: RUF001
def test_what_is_no_address_is_refused(text: str) -> None:
    """A port beyond 65535, a missing one, or an IPv6 address without brackets."""
    with pytest.raises(ValueError, match=r"neither|brackets"):
        Address.parse(text)


def test_sizes_may_be_given_with_a_unit() -> None:
    """``8 MiB`` is what the table says, so it is what the key takes."""
    assert load_settings(None, {"DRIFT_TAP__MAX_BODY": "2 MiB"}).tap.max_body == 2 << 20


@pytest.mark.parametrize(("text", "accepted"), [("65535", False), ("65536", True), ("4294967296", True), ("4294967297", False)])
def test_the_bounds_of_the_buffer_are_sharp(text: str, accepted: bool) -> None:
    """Just under, at, above."""
    if accepted:
        assert load_settings(None, {"DRIFT_TAP__BUFFER": text}).tap.buffer == int(text)
    else:
        with pytest.raises(SettingsError, match=r"tap\.buffer"):
            load_settings(None, {"DRIFT_TAP__BUFFER": text})


def test_the_schema_knows_every_key_and_forbids_others() -> None:
    """The chart's schema is made from it."""
    schema = json_schema()
    assert schema["additionalProperties"] is False
    assert set(schema["properties"]) == set(Settings.model_fields)
    json.dumps(schema)


def test_keys_that_are_accepted_but_not_acted_on_are_named() -> None:
    """Somebody who sets them is told."""
    settings = load_settings(None, {"DRIFT_STATE": "/state", "DRIFT_REDIS__URL": "redis://r"})
    assert settings.not_acted_on() == ["redis.url", "state"]


@pytest.mark.parametrize(
    ("listen", "upstream", "loops"),
    [
        (":8000", "127.0.0.1:8000", True),
        ("127.0.0.1:8000", "localhost:8000", True),
        ("[::]:8000", "[::1]:8000", True),
        ("unix:/run/a.sock", "unix:/run/a.sock", True),
        (":8000", "127.0.0.1:8001", False),
        (":8000", "10.0.0.7:8000", False),
        ("unix:/run/a.sock", "unix:/run/b.sock", False),
        ("unix:/run/a.sock", "127.0.0.1:8000", False),
    ],
)
def test_the_sidecar_is_not_its_own_model(listen: str, upstream: str, loops: bool) -> None:
    """Every connection would open another one, until nothing is left to open them with."""
    environ = {"DRIFT_LISTEN": listen, "DRIFT_UPSTREAM": upstream}
    if loops:
        with pytest.raises(SettingsError, match="is where the sidecar itself listens"):
            load_settings(None, environ)
    else:
        load_settings(None, environ)
