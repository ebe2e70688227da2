"""Real helm: the chart rendered for given values and a given cluster, as the objects that it would create."""

import json
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.chart.values_file import CHART

ROOT = CHART.parents[1]
TOOLS = ROOT / ".cache" / "chart" / "bin"
Manifest = dict[str, Any]
OLDEST, NEWEST = "1.20", "1.37"
VERSIONS = tuple(f"1.{minor}" for minor in range(20, 38))


class RefusedError(Exception):
    """Helm refused to render, and said why."""


@dataclass(frozen=True)
class Cluster:
    """What is asked of which helm, for which cluster."""

    kubernetes: str = NEWEST
    helm: str = "helm3"
    release: str = "drift"
    namespace: str = "drift-system"
    chart: Path = CHART
    options: tuple[str, ...] = ()


@cache
def tool(name: str) -> Path:
    """Return the path of helm3, helm4 or kubectl, installed if need be."""
    subprocess.run([ROOT / "tests" / "chart" / "tools.sh"], check=True, timeout=600)
    return TOOLS / name


def _asked(values: str, cluster: Cluster) -> str:
    command: list[str | Path] = [tool(cluster.helm), "template", cluster.release, cluster.chart]
    command += ["--namespace", cluster.namespace, "--kube-version", cluster.kubernetes, "-f", "-", *cluster.options]
    done = subprocess.run(command, input=values, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise RefusedError(done.stderr)
    return str(done.stdout)


_remembered = cache(_asked)


def text(values: Manifest, cluster: Cluster | None = None) -> str:
    """Return what helm renders, as it writes it.

    Raises
    ------
    RefusedError
        The values do not fit the schema, or a template says what is missing.
    """
    cluster = cluster or Cluster()
    return (_asked if cluster.options else _remembered)(json.dumps(values), cluster)


def render(values: Manifest, cluster: Cluster | None = None) -> list[Manifest]:
    """Return the objects that a release with `values` consists of."""
    return [document for document in yaml.safe_load_all(text(values, cluster)) if document]


def one(manifests: list[Manifest], kind: str, ending: str = "") -> Manifest:
    """Return the only object of `kind` whose name ends with `ending`."""
    found = [each for each in manifests if each["kind"] == kind and each["metadata"]["name"].endswith(ending)]
    assert len(found) == 1, f"{kind} {ending}: {[each['metadata']['name'] for each in found]}"
    return found[0]


def pod_specs(manifests: list[Manifest]) -> list[Manifest]:
    """Return the spec of every pod that would run."""
    pods = [each["spec"] for each in manifests if each["kind"] == "Pod"]
    return pods + [each["spec"]["template"]["spec"] for each in manifests if each["kind"] == "Deployment"]


def containers(spec: Manifest) -> list[Manifest]:
    """Return all containers of a pod, those that begin first included."""
    return [*spec.get("initContainers", []), *spec["containers"]]
