"""RFC 6902: what changed between two JSON documents, as operations.

The injector only sets members, replaces values and adds elements behind lists, so the comparison may be simple: lists are
compared element by element. `changes` is right for any two documents; for others than ours it may be longer than it need be.
"""

from collections.abc import Iterator
from typing import Any, NotRequired, TypedDict


class Operation(TypedDict):
    """One operation of a patch."""

    op: str
    path: str
    value: NotRequired[Any]


def changes(old: Any, new: Any, path: str = "") -> list[Operation]:
    """Return the operations that make `new` of `old`.

    >>> changes({"a": [1]}, {"a": [1, 2], "b/c": {}})
    [{'op': 'add', 'path': '/a/1', 'value': 2}, {'op': 'add', 'path': '/b~1c', 'value': {}}]
    """
    return list(_changes(old, new, path))


def _changes(old: Any, new: Any, path: str) -> Iterator[Operation]:
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _of_maps(old, new, path)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _of_lists(old, new, path)
    elif not _same(old, new):
        yield {"op": "replace", "path": path, "value": new}


def _of_maps(old: dict[str, Any], new: dict[str, Any], path: str) -> Iterator[Operation]:
    for name in old:
        if name not in new:
            yield {"op": "remove", "path": f"{path}/{escaped(name)}"}
    for name, value in new.items():
        below = f"{path}/{escaped(name)}"
        if name not in old or (old[name] is None and value is not None):
            yield {"op": "add", "path": below, "value": value}  # add replaces too, and some appliers take null for absent
        else:
            yield from _changes(old[name], value, below)


def _of_lists(old: list[Any], new: list[Any], path: str) -> Iterator[Operation]:
    """Compare element by element as far as both go; then cut off or add the rest."""
    common = min(len(old), len(new))
    for position in range(common):
        yield from _changes(old[position], new[position], f"{path}/{position}")
    for position in reversed(range(common, len(old))):
        yield {"op": "remove", "path": f"{path}/{position}"}
    for position in range(common, len(new)):
        yield {"op": "add", "path": f"{path}/{position}", "value": new[position]}


def _same(old: Any, new: Any) -> bool:
    """Return whether two values are the same JSON; ``true`` is not ``1``, though Python says so."""
    return type(old) is type(new) and bool(old == new)


def escaped(name: str) -> str:
    """Return `name` as part of a JSON pointer.

    >>> escaped("drift-sidecar/status~")
    'drift-sidecar~1status~0'
    """
    return name.replace("~", "~0").replace("/", "~1")
