"""Read the file and the environment into one `Settings`, or say exactly which key is wrong.

The same reader serves other models of settings: a `Source` names the model, what begins its variables, and which one names
its file.

Kubernetes puts variables such as ``DRIFT_SIDECAR_SERVICE_HOST`` and ``DRIFT_SIDECAR_PORT_8080_TCP`` into every pod that
shares a namespace with a Service named ``drift-sidecar``. They share our prefix by accident, so they are passed over;
every other unknown ``DRIFT_`` variable is an error, because a misspelt threshold that is ignored is an alarm that never comes.
``DRIFT_MONITOR_PORT=8080`` is such an error as well: what Kubernetes puts there is a URL.
"""

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sidecar.settings.keys import PREFIX, Key, keys_of
from sidecar.settings.model import Settings

Model = TypeVar("Model", bound=BaseModel)
_SERVICE_LINK = re.compile(
    r"DRIFT_\w*?(?:SERVICE_HOST=|SERVICE_PORT(?:_\w+)?=|PORT=(?:tcp|udp|sctp)://|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?=)"
)


class Source(NamedTuple, Generic[Model]):
    """What is read: a model of settings, the prefix of its variables, and the variable that names its file."""

    model: type[Model]
    prefix: str
    config_variable: str

    def every_key(self) -> Iterable[Key]:
        """Return every leaf of the model."""
        return keys_of(self.model, self.prefix)


SIDECAR = Source(Settings, PREFIX, "DRIFT_CONFIG")


class SettingsError(Exception):
    """A setting is unknown or wrong; the message names every such key."""


class SettingsMissingError(SettingsError):
    """There is no file where one was named."""


def load_settings(path: str | None, environ: Mapping[str, str]) -> Settings:
    """Return the settings from the YAML file at `path` (or ``DRIFT_CONFIG``) and `environ`, which wins.

    Raises
    ------
    SettingsError
        The file cannot be read, or a key is unknown or has a value that does not fit; all faults are listed.
    """
    return load(SIDECAR, path, environ)


def load(source: Source[Model], path: str | None, environ: Mapping[str, str]) -> Model:
    """Return the settings that `source` describes, read as `load_settings` reads the sidecar's own."""
    file = path or environ.get(source.config_variable) or None
    tree = _read_file(file) if file else {}
    for key, value in _from_environment(source, environ):
        _put(tree, key.path, value)
    try:
        return source.model.model_validate(tree)
    except ValidationError as error:
        raise SettingsError("\n".join(_explain(fault, source) for fault in error.errors())) from None


def _read_file(source: str) -> dict[str, Any]:
    import yaml  # 20 ms that a sidecar without a file need not spend before its first byte

    try:
        tree = yaml.safe_load(Path(source).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise SettingsMissingError(f"{source}: cannot be read: {error.strerror}") from None
    except OSError as error:
        raise SettingsError(f"{source}: cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise SettingsError(f"{source}: {error}") from None
    if tree is None:
        return {}
    if not isinstance(tree, dict):
        raise SettingsError(f"{source}: the top level must be a map of keys, not {type(tree).__name__}")
    return _given(tree)


def _given(tree: dict[Any, Any]) -> dict[Any, Any]:
    """Leave out what is empty at any level, as charts write it, and take a number that names a feature as its name."""
    return {
        str(name) if type(name) is int else name: _given(value) if isinstance(value, dict) else value
        for name, value in tree.items()
        if value is not None
    }


def _from_environment(source: Source[Model], environ: Mapping[str, str]) -> Iterable[tuple[Key, Any]]:
    known = {key.variable: key for key in source.every_key()}
    for name, text in environ.items():
        if not name.startswith(source.prefix) or name == source.config_variable or _SERVICE_LINK.match(f"{name}={text}"):
            continue
        if name not in known:
            raise SettingsError(f"{name}: unknown variable{_hint(name, known)}")
        if text.strip():
            yield known[name], _value(known[name], text)


def _value(key: Key, text: str) -> Any:
    """Read JSON where the key holds a list or a map; everything else stays text for the model to convert."""
    if not isinstance(key.default, tuple | dict):
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise SettingsError(f"{key.variable}: {key.dotted} is given as JSON here: {error}") from None


def _put(tree: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for position, name in enumerate(path[:-1]):
        below = tree.setdefault(name, {})
        if not isinstance(below, dict):
            raise SettingsError(f"{'.'.join(path[: position + 1])}: must be a map of keys")
        tree = below
    tree[path[-1]] = value


def _explain(fault: ErrorDetails, source: Source[Model]) -> str:
    where = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        return f"{where}: unknown key{_hint(where, [key.dotted for key in source.every_key()])}"
    given = "" if isinstance(fault["input"], dict) else f" (given: {fault['input']!r})"
    return f"{where}: {fault['msg'].removeprefix('Value error, ')}{given}"


def _hint(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f" (did you mean {close[0]}?)" if close else ""
