"""Resources that a pod names for itself as a whole: what the sidecar needs is added, or the API server would refuse the sum."""

from decimal import Decimal

from sidecar.inject.pod import Json, Pod
from sidecar.inject.reasons import LeftAlone, Skip
from sidecar.settings.quantity import read_quantity, write_quantity


def raise_budget(pod: Pod, resources: Json) -> None:
    """Add the sidecar's requests and limits to those of the pod, where it has any."""
    for kind, amounts in resources.items():
        whole = (pod.spec.get("resources") or {}).get(kind) or {}
        for name, amount in amounts.items():
            if name in whole:
                whole[name] = write_quantity(_read(name, whole[name]) + read_quantity(amount))


def _read(name: str, given: object) -> Decimal:
    try:
        return read_quantity(str(given))
    except ValueError as fault:
        raise LeftAlone(Skip.MALFORMED, where=f"spec.resources: {name}: {fault}") from None
