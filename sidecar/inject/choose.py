"""Which port is the model's: the one that an annotation picks, or the only one that it can be.

A guess that is wrong watches the wrong thing and says that all is well, so there is none: where two ports could be the
model's, the pod stays as it is and its owner is asked. Ports whose names say that they are somebody else's (metrics, health
and the like) do not count as long as another one is left.
"""

from typing import NamedTuple

from sidecar.inject.pod import Json, Pod, Port, port_number
from sidecar.inject.reasons import Caution, LeftAlone, Skip, caution
from sidecar.inject.wishes import Wishes

_ASIDE = frozenset(
    {
        "admin",
        "administration",
        "debug",
        "exporter",
        "health",
        "healthcheck",
        "healthz",
        "jmx",
        "jolokia",
        "manage",
        "management",
        "metric",
        "metrics",
        "mgmt",
        "monitoring",
        "pprof",
        "probe",
        "probes",
        "profiling",
        "prom",
        "prometheus",
        "stats",
        "statsd",
        "status",
        "telemetry",
        "tracing",
    }
)


class Target(NamedTuple):
    """The model's port: where it is, and its entry, unless it is not declared."""

    container: Json
    number: int
    port: Port | None

    @property
    def name(self) -> str:
        """The port's name, empty if it has none."""
        return self.port.name if self.port else ""


def choose_target(pod: Pod, wishes: Wishes, warnings: list[str]) -> Target:
    """Return the model's port.

    Raises
    ------
    LeftAlone
        There is none, or more than one that it could be.
    """
    containers = _containers(pod, wishes)
    ports = [port for port in pod.ports(containers) if port.tcp]
    if wishes.port:
        return _picked(wishes, containers, ports)
    port = _only(ports, wishes, warnings)
    return Target(port.container, port.number, port)


def _containers(pod: Pod, wishes: Wishes) -> list[Json]:
    if not wishes.container:
        return pod.candidates
    found = [one for one in pod.containers if one["name"] == wishes.container]
    if not found:
        known = ", ".join(one["name"] for one in pod.containers)
        raise LeftAlone(Skip.NO_SUCH_CONTAINER, name=wishes.container, known=known)
    return found


def _picked(wishes: Wishes, containers: list[Json], ports: list[Port]) -> Target:
    """Return the port that the annotation picks; one that is picked by number need not be declared, but for takeover."""
    text = wishes.port
    number = port_number(text)
    by_number = number is not None
    found = [port for port in ports if (port.number == number if by_number else port.name == text)]
    if len(found) > 1:
        named = [port for port in found if port.name]
        found = named if by_number and len(named) == 1 else found
    if len(found) > 1:
        raise LeftAlone(Skip.AMBIGUOUS_NUMBER if by_number else Skip.AMBIGUOUS_NAME, number=text, name=text)
    if found:
        return Target(found[0].container, found[0].number, found[0])
    if number is None or wishes.mode == "takeover" or len(containers) != 1:
        raise LeftAlone(Skip.NO_SUCH_PORT, name=text, known=_list(ports) or "none")
    return Target(containers[0], number, None)


def _only(ports: list[Port], wishes: Wishes, warnings: list[str]) -> Port:
    eligible = [port for port in ports if port.name] if wishes.mode == "takeover" else ports
    chosen = _without_the_obvious(eligible)
    if len(chosen) > 1:
        raise LeftAlone(Skip.SEVERAL_PORTS, known=_list(chosen))
    if not ports:
        raise LeftAlone(Skip.NO_PORT)
    unnamed = next((port for port in ports if not port.name), None)
    if unnamed is not None and (not chosen or (wishes.mode == "takeover" and _is_aside(chosen[0]))):
        raise LeftAlone(Skip.UNNAMED_PORT, number=unnamed.number, container=unnamed.container["name"])
    if len(chosen) < len(eligible):
        others = ", ".join(repr(port.name) for port in eligible if port is not chosen[0])
        warnings.append(caution(Caution.OTHER_PORTS_SET_ASIDE, name=str(chosen[0]), others=others))
    return chosen[0]


def _without_the_obvious(ports: list[Port]) -> list[Port]:
    """Leave out what is somebody else's by its name, unless nothing would be left."""
    return [port for port in ports if not _is_aside(port)] or ports


def _is_aside(port: Port) -> bool:
    """Return whether the name says that this is no model's port: ``metrics``, ``http-metrics``, ``admin-api``."""
    return any(word in _ASIDE for word in port.name.split("-"))


def _list(ports: list[Port]) -> str:
    return ", ".join(f"{port} ({port.container['name']})" for port in ports)
