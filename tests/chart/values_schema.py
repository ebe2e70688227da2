"""values.schema.json, by which helm judges values before it renders anything.

The types come from the defaults in values.yaml, the bounds from its ``@schema`` lines, and the two maps that are settings files
from the very models that read those files: what helm lets through, the sidecar and the injector accept. helm knows draft 7 and
other tools need not know what a reference is, so every reference is replaced by what it means.
"""

import json
from collections.abc import Iterable
from typing import Any

from sidecar.settings import Settings
from sidecar.settings.inject import RESERVED, InjectSettings
from tests.chart.values_file import Entry, read_values

Schema = dict[str, Any]
KNOWN = ("type", "additionalProperties", "items", "required", "anyOf", "enum", "const")
BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "pattern")
NUMBER_TEXT = r"^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?$"
FIXED = {"listen", "upstream", "monitor", "health"}
"""Keys of the sidecar's settings that its pod decides."""

AROUND: dict[str, Schema] = {
    "global": {"type": "object", "description": "what a chart around this one tells all its parts"},
    "enabled": {"type": "boolean", "description": "for the `condition` of a chart around this one"},
}
TEXTS: Schema = {"type": "object", "additionalProperties": {"type": "string"}}
TEXT_MAPS = frozenset({"commonAnnotations", "labels", "annotations", "podLabels", "podAnnotations", "nodeSelector"})
"""Maps whose values Kubernetes takes as text alone: ``1`` and ``true`` are refused here, and not by the API server half-way."""

OURS = r"^(app\.kubernetes\.io/(name|instance|component|version|managed-by)|helm\.sh/chart)$"
QUANTITIES: Schema = {"type": "object", "additionalProperties": {"type": ["string", "number"]}}
SHARED: dict[str, Schema] = {
    "port": {"type": "integer", "minimum": 1, "maximum": 65535},
    "resources": {
        "type": "object",
        "additionalProperties": False,
        "properties": {"requests": QUANTITIES, "limits": QUANTITIES, "claims": {"type": "array"}},
    },
    "selector": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "matchLabels": {"type": "object", "additionalProperties": {"type": "string"}},
            "matchExpressions": {"type": "array", "items": {"type": "object", "required": ["key", "operator"]}},
        },
    },
}


def values_schema() -> Schema:
    """Return the schema of the chart's values."""
    schema = _group(read_values())
    schema["properties"] |= AROUND
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": "Values of drift-sidecar", **schema}


def written() -> str:
    """Return it as the text of the file."""
    return json.dumps(values_schema(), indent=2, ensure_ascii=False) + "\n"


def sidecar_settings(left_out: Iterable[str]) -> Schema:
    """Return the schema of a settings file of the sidecar, less keys that are decided elsewhere."""
    return _without(_plain(Settings.model_json_schema()), left_out)


def inject_settings() -> Schema:
    """Return the schema of the injector's settings file, less what the chart decides."""
    schema = _without(_plain(InjectSettings.model_json_schema()), {"listen", "tls"})
    keys = schema["properties"]
    keys["settings"] = sidecar_settings(RESERVED) | {"description": keys["settings"]["description"]}
    keys["resources"] = _or_number(keys["resources"])
    return schema


def _group(entries: Iterable[Entry]) -> Schema:
    return {"type": "object", "additionalProperties": False, "properties": {entry.path[-1]: _entry(entry) for entry in entries}}


def _entry(entry: Entry) -> Schema:
    if not entry.described:
        return _group(entry.below)
    return {"description": entry.text, **_value(entry)}


def _value(entry: Entry) -> Schema:
    if entry.path == ("settings",):
        return sidecar_settings(FIXED) | {"description": entry.text}
    if entry.path == ("inject", "settings"):
        return inject_settings() | {"description": entry.text}
    if entry.path == ("sidecar", "resources"):
        resources: Schema = inject_settings()["properties"]["resources"]
        return resources | {"description": entry.text}
    if entry.path == ("commonLabels",):
        return TEXTS | {"description": entry.text, "propertyNames": {"not": {"pattern": OURS}}}
    given = dict(entry.schema)
    shared = SHARED[given.pop("$ref")] if "$ref" in given else TEXTS if entry.path[-1] in TEXT_MAPS else {}
    return {"type": _type(entry.default), **shared, **given}


def _type(default: object) -> str:
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return names[type(default)]


def _plain(schema: Schema) -> Schema:
    """Return `schema` with each reference replaced, and without what draft 7 does not know."""
    definitions = schema.get("$defs", {})

    def plain(node: Any) -> Any:
        if isinstance(node, list):
            return [plain(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            about = {"description": node["description"]} if "description" in node else {}
            meant: Schema = plain(definitions[node["$ref"].removeprefix("#/$defs/")])
            return meant | about
        kept = {key: plain(node[key]) for key in KNOWN if key in node}
        kept |= {key: node[key] for key in (*BOUNDS, "description") if key in node}
        if "properties" in node:
            kept["properties"] = {name: plain(value) for name, value in node["properties"].items()}
        return _from_command_line(_of_bytes(kept, node))

    result: Schema = plain(schema)
    return result


def _of_bytes(kept: Schema, node: Schema) -> Schema:
    """Bound a number of bytes, whose bounds pydantic names in its own words because it may be text with a unit as well."""
    if "ge" not in node:
        return kept
    bounds = {"minimum": node["ge"], "maximum": node["le"]}
    return {**kept, "anyOf": [each | bounds if each["type"] == "integer" else each for each in kept["anyOf"]]}


def _from_command_line(node: Schema) -> Schema:
    """Let a number be text that is one: what helm's ``--set`` makes of 0.3."""
    if node.get("type") == "number":
        return {**node, "type": ["number", "string"], "pattern": NUMBER_TEXT}
    return node


def _or_number(node: Schema) -> Schema:
    """Let each text of a quantity be a number as well: ``cpu: 1``."""
    if "properties" in node:
        return {**node, "properties": {name: _or_number(value) for name, value in node["properties"].items()}}
    return {**node, "type": ["string", "number"]}


def _without(schema: Schema, names: Iterable[str]) -> Schema:
    taken = set(names)
    return {**schema, "properties": {name: value for name, value in schema["properties"].items() if name not in taken}}
