"""Manifests: where the pods are in the documents that people keep in their repositories."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, NamedTuple

from sidecar.inject.decide import decide
from sidecar.inject.eligible import Workload
from sidecar.settings.inject import InjectSettings

_TEMPLATE = ("spec", "template")
_TEMPLATES = {
    "Deployment": _TEMPLATE,
    "StatefulSet": _TEMPLATE,
    "DaemonSet": _TEMPLATE,
    "ReplicaSet": _TEMPLATE,
    "ReplicationController": _TEMPLATE,
    "Rollout": _TEMPLATE,
    "Job": _TEMPLATE,
    "PodTemplate": ("template",),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
}


class Outcome(NamedTuple):
    """What became of one pod of a document: what to call it, whether it got a sidecar, whether it may be, and the warnings."""

    title: str
    injected: bool
    allowed: bool
    warnings: tuple[str, ...]


def inject_document(document: Any, settings: InjectSettings) -> tuple[Any, list[Outcome]]:
    """Return `document` with a sidecar in each pod that can have one, and what became of each.

    What holds no pod comes back as it is.
    """
    root = {"": deepcopy(document)}
    outcomes = [_inject(parent, key, owner, settings) for parent, key, owner in _pods(root, "")]
    return root[""], outcomes


def _inject(parent: Any, key: Any, owner: dict[str, Any], settings: InjectSettings) -> Outcome:
    kind, name = str(owner.get("kind")), _name(owner)
    decision = decide(parent[key], settings, None if kind == "Pod" else Workload(kind, name))
    parent[key] = decision.pod
    return Outcome(f"{kind} {name}".strip(), bool(decision.patch), decision.allowed, decision.warnings)


def _name(owner: dict[str, Any]) -> str:
    metadata = owner.get("metadata")
    return str(metadata.get("name") or metadata.get("generateName") or "") if isinstance(metadata, dict) else ""


def _pods(parent: Any, key: Any) -> Iterator[tuple[Any, Any, dict[str, Any]]]:
    """Yield each pod or template in ``parent[key]``: what holds it, under which key, and the object that it belongs to."""
    document = parent[key]
    if not isinstance(document, dict):
        return
    kind = document.get("kind")
    if kind == "Pod":
        yield parent, key, document
    elif isinstance(kind, str) and kind.endswith("List") and isinstance(document.get("items"), list):
        for position in range(len(document["items"])):
            yield from _pods(document["items"], position)
    elif kind in _TEMPLATES:
        *above, last = _TEMPLATES[kind]
        holder: Any = document
        for step in above:
            holder = holder.get(step) if isinstance(holder, dict) else None
        if isinstance(holder, dict) and last in holder:
            yield holder, last, document
