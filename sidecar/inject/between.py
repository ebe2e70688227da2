"""How the sidecar gets between the model and its clients: three ways, each of which changes the pod and says how traffic runs.

takeover
    The sidecar takes the *name* of the model's port; whoever finds the port by name finds the sidecar.
swap
    The sidecar takes the *number* (and the name); the model is moved by the variable that tells it where to listen.
redirect
    Nothing moves: nftables lead what arrives at the port to the sidecar, and the kubelet's requests past it.
"""

from typing import NamedTuple

from sidecar.inject.choose import Target
from sidecar.inject.container import TRAFFIC_PORT
from sidecar.inject.handlers import commands, pin_elsewhere, rename, renumber
from sidecar.inject.names import renamed_port
from sidecar.inject.pod import HIGHEST_PORT, Pod, whole_number
from sidecar.inject.reasons import Caution, LeftAlone, Skip, caution
from sidecar.inject.swap import free_port, moving_variable, names_number
from sidecar.inject.wishes import Wishes
from sidecar.settings.inject import InjectSettings

_KSERVE = "serving.kserve.io/inferenceservice"
_LOWEST = 1024
_UNPRIVILEGED = "net.ipv4.ip_unprivileged_port_start"


class Way(NamedTuple):
    """How traffic runs: the port that the sidecar listens on, its name, and where the model is."""

    listen: int
    name: str
    model: int
    redirected: bool = False


def get_between(pod: Pod, target: Target, wishes: Wishes, settings: InjectSettings, warnings: list[str]) -> Way:
    """Change the model's port as the pod's mode says, and return how traffic then runs."""
    _check_name(pod, target)
    if wishes.mode != "takeover":
        _check_number(pod, target)
    if wishes.mode == "redirect":
        return _redirect(pod, target, settings)
    _warn_of_host_port(target, warnings)
    if wishes.mode == "swap":
        return _swap(pod, target, wishes, settings, warnings)
    return _take_over(pod, target, settings, warnings)


def _check_name(pod: Pod, target: Target) -> None:
    """See that the name means one port, or who asks for it might still get another one."""
    if target.name and sum(port.name == target.name for port in pod.ports(pod.everyone)) > 1:
        raise LeftAlone(Skip.AMBIGUOUS_NAME, name=target.name)


def _check_number(pod: Pod, target: Target) -> None:
    """See that the number is the model's alone, where the number is what leads to it."""
    own = None if target.port is None else target.port.entry
    for port in pod.ports():
        if port.tcp and port.number == target.number and port.entry is not own:
            if port.container is target.container:
                raise LeftAlone(Skip.AMBIGUOUS_NUMBER, number=target.number)
            raise LeftAlone(Skip.PORT_IN_USE, number=target.number, container=port.container["name"])


def _warn_of_host_port(target: Target, warnings: list[str]) -> None:
    number = target.port.entry.get("hostPort") if target.port else None
    if number:
        warnings.append(caution(Caution.HOST_PORT, number=number))


def _take_over(pod: Pod, target: Target, settings: InjectSettings, warnings: list[str]) -> Way:
    if any(container["name"] == "queue-proxy" for container in pod.containers):
        raise LeftAlone(Skip.KNATIVE)
    if target.port is None or not target.name:
        raise LeftAlone(Skip.UNNAMED_PORT, number=target.number, container=target.container["name"])
    if _KSERVE in pod.labels:
        warnings.append(caution(Caution.KSERVE))
    warnings += [
        caution(Caution.OTHER_NAME, name=port.name, number=port.number, taken=target.name)
        for port in pod.ports([target.container])
        if port.tcp and port.number == target.number and port.name not in ("", target.name)
    ]
    name = target.name
    _give_up_name(pod, target)
    return Way(settings.ports.traffic, name, target.number)


def _give_up_name(pod: Pod, target: Target) -> None:
    """Call the model's port something else, there and wherever the kubelet asks for it by name."""
    if target.port is not None and target.name:
        old, new = target.name, renamed_port(target.name, {port.name for port in pod.ports(pod.everyone)})
        target.port.entry["name"] = new
        rename(target.container, old, new)


def _swap(pod: Pod, target: Target, wishes: Wishes, settings: InjectSettings, warnings: list[str]) -> Way:
    old, name = target.number, target.name
    _check_privilege(pod, old)
    _check_siblings(pod, target)
    variable = moving_variable(target, wishes)
    _check_command(target, wishes)
    new = free_port(pod, wishes, settings, old)
    _warn_of_the_old_number(pod, target, variable["name"], warnings)
    pin_elsewhere(target.container, name, old)
    _give_up_name(pod, target)
    renumber(pod, old, new)
    variable["value"] = str(new)
    if target.port is not None:
        target.port.entry["containerPort"] = new
    return Way(old, name or TRAFFIC_PORT, new)


def _check_siblings(pod: Pod, target: Target) -> None:
    """See that the model serves nothing else on that number, such as HTTP/3 over UDP, which would move with it unseen."""
    if any(port.number == target.number and not port.tcp for port in pod.ports([target.container])):
        raise LeftAlone(Skip.AMBIGUOUS_NUMBER, number=target.number)


def _check_command(target: Target, wishes: Wishes) -> None:
    """See that the variable moves the model: one whose command has the number may obey that, unless its owner knows better."""
    if not wishes.port_variable and _commanded(target):
        container = target.container["name"]
        raise LeftAlone(Skip.NO_VARIABLE, container=container, number=target.number, why="its command has it too")


def _commanded(target: Target) -> bool:
    """Return whether the model's port stands in its command."""
    words = (word for key in ("command", "args") for word in target.container.get(key) or [])
    return any(names_number(word, target.number) for word in words)


def _check_privilege(pod: Pod, number: int) -> None:
    if number < _lowest_port(pod):
        raise LeftAlone(Skip.PRIVILEGED_PORT, number=number)


def _lowest_port(pod: Pod) -> int:
    """Return the lowest port that may be listened on without root."""
    sysctls = (pod.spec.get("securityContext") or {}).get("sysctls") or []
    set_to = [whole_number(one["value"], 0, HIGHEST_PORT) for one in sysctls if one["name"] == _UNPRIVILEGED]
    return next((lowest for lowest in reversed(set_to) if lowest is not None), _LOWEST)


def _warn_of_the_old_number(pod: Pod, target: Target, variable: str, warnings: list[str]) -> None:
    container, number = target.container, target.number
    if _commanded(target):
        warnings.append(caution(Caution.PORT_IN_ARGUMENTS, container=container["name"], number=number, variable=variable))
    warnings += [
        caution(Caution.EXEC_PROBE, container=one["name"], number=number)
        for one in pod.residents
        if any(names_number(word, number) for command in commands(one) for word in command)
    ]


def _redirect(pod: Pod, target: Target, settings: InjectSettings) -> Way:
    if not settings.redirect:
        raise LeftAlone(Skip.REDIRECT_OFF)
    renumber(pod, target.number, settings.ports.probes)
    return Way(settings.ports.traffic, TRAFFIC_PORT, target.number, redirected=True)
