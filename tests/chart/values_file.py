"""The chart's values.yaml as a list of entries: what stands in it, and what the comment above each key says.

The comments are the only place where a value is described; the table in the chart's README and values.schema.json are made from
them. A comment that begins with two dashes makes the key below it one value, whatever it holds; a key without one is a group.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

CHART = Path(__file__).resolve().parents[2] / "charts" / "drift-sidecar"
VALUES = CHART / "values.yaml"
_SCHEMA = re.compile(r"#\s*@schema\s+(.*)")


class Entry(NamedTuple):
    """One key: where it is, what it holds, and what is said of it."""

    path: tuple[str, ...]
    default: Any
    text: str
    described: bool
    schema: dict[str, Any]
    below: tuple["Entry", ...]

    @property
    def dotted(self) -> str:
        """The key as one writes it after ``--set``."""
        return ".".join(self.path)


def read_values(text: str | None = None) -> tuple[Entry, ...]:
    """Return the entries at the top level of values.yaml (or of `text`), in its order."""
    text = VALUES.read_text(encoding="utf-8") if text is None else text
    root = yaml.compose(text, yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        raise TypeError("values.yaml must be a map")
    return tuple(_entries(root, (), text.splitlines()))


def walk(entries: tuple[Entry, ...]) -> Iterator[Entry]:
    """Yield each described value, depth first."""
    for entry in entries:
        if entry.described:
            yield entry
        yield from walk(entry.below)


def _entries(node: yaml.MappingNode, above: tuple[str, ...], lines: list[str]) -> Iterator[Entry]:
    for key, value in node.value:
        path = (*above, str(key.value))
        text, schema = _comment(lines, key.start_mark.line)
        described = text.startswith("-- ")
        default = yaml.safe_load(yaml.serialize(value, Dumper=yaml.SafeDumper))
        deeper = isinstance(value, yaml.MappingNode) and not described
        below = tuple(_entries(value, path, lines)) if deeper else ()
        yield Entry(path, default, text.removeprefix("-- "), described, schema, below)


def _comment(lines: list[str], line: int) -> tuple[str, dict[str, Any]]:
    """Return the comment that stands right above `line`, and what its ``@schema`` line says."""
    said: list[str] = []
    schema: dict[str, Any] = {}
    for above in reversed(lines[:line]):
        bare = above.strip()
        if not bare.startswith("#"):
            break
        found = _SCHEMA.fullmatch(bare)
        if found:
            schema = yaml.safe_load(found[1])
        else:
            said.insert(0, bare.removeprefix("#").strip())
    return " ".join(said), schema
