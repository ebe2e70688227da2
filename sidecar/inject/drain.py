"""Ending: nobody may be cut off when a pod goes, on any version of Kubernetes.

All containers of a pod get their SIGTERM together, so a model that stops at once would leave its sidecar with clients and no
model. Therefore both have a hook that runs before: it asks the sidecar to drain and comes back when it has. A model with a hook
of its own keeps it.
"""

from sidecar.inject.choose import Target
from sidecar.inject.container import drain_hook
from sidecar.inject.pod import Pod

DEFAULT_GRACE = 30
MARGIN = 20
"""Seconds beyond the drain in which what is in flight has to end."""


def let_the_model_wait(target: Target, health: int) -> None:
    """Give the model's container the hook, unless it has one; by number, for the port's name is not its own."""
    lifecycle = target.container.get("lifecycle") or {}
    if not lifecycle.get("preStop"):
        target.container["lifecycle"] = {**lifecycle, "preStop": drain_hook(health)}


def allow_time(pod: Pod, drain: int) -> None:
    """Raise the pod's grace period where it is shorter than the drain and what follows it."""
    needed = drain + MARGIN
    grace = pod.spec.get("terminationGracePeriodSeconds")
    if (DEFAULT_GRACE if grace is None else grace) < needed:
        pod.spec["terminationGracePeriodSeconds"] = needed
