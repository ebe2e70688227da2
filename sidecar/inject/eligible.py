"""Which pods are left alone whatever they ask for."""

from typing import NamedTuple

from sidecar.inject.annotations import INJECT_LABEL, INJECTED, Key
from sidecar.inject.pod import Json, Pod
from sidecar.inject.reasons import LeftAlone, Skip
from sidecar.inject.wishes import says

CONTAINER = "drift-sidecar"
_MIRROR = "kubernetes.io/config.mirror"
_ENDING = ("Job", "CronJob")
_SYSTEM_LABELS = ("kubernetes.io/os", "beta.kubernetes.io/os")


class Workload(NamedTuple):
    """What a pod belongs to: the owner's kind and name."""

    kind: str
    name: str


def workload_of(pod: Pod) -> Workload | None:
    """Return the owner that controls `pod`, as the pod itself names it."""
    owners: list[Json] = pod.metadata.get("ownerReferences") or []
    controlling = [owner for owner in owners if owner.get("controller")] or owners
    return Workload(controlling[0]["kind"], controlling[0]["name"]) if controlling else None


def check_eligible(pod: Pod, workload: Workload | None) -> None:
    """Return if `pod` may get a sidecar.

    Raises
    ------
    LeftAlone
        It may not.
    """
    _check_wanted(pod)
    if pod.spec.get("hostNetwork"):
        raise LeftAlone(Skip.HOST_NETWORK)
    if workload is not None and workload.kind in _ENDING:
        raise LeftAlone(Skip.JOB, found=f"owner {workload.kind}")
    if (pod.spec.get("restartPolicy") or "Always") != "Always":
        raise LeftAlone(Skip.JOB, found=f"restartPolicy {pod.spec['restartPolicy']}")
    if _MIRROR in pod.annotations:
        raise LeftAlone(Skip.STATIC_POD)
    if _on_windows(pod):
        raise LeftAlone(Skip.WINDOWS)


def _check_wanted(pod: Pod) -> None:
    if says(pod.labels.get(INJECT_LABEL, "")) is False or says(pod.annotations.get(INJECT_LABEL, "")) is False:
        raise LeftAlone(Skip.OPTED_OUT)
    if any(container["name"] == CONTAINER for container in pod.everyone):
        raise LeftAlone(Skip.ALREADY_INJECTED, found=f"container {CONTAINER}")
    if pod.annotations.get(Key.STATUS) == INJECTED:
        raise LeftAlone(Skip.ALREADY_INJECTED, found=f"annotation {Key.STATUS}")


def _on_windows(pod: Pod) -> bool:
    """Return whether the pod says so: by its system, by the nodes that it selects, or by options that only Windows has."""
    selector = pod.spec.get("nodeSelector") or {}
    systems = [(pod.spec.get("os") or {}).get("name"), *(selector.get(label) for label in _SYSTEM_LABELS)]
    contexts = [part.get("securityContext") or {} for part in (pod.spec, *pod.everyone)]
    return "windows" in systems or any(context.get("windowsOptions") for context in contexts)
