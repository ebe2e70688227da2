"""Swap: what moves the model, and where to.

A model is moved through an environment variable of its container whose whole value is the port. A port that stands in the
command alone cannot be moved, because commands are not the injector's to change.
"""

import re
from itertools import chain

from sidecar.inject.annotations import Key
from sidecar.inject.choose import Target
from sidecar.inject.handlers import asked
from sidecar.inject.pod import HIGHEST_PORT, Json, Pod, port_number
from sidecar.inject.reasons import LeftAlone, Skip
from sidecar.inject.wishes import Wishes
from sidecar.settings.inject import InjectSettings

_LOWEST = 1024


def moving_variable(target: Target, wishes: Wishes) -> Json:
    """Return the entry of the variable that tells the model where to listen.

    Raises
    ------
    LeftAlone
        There is none, or more than one.
    """
    entries: list[Json] = target.container.get("env") or []
    found = [entry for entry in entries if _may_move(entry, target.number, wishes.port_variable)]
    if len(found) == 1 and sum(entry["name"] == found[0]["name"] for entry in entries) == 1:
        return found[0]
    why = "several have it" if found else f"{wishes.port_variable} has not" if wishes.port_variable else "none has it"
    raise LeftAlone(Skip.NO_VARIABLE, container=target.container["name"], number=target.number, why=why)


def _may_move(entry: Json, number: int, wanted: str) -> bool:
    named = entry["name"] == wanted if wanted else "PORT" in entry["name"].upper()
    return named and (entry.get("value") or "").strip() == str(number)


def free_port(pod: Pod, wishes: Wishes, settings: InjectSettings, old: int) -> int:
    """Return the port that the model moves to: the one asked for, or the first that nothing in the pod mentions."""
    used: set[int] = set(used_numbers(pod)) | {old, *settings.ports.model_dump().values()}
    if wishes.model_port is not None:
        if wishes.model_port in used:
            expected = "a port that nothing in the pod uses is expected"
            raise LeftAlone(Skip.BAD_ANNOTATION, name=Key.MODEL_PORT, value=str(wishes.model_port), expected=expected)
        return wishes.model_port
    used |= {mentioned for word in _words(pod) if (mentioned := port_number(word)) is not None}
    candidates = chain(range(settings.ports.probes + 1, HIGHEST_PORT + 1), range(_LOWEST, settings.ports.probes))
    free = next((number for number in candidates if number not in used), None)
    if free is None:
        raise LeftAlone(Skip.PORT_IN_USE, number="any", container="somebody")
    return free


def used_numbers(pod: Pod) -> dict[int, str]:
    """Return every TCP port that some container is known to use, with the name of the first that does."""
    used: dict[int, str] = {}
    for port in pod.ports():
        if port.tcp:
            used.setdefault(port.number, port.container["name"])
    for container in pod.residents:
        for request in asked(container):
            if request.here and request.number is not None:
                used.setdefault(request.number, container["name"])
    return used


def _words(pod: Pod) -> list[str]:
    """Return what might be a port in the variables and commands of the pod."""
    texts = [entry.get("value") or "" for one in pod.everyone for entry in one.get("env") or []]
    texts += [text for one in pod.everyone for key in ("command", "args") for text in one.get(key) or []]
    return [word for text in texts for word in re.split(r"\D+", text)]


def names_number(text: str, number: int) -> bool:
    """Return whether `text` has `number` in it, as a number of its own.

    >>> names_number("--bind=0.0.0.0:8080", 8080), names_number("18080", 8080)
    (True, False)
    """
    return str(number) in re.split(r"\D+", text)
