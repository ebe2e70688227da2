"""The registry: every annotation and label of a pod that means something to the injector, or that it writes.

One table, from which come the parsing, the hints for misspelt names and the table of the documentation.
"""

import difflib
from enum import StrEnum
from typing import NamedTuple

PREFIX = "drift-sidecar/"
INJECT_LABEL = PREFIX + "inject"
INJECTED_LABEL = PREFIX + "injected"
INJECTED = "injected"


class Key(StrEnum):
    """The annotations, by what follows the prefix."""

    PORT = PREFIX + "port"
    CONTAINER = PREFIX + "container"
    MODE = PREFIX + "mode"
    PORT_VARIABLE = PREFIX + "port-variable"
    MODEL_PORT = PREFIX + "model-port"
    CONFIG = PREFIX + "config"
    BASELINE = PREFIX + "baseline"
    MODEL_NAME = PREFIX + "model-name"
    MODEL_VERSION = PREFIX + "model-version"
    DRAIN = PREFIX + "drain"
    NATIVE = PREFIX + "native"
    STRICT = PREFIX + "strict"
    IMAGE = PREFIX + "image"
    CPU_REQUEST = PREFIX + "cpu-request"
    CPU_LIMIT = PREFIX + "cpu-limit"
    MEMORY_REQUEST = PREFIX + "memory-request"
    MEMORY_LIMIT = PREFIX + "memory-limit"
    STATUS = PREFIX + "status"


class Meaning(NamedTuple):
    """What an annotation may be, what holds without it, and what it does."""

    values: str
    default: str
    effect: str


ANNOTATIONS: dict[Key, Meaning] = {
    Key.PORT: Meaning("name or number", "the only named TCP port", "the model's port"),
    Key.CONTAINER: Meaning("name", "the only one with such a port", "the model's container"),
    Key.MODE: Meaning(
        "`takeover`, `swap`, `redirect`",
        "`takeover`",
        "how the sidecar gets between: by the port's name, by its number, or by nftables",
    ),
    Key.PORT_VARIABLE: Meaning(
        "name", "the only `...PORT...` variable whose value is the port", "`swap`: the variable that moves the model"
    ),
    Key.MODEL_PORT: Meaning("number", "a free one from 15082 on", "`swap`: where the model moves to"),
    Key.CONFIG: Meaning(
        "name", "none", "ConfigMap in the pod's namespace with `config.yaml` and a baseline; it may be missing, or come later"
    ),
    Key.BASELINE: Meaning("key", "`baseline.json`", "the baseline's key in that ConfigMap"),
    Key.MODEL_NAME: Meaning("text", "the workload's name", "the model's name in metrics, alerts and reports"),
    Key.MODEL_VERSION: Meaning("text", "`unknown`", "the model's version, where traffic names none"),
    Key.DRAIN: Meaning("seconds, 0 to 3600", "setting `drain`, 5", "how long the sidecar goes on accepting when the pod goes"),
    Key.NATIVE: Meaning(
        "`true`, `false`", "setting `native`", "whether the sidecar is an init container that stays (Kubernetes 1.33 and newer)"
    ),
    Key.STRICT: Meaning("`true`, `false`", "setting `strict`, `false`", "refuse the pod if it cannot be watched"),
    Key.IMAGE: Meaning("image", "setting `image`", "the sidecar's image"),
    Key.CPU_REQUEST: Meaning("quantity", "50m", "CPU that the sidecar asks for"),
    Key.CPU_LIMIT: Meaning("quantity", "500m", "CPU that it may use"),
    Key.MEMORY_REQUEST: Meaning("quantity", "160Mi", "memory that it asks for"),
    Key.MEMORY_LIMIT: Meaning("quantity", "1Gi", "memory that it may use"),
    Key.STATUS: Meaning("`injected`", "", "written by the injector; such a pod is not touched again"),
}

LABELS: dict[str, Meaning] = {
    INJECT_LABEL: Meaning("`true`, `false`", "what the namespace says", "whether this pod gets a sidecar; `false` always wins"),
    INJECTED_LABEL: Meaning("`true`", "", "written by the injector; the chart's PodMonitor selects it"),
}


def nearest(name: str) -> str | None:
    """Return the known annotation that `name` probably means.

    >>> nearest("drift-sidecar/prot")
    <Key.PORT: 'drift-sidecar/port'>
    """
    return next(iter(difflib.get_close_matches(name, list(Key), n=1, cutoff=0.8)), None)
