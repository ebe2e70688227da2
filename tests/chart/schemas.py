"""Whether an object is one that Kubernetes of a given version would take: by its own schemas, unknown fields being faults."""

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.chart.helm import ROOT, Manifest, tool

FOLDER = ROOT / ".cache" / "chart" / "schemas"
HERE = "https://kubernetes.invalid/definitions.json"


class _Cluster:
    """The kinds that one version knows."""

    def __init__(self, version: str) -> None:
        tool("helm3")  # which brings the schemas, too
        (path,) = FOLDER.glob(f"*/v{version}.0-local-strict/_definitions.json")
        document = json.loads(path.read_text(encoding="utf-8"))
        document.pop("$id", None)
        self._key = "$defs" if "$defs" in document else "definitions"
        self.kinds = {
            (kind["group"], kind["version"], kind["kind"]): name
            for name, schema in document[self._key].items()
            for kind in schema.get("x-kubernetes-group-version-kind", [])
        }
        resource: Resource[Any] = Resource.from_contents(document, default_specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource(HERE, resource)

    def validator(self, name: str) -> Draft202012Validator:
        """Return the validator of one kind."""
        return Draft202012Validator({"$ref": f"{HERE}#/{self._key}/{name}"}, registry=self._registry)


@cache
def _cluster(version: str) -> _Cluster:
    return _Cluster(version)


def faults(manifest: Manifest, version: str) -> list[str]:
    """Return what Kubernetes `version` has against `manifest`; an object of an API that is not its own is a fault."""
    group, _, served = manifest["apiVersion"].rpartition("/")
    cluster = _cluster(version)
    name = cluster.kinds.get((group, served, manifest["kind"]))
    if name is None:
        return [f"{manifest['apiVersion']} {manifest['kind']} is not served by {version}"]
    found = cluster.validator(name).iter_errors(manifest)
    return [f"{'.'.join(map(str, fault.absolute_path))}: {fault.message[:200]}" for fault in found]
