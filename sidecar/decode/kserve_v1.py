"""KServe V1, and TensorFlow Serving's row form: ``{"instances": [...]}``.

The instances are objects, or lists in the order of the baseline's features. A model with one feature may be sent plain values.
"""

from sidecar.decode.model import Decoded, Payload
from sidecar.decode.registry import By, register
from sidecar.decode.rows import are_objects, positional, unboxed
from sidecar.exchange.model import Refusal
from sidecar.reasons import TapReason


@register("kserve_v1", By.OBJECT)
def kserve_v1(payload: Payload) -> Decoded | Refusal | None:
    """Read the rows under ``instances``."""
    document = payload.document
    if not isinstance(document, dict) or "instances" not in document:
        return None
    instances = document["instances"]
    if not isinstance(instances, list):
        return None if "instances" in payload.order else Refusal(TapReason.BAD_ENVELOPE, "instances is no list")
    if not instances:
        return Refusal(TapReason.EMPTY, "instances is empty")
    if are_objects(instances):
        return Decoded(unboxed(instances), None, payload.version, "kserve_v1")
    return _without_names(instances, payload)


def _without_names(instances: list[object], payload: Payload) -> Decoded | Refusal:
    rows = [instance for instance in instances if isinstance(instance, list)]
    if not rows and not any(isinstance(instance, dict) for instance in instances):
        rows = [[value] for value in instances]
    if len(rows) != len(instances):
        return Refusal(TapReason.BAD_ENVELOPE, "instances of unlike kinds")
    return payload.decoded(positional(rows, payload.order), "kserve_v1")
