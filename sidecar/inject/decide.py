"""The decision: a pod in, a patch or the reason for none out."""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from sidecar.inject import annotations as registry
from sidecar.inject.between import Way, get_between
from sidecar.inject.budget import raise_budget
from sidecar.inject.choose import Target, choose_target
from sidecar.inject.container import Sidecar
from sidecar.inject.drain import allow_time, let_the_model_wait
from sidecar.inject.eligible import Workload, check_eligible, workload_of
from sidecar.inject.names import model_name
from sidecar.inject.patch import Operation, changes
from sidecar.inject.place import is_native, place
from sidecar.inject.pod import Json, Pod
from sidecar.inject.reasons import LeftAlone, Skip
from sidecar.inject.redirect import redirecting
from sidecar.inject.room import check_room
from sidecar.inject.shape import check_shape
from sidecar.inject.volumes import add_config, add_no_token
from sidecar.inject.wishes import Wishes, is_refused, read_wishes
from sidecar.settings.inject import InjectSettings


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done with a pod.

    Parameters
    ----------
    pod
        The pod as it is to be, which is the one given if it is left alone.
    patch
        How to get there; empty if it is left alone.
    skip
        Why it is left alone, None if it is not.
    allowed
        Whether the pod may be created; only ``strict`` forbids that.
    warnings
        What its owner should know.
    """

    pod: Any
    patch: list[Operation]
    skip: Skip | None
    allowed: bool
    warnings: tuple[str, ...]


def decide(pod: Any, settings: InjectSettings, workload: Workload | None = None) -> Decision:
    """Return what is to be done with `pod`, which is not changed.

    Parameters
    ----------
    pod
        A pod, or a pod template, as JSON.
    settings
        What the cluster decides.
    workload
        What the pod belongs to, if it does not say so itself, as a template does not.
    """
    warnings: list[str] = []
    try:
        changed = _injected(pod, settings, workload, warnings)
    except LeftAlone as reason:
        return left_alone(pod, settings, reason, warnings)
    return Decision(changed, changes(pod, changed), None, allowed=True, warnings=tuple(warnings))


def left_alone(pod: Any, settings: InjectSettings, reason: LeftAlone, warnings: list[str]) -> Decision:
    """Return the decision to leave `pod` as it is, or to refuse it if it asks for that."""
    allowed = not is_refused(pod, reason.skip, settings)
    return Decision(pod, [], reason.skip, allowed=allowed, warnings=(*warnings, reason.warning))


def _injected(original: Any, settings: InjectSettings, workload: Workload | None, warnings: list[str]) -> Json:
    check_shape(original)
    pod = Pod(deepcopy(original))
    workload = workload or workload_of(pod)
    check_eligible(pod, workload)
    wishes = read_wishes(pod, settings, warnings)
    target = choose_target(pod, wishes, warnings)
    check_room(pod, target, wishes, settings)
    way = get_between(pod, target, wishes, settings, warnings)
    _add_sidecar(pod, wishes, settings, way, _variables(pod, wishes, settings, workload), warnings)
    _finish(pod, target, wishes, settings)
    return pod.document


def _variables(pod: Pod, wishes: Wishes, settings: InjectSettings, workload: Workload | None) -> dict[str, str]:
    """Return the settings that are not about sockets: those of the cluster, and above them those of the pod."""
    made = settings.variables()
    named = wishes.model_name or made.get("DRIFT_MODEL__NAME") or model_name(pod, workload)
    version = {"DRIFT_MODEL__VERSION": wishes.model_version} if wishes.model_version else {}
    return {"DRIFT_DRAIN": str(wishes.drain), **made, "DRIFT_MODEL__NAME": named, **version}


def _add_sidecar(
    pod: Pod, wishes: Wishes, settings: InjectSettings, way: Way, variables: dict[str, str], warnings: list[str]
) -> None:
    native = is_native(wishes, settings, warnings)
    sidecar = Sidecar(
        image=wishes.image,
        pull_policy=settings.image_pull_policy,
        address=settings.address,
        listen=way.listen,
        monitor=settings.ports.monitor,
        health=settings.ports.health,
        port_name=way.name,
        model=way.model,
        resources=wishes.resources,
        variables=variables,
        config_volume=add_config(pod, wishes),
        baseline=wishes.baseline,
        token_volume=add_no_token(pod),
        apparmor="appArmorProfile" in (pod.spec.get("securityContext") or {}),
        native=native,
    )
    before = redirecting(pod, sidecar, settings) if way.redirected else None
    place(pod, sidecar.container(), native=native, before=before)


def _finish(pod: Pod, target: Target, wishes: Wishes, settings: InjectSettings) -> None:
    let_the_model_wait(target, settings.ports.health)
    allow_time(pod, wishes.drain)
    raise_budget(pod, wishes.resources)
    pod.put("annotations", registry.Key.STATUS.value, registry.INJECTED)
    pod.put("labels", registry.INJECTED_LABEL, "true")
