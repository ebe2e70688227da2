"""A namespace whose pods are held to the restricted standard, by the PodSecurityPolicy of Kubernetes 1.20."""

from tests.e2e import workload
from tests.e2e.cluster import MODEL, SIDECAR, Json, apply, kubectl, names, namespace, pods, rolled_out, until

SPACE = "restricted"
ALONE = {
    "runAsNonRoot": True,
    "runAsUser": 20002,
    "readOnlyRootFilesystem": True,
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
}


def careful(name: str, annotations: Json | None) -> Json:
    """Return a model that asks for nothing that the standard forbids."""
    pod = {"runAsNonRoot": True, "fsGroup": 20002, "supplementalGroups": [20002], "seccompProfile": {"type": "RuntimeDefault"}}
    return workload.deployment(
        name, SPACE, annotations=annotations, containers=[workload.container(securityContext=ALONE)], securityContext=pod
    )


def test_an_injected_pod_passes_the_restricted_policy(release: str) -> None:
    """The policy admits the injected pod, and it runs."""
    namespace(SPACE, "restricted")
    apply(workload.code(SPACE), careful("careful", {}))
    rolled_out("careful", SPACE)
    (pod,) = pods(SPACE, app="careful")
    assert names(pod) == [MODEL, SIDECAR]
    assert pod["metadata"]["annotations"]["kubernetes.io/psp"] == "restricted"


def test_the_policy_is_at_work(release: str) -> None:
    """A pod that runs as root is refused there, so the policy is really asked."""
    apply(workload.deployment("careless", SPACE))
    until(
        lambda: "PodSecurityPolicy" in kubectl("get", "replicasets", "-n", SPACE, "-l", "app=careless", "-o", "yaml"),
        "it is refused",
    )
    kubectl("delete", "deployment", "careless", "-n", SPACE)
