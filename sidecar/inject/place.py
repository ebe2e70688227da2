"""Where the sidecar goes among the containers: last, so that what comes first by habit stays first.

A native sidecar is the last init container: the others have ended before it starts, and do not wait for it; it is up before the
model starts, and ends after it.
"""

from sidecar.inject.pod import Json, Pod
from sidecar.inject.reasons import Caution, caution
from sidecar.inject.wishes import Wishes
from sidecar.settings.inject import InjectSettings

STABLE = (1, 33)
NAMES_FOUND = (1, 32)
KNOWN = (1, 29)


def is_native(wishes: Wishes, settings: InjectSettings, warnings: list[str]) -> bool:
    """Return whether the sidecar is to be an init container that stays."""
    version = settings.version
    asked = {"always": True, "never": False}.get(settings.native) if wishes.native is None else wishes.native
    if asked is None:
        return version is not None and version >= STABLE
    if asked and version is not None and version < KNOWN:
        warnings.append(caution(Caution.NO_NATIVE, version=settings.kubernetes))
        return False
    if asked and version is not None and version < NAMES_FOUND:
        warnings.append(caution(Caution.NATIVE_NAMES, version=settings.kubernetes))
    return asked


def place(pod: Pod, container: Json, *, native: bool, before: Json | None = None) -> None:
    """Put the sidecar into the pod, and the init container `before` it."""
    inits = [*pod.init_containers, *([before] if before else []), *([container] if native else [])]
    if inits != pod.init_containers:
        pod.spec["initContainers"] = inits
    if not native:
        pod.spec["containers"] = [*pod.containers, container]
