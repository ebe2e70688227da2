"""The settings model as documentation: a row a key, and a JSON schema."""

from typing import Any, NamedTuple

from sidecar.settings.keys import keys_of
from sidecar.settings.model import Settings


class KeyDescription(NamedTuple):
    """One row of the settings table."""

    key: str
    variable: str
    default: str
    meaning: str


def describe_keys() -> list[KeyDescription]:
    """Return a row for each key, in the order of the model."""
    return [
        KeyDescription(key.dotted, key.variable, _default_text(key.default), key.field.description or "")
        for key in keys_of(Settings)
    ]


def json_schema() -> dict[str, Any]:
    """Return the JSON schema of the settings file."""
    return Settings.model_json_schema(mode="validation")


def _default_text(value: object) -> str:
    if value is None or value == ():
        return "none"
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1 << 20:
        return f"{value >> 20} MiB"
    return str(value) if value != {} else "{}"
