"""YAML in and out, so that what Kubernetes reads afterwards is what stood there before.

PyYAML and the parser of kubectl disagree on some plain words: ``12:30`` and dates are no text to the one, ``1e3``, ``0o17`` and
``y`` are none to the other. So nothing is read as a date or in base 60 here, and what either might take for something else than
text is written in quotes. The order of keys stays; comments do not.
"""

import re
from collections.abc import Iterable
from typing import Any

import yaml

_TAGS = "tag:yaml.org,2002:"
_AMBIGUOUS = re.compile(r"[-+.]?\d.*|[-+]?\.(inf|nan)|y|n|yes|no|on|off|true|false|null|~|=|<<", re.IGNORECASE | re.DOTALL)
_INTEGER = re.compile(r"[-+]?(0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|0|[1-9][0-9_]*)")
_FLOAT = re.compile(
    r"[-+]?([0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)
_STRANGE = re.compile("[\x85\u2028\u2029\ufeff]")
"""Characters that some take for the end of a line, or for nothing."""


class YamlError(Exception):
    """The text is no YAML; the message says where."""


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own way to be told
        first: [(tag, form) for tag, form in resolvers if tag not in {_TAGS + "timestamp", _TAGS + "int", _TAGS + "float"}]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        _check_keys(node)  # here, where no merge key has been replaced yet by what it stands for
        return node


def _check_keys(node: yaml.MappingNode) -> None:
    """See that no key stands twice, of which PyYAML would drop the first without a word; Kubernetes refuses that too."""
    seen: set[str] = set()
    for key, _ in node.value:
        if isinstance(key, yaml.ScalarNode) and key.tag != _TAGS + "merge":
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"the key {key.value!r} stands there twice", key.start_mark)
            seen.add(key.value)


_Loader.add_implicit_resolver(_TAGS + "int", re.compile(f"(?:{_INTEGER.pattern})$"), list("-+0123456789"))
_Loader.add_implicit_resolver(_TAGS + "float", re.compile(f"(?:{_FLOAT.pattern})$"), list("-+.0123456789"))


def _integer(loader: _Loader, node: yaml.ScalarNode) -> int:
    text = loader.construct_scalar(node).replace("_", "")
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text.removeprefix("+"))
    if digits.startswith("0") and digits != "0" and digits[1] not in "bBxXoO":
        digits = "0o" + digits[1:]
    return sign * int(digits, 0)


_Loader.add_constructor(_TAGS + "int", _integer)


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, _data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002 - PyYAML's signature
        return super().increase_indent(flow, indentless)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else "'" if _AMBIGUOUS.fullmatch(value) else None
    style = '"' if _STRANGE.search(value) else style
    return dumper.represent_scalar(_TAGS + "str", value, style=style)


_Dumper.add_representer(str, _text)


def read_documents(text: str) -> list[Any]:
    """Return the documents in `text`, less those that are empty.

    Raises
    ------
    YamlError
        It is no YAML.
    """
    try:
        return [_unshared(document) for document in yaml.load_all(text, Loader=_Loader) if document is not None]
    except RecursionError:
        raise YamlError("nested too deeply") from None
    except (yaml.YAMLError, ValueError) as error:
        raise YamlError(str(error)) from None


def _unshared(node: Any) -> Any:
    """Copy what is mentioned twice by an alias, so that a change to one mention is none to the other."""
    if isinstance(node, dict):
        return {key: _unshared(value) for key, value in node.items()}
    return [_unshared(value) for value in node] if isinstance(node, list) else node


def write_documents(documents: Iterable[Any]) -> str:
    """Return `documents` as YAML."""
    return yaml.dump_all(documents, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1 << 16)
