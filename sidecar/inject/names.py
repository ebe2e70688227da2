"""Names that are made up: of the renamed port, of volumes, and of the model where its owner names none."""

from sidecar.inject.eligible import Workload
from sidecar.inject.pod import Pod

LONGEST_PORT_NAME = 15
_LONGEST_LABEL = 128
_HASH_LABEL = "pod-template-hash"
_NAMING_LABELS = ("serving.kserve.io/inferenceservice", "app.kubernetes.io/name", "app")


def renamed_port(name: str, taken: set[str]) -> str:
    """Return a new name for the model's port: its own with ``-m``, as a port's name may be, and nobody else's.

    >>> renamed_port("http", {"http"}), renamed_port("a-very-long-one", {"a-very-long-o-m"})
    ('http-m', 'a-very-long-m2')
    """
    for suffix in ("-m", *(f"-m{number}" for number in range(2, 1 + len(taken) + 2))):
        made = name[: LONGEST_PORT_NAME - len(suffix)].rstrip("-") + suffix
        if made not in taken:
            return made
    raise AssertionError("one more name was tried than are taken")


def unique(name: str, taken: set[str]) -> str:
    """Return `name`, with a number behind it if it is taken.

    >>> unique("tmp", {"tmp", "tmp-2"})
    'tmp-3'
    """
    number = 2
    made = name
    while made in taken:
        made, number = f"{name}-{number}", number + 1
    return made


def model_name(pod: Pod, workload: Workload | None) -> str:
    """Return what to call the model: as its workload is called, or its labels say, or the pod."""
    labelled = next((pod.labels[label] for label in _NAMING_LABELS if pod.labels.get(label)), "")
    own = pod.metadata.get("name") or (pod.metadata.get("generateName") or "").rstrip("-")
    return (_workload_name(pod, workload) or labelled or own or "model")[:_LONGEST_LABEL]


def _workload_name(pod: Pod, workload: Workload | None) -> str:
    """Return the workload's name, of a ReplicaSet that of its Deployment."""
    if workload is None:
        return ""
    revision = pod.labels.get(_HASH_LABEL)
    return workload.name.removesuffix(f"-{revision}") if revision else workload.name
