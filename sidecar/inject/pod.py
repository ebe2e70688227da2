"""A pod as its JSON, with the questions that are asked of it.

The JSON is a copy of the caller's and is changed in place; what has changed is found by comparison at the end
(`sidecar.inject.patch`).
"""

from typing import Any, NamedTuple

Json = dict[str, Any]
HIGHEST_PORT = 65535
MESHES = frozenset({"istio-proxy", "linkerd-proxy", "queue-proxy", "kuma-sidecar", "consul-dataplane", "daprd"})
"""Containers that stand before a model, as the sidecar does, and are never the model themselves."""


class Port(NamedTuple):
    """One declared port: its container, and its entry there."""

    container: Json
    entry: Json

    @property
    def number(self) -> int:
        """The port's number."""
        return int(self.entry["containerPort"])

    @property
    def name(self) -> str:
        """The port's name, empty if it has none."""
        return self.entry.get("name") or ""

    @property
    def tcp(self) -> bool:
        """Whether it is a TCP port, as ports are that do not say otherwise."""
        return (self.entry.get("protocol") or "TCP") == "TCP"

    def __str__(self) -> str:
        return self.name or str(self.number)


class Pod:
    """The questions.

    Parameters
    ----------
    document
        The pod's JSON, of checked shape.
    """

    def __init__(self, document: Json) -> None:
        self.document = document
        self.metadata: Json = _child(document, "metadata")
        self.spec: Json = document["spec"]

    @property
    def annotations(self) -> Json:
        """The annotations, empty if there are none."""
        return self.metadata.get("annotations") or {}

    @property
    def labels(self) -> Json:
        """The labels, empty if there are none."""
        return self.metadata.get("labels") or {}

    @property
    def containers(self) -> list[Json]:
        """The ordinary containers."""
        return list(self.spec["containers"])

    @property
    def init_containers(self) -> list[Json]:
        """The init containers, native sidecars among them."""
        return self.spec.get("initContainers") or []

    @property
    def everyone(self) -> list[Json]:
        """Every container."""
        return [*self.init_containers, *self.containers]

    @property
    def residents(self) -> list[Json]:
        """The containers that run together: the ordinary ones and the native sidecars."""
        return [*self.containers, *(one for one in self.init_containers if one.get("restartPolicy") == "Always")]

    @property
    def candidates(self) -> list[Json]:
        """The containers that may be the model."""
        return [one for one in self.containers if one["name"] not in MESHES]

    def ports(self, containers: list[Json] | None = None) -> list[Port]:
        """Return the declared ports of `containers`, of all residents by default."""
        found = self.residents if containers is None else containers
        return [Port(container, entry) for container in found for entry in container.get("ports") or []]

    def put(self, section: str, name: str, value: str) -> None:
        """Set a label or an annotation."""
        _child(self.metadata, section)[name] = value


def whole_number(text: str, least: int, most: int) -> int | None:
    """Return the number that `text` is in plain digits, None if it is none or out of bounds; it may be as long as it likes.

    >>> whole_number("08080", 1, 65535), whole_number("http", 1, 65535), whole_number("9" * 9999, 1, 65535)
    (8080, None, None)
    """
    digits = text.lstrip("0") or "0"
    if not (text.isascii() and text.isdigit()) or len(digits) > len(str(most)):
        return None
    return int(digits) if least <= int(digits) <= most else None


def port_number(text: str) -> int | None:
    """Return the port that `text` is the number of, None if it is none."""
    return whole_number(text, 1, HIGHEST_PORT)


def _child(parent: Json, name: str) -> Json:
    """Return the map called `name`, which is made if there is none."""
    child: Json | None = parent.get(name)
    if child is None:
        child = parent[name] = {}
    return child
