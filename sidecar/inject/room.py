"""Whether the sidecar's ports and their names are free: all containers of a pod share them."""

from sidecar.inject.choose import Target
from sidecar.inject.container import HEALTH_PORT, MONITOR_PORT, TRAFFIC_PORT
from sidecar.inject.pod import Pod
from sidecar.inject.reasons import LeftAlone, Skip
from sidecar.inject.swap import used_numbers
from sidecar.inject.wishes import Wishes
from sidecar.settings.inject import InjectSettings

ISTIO = "istio-proxy"
ISTIO_PORTS = frozenset({15000, 15001, 15002, 15004, 15006, 15008, 15009, 15020, 15021, 15053, 15090})
"""What Istio's proxy listens on, of which its container declares one."""

_ISTIO_INJECT = "sidecar.istio.io/inject"


def check_room(pod: Pod, target: Target, wishes: Wishes, settings: InjectSettings) -> None:
    """Return if nothing else uses the ports that the sidecar needs.

    Raises
    ------
    LeftAlone
        Something does.
    """
    for port in pod.ports():
        if port.name in (TRAFFIC_PORT, MONITOR_PORT, HEALTH_PORT):
            raise LeftAlone(Skip.PORT_IN_USE, number=port.name, container=port.container["name"])
    used = used_numbers(pod)
    if _has_istio(pod):
        used = dict.fromkeys(ISTIO_PORTS, ISTIO) | used
    used.setdefault(target.number, target.container["name"])
    ports = settings.ports
    needed = [ports.monitor, ports.health]
    needed += [ports.traffic] if wishes.mode != "swap" else []
    needed += [ports.probes] if wishes.mode == "redirect" else []
    for number in needed:
        if number in used:
            raise LeftAlone(Skip.PORT_IN_USE, number=number, container=used[number])


def _has_istio(pod: Pod) -> bool:
    """Return whether Istio's proxy is in the pod, or will be."""
    asked = (section.get(_ISTIO_INJECT) for section in (pod.labels, pod.annotations))
    return any(one["name"] == ISTIO for one in pod.everyone) or "true" in asked
