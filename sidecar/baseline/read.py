"""A baseline from its file: a profile, or data small enough to be profiled when the sidecar starts."""

import json
from collections.abc import Mapping
from pathlib import Path

from sidecar.baseline.build import profile_of_columns, profile_of_records
from sidecar.baseline.document import is_profile, profile_from_json
from sidecar.baseline.errors import BaselineError
from sidecar.baseline.profile import Profile


def read_baseline(path: str | Path) -> Profile:
    """Read a profile, a list of row objects, or an object of columns.

    Raises
    ------
    BaselineError
        If the file cannot be read or holds no baseline; the message names file, feature and fault.
    """
    try:
        return profile_of_document(read_json(path))
    except BaselineError as error:
        raise error.at(str(path)) from None


def profile_of_document(document: object) -> Profile:
    """Return the profile that a parsed JSON document is, or the one of the data that it holds."""
    if isinstance(document, Mapping):
        return profile_from_json(document) if is_profile(document) else profile_of_columns(table_in(document))
    if isinstance(document, list):
        return profile_of_records(document)
    raise BaselineError("holds neither a profile nor data: a list of row objects or an object of columns was expected")


def table_in(document: Mapping[str, object]) -> dict[str, list[object]]:
    """Return the columns of a JSON object."""
    columns: dict[str, list[object]] = {}
    for name, column in document.items():
        if not isinstance(column, list):
            raise BaselineError("is no list of values, so the file is no object of columns, nor a profile", feature=name)
        columns[name] = column
    return columns


def read_json(path: str | Path) -> object:
    """Read any JSON file; NaN and Infinity are taken, for the data tools of the world write them."""
    text = read_text(path)
    if not text.strip():
        raise BaselineError("is empty")
    try:
        return json.loads(text)
    except RecursionError:
        raise BaselineError("is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise BaselineError(f"is no JSON: {error.msg} in line {error.lineno}, column {error.colno}") from None
    except ValueError as error:
        raise BaselineError(f"is no JSON that can be read: {error}") from None


def read_text(path: str | Path) -> str:
    """Read a text file in UTF-8, with or without a byte order mark."""
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BaselineError(f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise BaselineError(f"is no UTF-8 text: byte {error.start} is invalid") from None
