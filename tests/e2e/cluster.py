"""The cluster, asked and told through the commands that its users have: kubectl and helm."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any, TypeVar

import yaml

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "charts" / "drift-sidecar"
HERE = Path(__file__).resolve().parent
SIDECAR, MODEL = "drift-sidecar", "model"
PATIENCE_SECONDS = 120.0
Json = dict[str, Any]
T = TypeVar("T")


def until(ask: Callable[[], T | None], what: str, *, seconds: float = PATIENCE_SECONDS) -> T:
    """Ask again until the answer is true, and return it; fail when it never is, with what was waited for."""
    deadline = monotonic() + seconds
    while not (answer := ask()):
        if monotonic() > deadline:
            raise AssertionError(f"waited {seconds:g} s in vain until {what}")
        sleep(0.25)
    return answer


def attempt(*words: str, given: str | None = None, seconds: float = PATIENCE_SECONDS) -> subprocess.CompletedProcess[str]:
    """Run a command against the cluster of this run, and never against another that a person may have access to."""
    ours = os.environ | {"KUBECONFIG": str(work() / "kube" / "admin.conf")}
    return subprocess.run(words, env=ours, input=given, capture_output=True, text=True, timeout=seconds, check=False)


def run(*words: str, given: str | None = None, seconds: float = PATIENCE_SECONDS) -> str:
    """Run a command and return what it printed; fail with its complaint."""
    done = attempt(*words, given=given, seconds=seconds)
    if done.returncode:
        raise AssertionError(f"{' '.join(words)}: {done.stderr.strip()[-2000:]}")
    return done.stdout


def kubectl(*words: str, given: str | None = None) -> str:
    """Run kubectl."""
    return run("kubectl", *words, given=given)


def helm(*words: str) -> str:
    """Run helm, which has a time-out of its own."""
    return run("helm", *words, seconds=230)


def get(kind: str, name: str, namespace: str) -> Json:
    """Return one object."""
    found: Json = json.loads(kubectl("get", kind, name, "-n", namespace, "-o", "json"))
    return found


def apply(*documents: Json) -> str:
    """Create or change objects; return what kubectl said, warnings too."""
    done = attempt("kubectl", "apply", "-f", "-", given=yaml.safe_dump_all(documents))
    if done.returncode:
        raise AssertionError(done.stderr)
    return done.stdout + done.stderr


def pods(namespace: str, **labels: str) -> list[Json]:
    """Return the pods with these labels that nobody has asked to go."""
    selector = ",".join(f"{name}={value}" for name, value in labels.items())
    found = json.loads(kubectl("get", "pods", "-n", namespace, "-l", selector, "-o", "json"))["items"]
    return [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]


def ready(pod: Json) -> bool:
    """Whether a pod is ready."""
    return any(one["type"] == "Ready" and one["status"] == "True" for one in pod["status"].get("conditions", []))


def rolled_out(name: str, namespace: str, seconds: int = 120) -> None:
    """Wait until every pod of a Deployment is the newest and ready."""
    kubectl("rollout", "status", f"deployment/{name}", "-n", namespace, f"--timeout={seconds}s")


def names(pod: Json) -> list[str]:
    """Return the names of a pod's containers."""
    return [container["name"] for container in pod["spec"]["containers"]]


def container(pod: Json, name: str) -> Json:
    """Return a pod's container of that name."""
    return next(one for one in pod["spec"]["containers"] if one["name"] == name)


def restarts(pod: Json) -> dict[str, tuple[str, int]]:
    """Return for each container which one runs and how often it was started again."""
    return {one["name"]: (one.get("containerID", ""), one["restartCount"]) for one in pod["status"]["containerStatuses"]}


def address(service: str, namespace: str) -> tuple[str, int]:
    """Return where a Service is, and its first port."""
    spec = get("service", service, namespace)["spec"]
    return spec["clusterIP"], spec["ports"][0]["port"]


def namespace(name: str, policy: str = "anything", labels: Mapping[str, str] | None = None) -> None:
    """Make a namespace whose pods may do what the policy allows."""
    made = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": dict(labels or {})}}
    group = {"kind": "Group", "apiGroup": "rbac.authorization.k8s.io", "name": f"system:serviceaccounts:{name}"}
    may = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "pods", "namespace": name},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": f"use-{policy}"},
        "subjects": [group],
    }
    apply(made, may)
    until(lambda: kubectl("get", "serviceaccount", "-n", name, "-o", "name"), f"{name} has an account")


def everything() -> set[str]:
    """Return the name of every object in the cluster, but for what the cluster itself writes all the time."""
    kinds = kubectl("api-resources", "--verbs=list", "-o", "name").split()
    passing = {"events", "events.events.k8s.io", "leases.coordination.k8s.io", "endpointslices.discovery.k8s.io"}
    listed = kubectl("get", ",".join(sorted(set(kinds) - passing)), "-A", "--ignore-not-found", "-o", "json")
    return {
        f"{one['kind']} {one['metadata'].get('namespace', '')}/{one['metadata']['name']}" for one in json.loads(listed)["items"]
    }


@contextmanager
def started(*words: str, log: Path) -> Iterator[subprocess.Popen[str]]:
    """Run a program beside the block."""
    with log.open("w") as file, subprocess.Popen(words, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT, text=True) as process:
        try:
            yield process
        finally:
            process.terminate()


def diagnosis() -> str:
    """Return what a person would look at first: pods, the newest events, the last lines of every container."""
    parts = []
    asked = ("get pods -A -o wide", "get events -A --sort-by=.lastTimestamp")
    for words in asked:
        done = attempt("kubectl", *words.split())
        parts.append(f"$ kubectl {words}\n" + "\n".join(done.stdout.splitlines()[-25:]))
    logs = Path("/var/log/pods")
    for file in sorted(logs.glob("*/*/*.log"), key=lambda one: one.stat().st_mtime)[-8:]:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()[-6:]
        parts.append(f"{file.relative_to(logs)}:\n" + "\n".join(line[:300] for line in lines))
    return "\n".join(parts)


def work() -> Path:
    """Return the folder in memory for what a run writes."""
    return Path(os.environ["NODE"])
