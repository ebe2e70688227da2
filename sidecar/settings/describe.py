"""The settings model as documentation: a row a key, and a JSON schema."""

from typing import Any, NamedTuple

from pydantic import BaseModel

from sidecar.settings.keys import PREFIX, keys_of
from sidecar.settings.model import Settings


class KeyDescription(NamedTuple):
    """One row of the settings table."""

    key: str
    variable: str
    default: str
    meaning: str


def describe_keys(model: type[BaseModel] = Settings, prefix: str = PREFIX) -> list[KeyDescription]:
    """Return a row for each key, in the order of the model."""
    return [
        KeyDescription(key.dotted, key.variable, _default_text(key.default), key.field.description or "")
        for key in keys_of(model, prefix)
    ]


def json_schema(model: type[BaseModel] = Settings) -> dict[str, Any]:
    """Return the JSON schema of the settings file."""
    return model.model_json_schema(mode="validation")


def _default_text(value: object) -> str:
    if value is None or value == ():
        return "none"
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1 << 20:
        return f"{value >> 20} MiB"
    return str(value) if value != {} else "{}"
