"""The injector's decision: a pod in, a patch out, or the reason why there is none.

It sees the pod and nothing else of the cluster, so it decides from the pod alone. Everything here is functions of JSON, without
I/O; `sidecar.admission` serves it to the API server, and ``inject --dry-run`` to people.

A pod goes through the modules in this order::

    shape        is it a pod at all?
    eligible     may it have a sidecar?
    wishes       what do its annotations ask for? (`annotations` is the registry of them)
    choose       which port is the model's?
    room         are the sidecar's ports free?
    between      takeover, swap or redirect: the model's port is changed, and with it what asked for it (`handlers`)
    container    what the sidecar is; `volumes`, `place`, `drain` and `budget` fit it into the pod
    patch        what has changed, as RFC 6902

Glossary
--------
model
    the container that is watched.
candidate
    a container that may be the model.
way
    how traffic runs once the sidecar is between.
skip, caution
    why a pod is left alone; what the owner of an injected one should know. Closed lists (`reasons`).
"""

from sidecar.inject.decide import Decision, decide, left_alone
from sidecar.inject.eligible import Workload
from sidecar.inject.patch import Operation, changes
from sidecar.inject.reasons import Caution, LeftAlone, Skip

__all__ = ["Caution", "Decision", "LeftAlone", "Operation", "Skip", "Workload", "changes", "decide", "left_alone"]
