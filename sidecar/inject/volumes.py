"""The volumes of a sidecar: the ConfigMap that its owner names, and nothing where the API server would put a token.

The ConfigMap is mounted as a folder, so that what changes in it arrives, and is optional, so that a pod never waits for it. The
empty volume is kept in memory, because an autoscaler does not remove nodes that hold pods with volumes on their disks.
"""

from sidecar.inject.names import unique
from sidecar.inject.pod import Json, Pod
from sidecar.inject.wishes import Wishes

CONFIG_VOLUME = "drift-sidecar-config"
TOKEN_VOLUME = "drift-sidecar-no-token"  # noqa: S105 - a name


def add_config(pod: Pod, wishes: Wishes) -> str:
    """Add the volume of the pod's ConfigMap, if it names one; return the volume's name."""
    return _add(pod, CONFIG_VOLUME, {"configMap": {"name": wishes.config, "optional": True}}) if wishes.config else ""


def add_no_token(pod: Pod) -> str:
    """Add the volume that keeps the token away, unless the pod has none anyway; return the volume's name."""
    if pod.spec.get("automountServiceAccountToken") is False:
        return ""
    return _add(pod, TOKEN_VOLUME, {"emptyDir": {"medium": "Memory", "sizeLimit": "1Mi"}})


def _add(pod: Pod, name: str, source: Json) -> str:
    volumes: list[Json] = pod.spec.get("volumes") or []
    made = unique(name, {volume["name"] for volume in volumes})
    pod.spec["volumes"] = [*volumes, {"name": made, **source}]
    return made
