"""What Kubernetes makes of a pod, written down a second time and without a line of the injector's.

How an endpoint finds a port by name, how the kubelet finds the port of a probe, and the restricted Pod Security Standard,
each as its documentation has it.
"""

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

PROBES = ("startupProbe", "readinessProbe", "livenessProbe")
HOOKS = ("postStart", "preStop")


def every_container(pod: Json) -> list[Json]:
    """Return the init containers and the containers."""
    return [*(pod["spec"].get("initContainers") or []), *pod["spec"]["containers"]]


def lasting(pod: Json) -> list[Json]:
    """Return the containers that an endpoint looks at, in its order."""
    sidecars = [one for one in pod["spec"].get("initContainers") or [] if one.get("restartPolicy") == "Always"]
    return [*pod["spec"]["containers"], *sidecars]


def endpoints(pod: Json, name: str) -> list[tuple[str, int]]:
    """Return each (container, number) that the TCP port called `name` could be; an endpoint takes the first."""
    return [
        (container["name"], port["containerPort"])
        for container in lasting(pod)
        for port in container.get("ports") or []
        if port.get("name") == name and (port.get("protocol") or "TCP") == "TCP"
    ]


def port_names(pod: Json) -> set[str]:
    """Return the names of all TCP ports."""
    return {
        port["name"]
        for container in lasting(pod)
        for port in container.get("ports") or []
        if port.get("name") and (port.get("protocol") or "TCP") == "TCP"
    }


def requests(container: Json) -> Iterator[tuple[str, Json, int | None]]:
    """Yield whatever the kubelet asks `container`: which handler it is, its body, and the number that it goes to."""
    found = [(name, container.get(name)) for name in PROBES]
    found += [(name, (container.get("lifecycle") or {}).get(name)) for name in HOOKS]
    for name, handler in found:
        for kind in ("httpGet", "tcpSocket", "grpc"):
            body = (handler or {}).get(kind)
            if body:
                yield f"{name}.{kind}", body, kubelet_port(container, body.get("port"))


def kubelet_port(container: Json, port: Any) -> int | None:
    """Return the number that the kubelet asks: by name in this container alone, else what the text says as a number."""
    if not isinstance(port, str):
        return port if isinstance(port, int) else None
    for entry in container.get("ports") or []:
        if entry.get("name") == port:
            return int(entry["containerPort"])
    return int(port) if port.isdigit() else None


def violations(pod: Json, container: Json) -> list[str]:
    """Return in what `container` falls short of the restricted Pod Security Standard, given what it inherits from `pod`."""
    own = container.get("securityContext") or {}
    shared = pod["spec"].get("securityContext") or {}
    capabilities = own.get("capabilities") or {}
    effective = {**shared, **own}
    unmet = {
        "privileged": own.get("privileged", False) is not False,
        "host ports": any(port.get("hostPort") for port in container.get("ports") or []),
        "proc mount": own.get("procMount", "Default") != "Default",
        "privilege escalation": own.get("allowPrivilegeEscalation") is not False,
        "running as root": effective.get("runAsNonRoot") is not True or effective.get("runAsUser") == 0,
        "capabilities kept": "ALL" not in (capabilities.get("drop") or []),
        "capabilities added": not set(capabilities.get("add") or []) <= {"NET_BIND_SERVICE"},
        "seccomp": (effective.get("seccompProfile") or {}).get("type") not in ("RuntimeDefault", "Localhost"),
        "apparmor": (effective.get("appArmorProfile") or {}).get("type", "RuntimeDefault") == "Unconfined",
        "selinux": bool(own.get("seLinuxOptions")),
        "windows": bool(own.get("windowsOptions")),
    }
    return [name for name, failed in unmet.items() if failed]
