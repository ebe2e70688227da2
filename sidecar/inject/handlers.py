"""What the kubelet asks a container: probes and lifecycle hooks, each with the port that it goes to.

A port may be given by name, which the kubelet looks up among the ports of that container alone, or by number. When the model's
port changes its name or its number, what asked for it has to follow.
"""

from collections.abc import Iterator
from typing import NamedTuple

from sidecar.inject.pod import Json, Pod, port_number

PROBES = ("startupProbe", "readinessProbe", "livenessProbe")
HOOKS = ("postStart", "preStop")
_ASKING = ("httpGet", "tcpSocket", "grpc")


class Asked(NamedTuple):
    """One request of the kubelet: the container that it is for, and the part of it that holds the port."""

    container: Json
    body: Json

    @property
    def number(self) -> int | None:
        """The port's number, None where the kubelet would find none."""
        port = self.body.get("port")
        if isinstance(port, int):
            return port
        named = (entry["containerPort"] for entry in self.container.get("ports") or [] if port and entry.get("name") == port)
        return next(named, port_number(port or ""))

    @property
    def here(self) -> bool:
        """Whether the request goes to the pod, and not to a host that it names."""
        return not self.body.get("host")


def asked(container: Json) -> Iterator[Asked]:
    """Yield everything that the kubelet asks `container` over the network."""
    for handler in _handlers(container):
        for kind in _ASKING:
            if handler.get(kind):
                yield Asked(container, handler[kind])


def commands(container: Json) -> Iterator[list[str]]:
    """Yield every command that the kubelet runs in `container`."""
    for handler in _handlers(container):
        if handler.get("exec"):
            yield handler["exec"].get("command") or []


def _handlers(container: Json) -> Iterator[Json]:
    lifecycle = container.get("lifecycle") or {}
    yield from (container[name] for name in PROBES if container.get(name))
    yield from (lifecycle[name] for name in HOOKS if lifecycle.get(name))


def rename(container: Json, old: str, new: str) -> None:
    """Let what asked `container` for the port named `old` ask for `new`."""
    for request in asked(container):
        if request.body.get("port") == old:
            request.body["port"] = new


def pin_elsewhere(container: Json, name: str, number: int) -> None:
    """Let what `container` has asked of other hosts at the port called `name` go on asking there, for the number itself."""
    for request in asked(container):
        if not request.here and request.body.get("port") == name:
            request.body["port"] = number


def renumber(pod: Pod, old: int, new: int) -> None:
    """Let what reached port `old` of the pod, by number or by name, reach port `new`: all containers share one address."""
    for container in pod.everyone:
        for request in asked(container):
            if request.here and request.number == old:
                request.body["port"] = new
