"""What the owner of a pod wishes: its annotations, read once, on top of what the cluster decides.

Nothing that comes from an annotation may get the pod refused by the API server, so values are held against the API's own
rules. What picks a port or a mode has to be right, for a guess might watch the wrong thing; any other value that does not fit
is passed over with a warning.
"""

import re
from dataclasses import dataclass
from typing import Any

from sidecar.inject.annotations import INJECT_LABEL, PREFIX, Key, nearest
from sidecar.inject.pod import Json, Pod, port_number, whole_number
from sidecar.inject.reasons import Caution, LeftAlone, Skip, caution
from sidecar.settings.inject import InjectSettings
from sidecar.settings.quantity import read_quantity

MODES = ("takeover", "swap", "redirect")
LONGEST_DRAIN = 3600
_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")
_OBJECT_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_CONFIG_KEY = re.compile(r"(?!\.\.)[-._a-zA-Z0-9]{1,253}")
_LONGEST_NAME = 253
_MOST_UNKNOWN = 8
_LONGEST_LABEL = 128


@dataclass(frozen=True, slots=True)
class Wishes:
    """Everything that a pod asks for; empty text is nothing asked."""

    port: str
    container: str
    mode: str
    port_variable: str
    model_port: int | None
    config: str
    baseline: str
    model_name: str
    model_version: str
    drain: int
    native: bool | None
    image: str
    resources: Json


def says(text: str) -> bool | None:
    """Return what a yes or no stands for, None for what is neither.

    >>> says("True"), says("off"), says("maybe")
    (True, False, None)
    """
    word = text.strip().lower()
    return True if word in _TRUE else False if word in _FALSE else None


def is_refused(pod: Any, skip: Skip, settings: InjectSettings) -> bool:
    """Return whether `pod`, which may be anything, is refused rather than left unwatched for the reason `skip`.

    A cluster that is strict means its models; a Job is none, unless its own pod asks.
    """
    annotations = _map(_map(pod).get("metadata")).get("annotations")
    own = _map(annotations).get(Key.STRICT)
    asked = says(own) if isinstance(own, str) else None
    strict = settings.strict and skip is not Skip.JOB if asked is None else asked
    return strict and not skip.wanted


def _map(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def read_wishes(pod: Pod, settings: InjectSettings, warnings: list[str]) -> Wishes:
    """Return what `pod` asks for; add to `warnings` what is passed over.

    Raises
    ------
    LeftAlone
        A value that has to be right is not.
    """
    _check_names(pod, warnings)
    read = _Reader(pod, warnings)
    config = read.matching(Key.CONFIG, _OBJECT_NAME, "the name of a ConfigMap is expected")
    baseline = read.matching(Key.BASELINE, _CONFIG_KEY, "a key of the ConfigMap is expected")
    if baseline and not config:
        read.ignore(Key.BASELINE, "it is a key of the ConfigMap that drift-sidecar/config names")
    return Wishes(
        port=read.text(Key.PORT),
        container=read.text(Key.CONTAINER),
        mode=read.one_of(Key.MODE, MODES),
        port_variable=read.text(Key.PORT_VARIABLE),
        model_port=read.port(Key.MODEL_PORT),
        config=config,
        baseline=baseline or "baseline.json",
        model_name=read.label(Key.MODEL_NAME),
        model_version=read.label(Key.MODEL_VERSION),
        drain=read.seconds(Key.DRAIN, settings.drain),
        native=read.flag(Key.NATIVE),
        image=read.matching(Key.IMAGE, re.compile(r"\S+"), "an image is expected") or settings.image,
        resources=_resources(read, settings),
    )


def _check_names(pod: Pod, warnings: list[str]) -> None:
    known = set(Key)
    unknown = sorted(name for name in pod.annotations if name.startswith(PREFIX) and name not in known)
    for name in unknown[:_MOST_UNKNOWN]:
        close = nearest(name)
        hint = "; it is a label" if name == INJECT_LABEL else f" (did you mean {close}?)" if close else ""
        warnings.append(caution(Caution.UNKNOWN_ANNOTATION, name=name, hint=hint))
    if Key.STRICT in pod.annotations and says(pod.annotations[Key.STRICT]) is None:
        _Reader(pod, warnings).ignore(Key.STRICT, "true or false is expected")


class _Reader:
    """Reads one annotation after the other."""

    def __init__(self, pod: Pod, warnings: list[str]) -> None:
        self._annotations = pod.annotations
        self._warnings = warnings

    def text(self, key: Key) -> str:
        return str(self._annotations.get(key, "")).strip()

    def ignore(self, key: Key, expected: str) -> None:
        self._warnings.append(
            caution(Caution.IGNORED_ANNOTATION, name=key, value=self._annotations.get(key, ""), expected=expected)
        )

    def one_of(self, key: Key, values: tuple[str, ...]) -> str:
        text = self.text(key).lower() or values[0]
        if text not in values:
            raise LeftAlone(Skip.BAD_ANNOTATION, name=key, value=text, expected=f"expected: {', '.join(values)}")
        return text

    def port(self, key: Key) -> int | None:
        text = self.text(key)
        if not text:
            return None
        number = port_number(text)
        if number is None:
            raise LeftAlone(Skip.BAD_ANNOTATION, name=key, value=text, expected="a number from 1 to 65535 is expected")
        return number

    def matching(self, key: Key, form: re.Pattern[str], expected: str) -> str:
        text = self.text(key)
        if not text or (form.fullmatch(text) and len(text) <= _LONGEST_NAME):
            return text
        self.ignore(key, expected)
        return ""

    def label(self, key: Key) -> str:
        text = self.text(key)
        if len(text) <= _LONGEST_LABEL:
            return text
        self.ignore(key, f"at most {_LONGEST_LABEL} characters are expected")
        return ""

    def seconds(self, key: Key, default: int) -> int:
        text = self.text(key)
        seconds = whole_number(text, 0, LONGEST_DRAIN)
        if text and seconds is None:
            self.ignore(key, f"seconds from 0 to {LONGEST_DRAIN} are expected")
        return default if seconds is None else seconds

    def flag(self, key: Key) -> bool | None:
        text = self.text(key)
        if text and says(text) is None:
            self.ignore(key, "true or false is expected")
        return says(text)

    def quantity(self, key: Key, default: str) -> str:
        text = self.text(key)
        try:
            return text if text and read_quantity(text) else default
        except ValueError:
            self.ignore(key, "a quantity such as 500m or 1Gi is expected")
            return default

    def warn(self, kind: Caution, **details: object) -> None:
        self._warnings.append(caution(kind, **details))


def _resources(read: _Reader, settings: InjectSettings) -> Json:
    """Return requests and limits, each request at most its limit, as the API asks."""
    given = settings.resources
    limits = {
        "cpu": read.quantity(Key.CPU_LIMIT, given.limits.cpu),
        "memory": read.quantity(Key.MEMORY_LIMIT, given.limits.memory),
    }
    requests = {
        "cpu": read.quantity(Key.CPU_REQUEST, given.requests.cpu),
        "memory": read.quantity(Key.MEMORY_REQUEST, given.requests.memory),
    }
    for name, limit in limits.items():
        if read_quantity(requests[name]) > read_quantity(limit):
            read.warn(Caution.LIMIT_BELOW_REQUEST, resource=name, limit=limit, request=requests[name])
            requests[name] = limit
    return {"requests": requests, "limits": limits}
