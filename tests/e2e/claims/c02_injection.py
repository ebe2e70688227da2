"""One label on a pod: what changes in it, and in which pods nothing does."""

import json

import pytest

from tests.e2e import workload
from tests.e2e.cluster import MODEL, SIDECAR, Json, apply, container, kubectl, names, namespace, pods, ready, rolled_out, until
from tests.e2e.report import note

MODELS = "models"


def test_a_labelled_pod_has_the_sidecar(watched: Json) -> None:
    """A labelled pod runs model and sidecar, both ready."""
    assert names(watched) == [MODEL, SIDECAR]
    assert ready(watched)


def test_the_model_is_as_it_was(watched: Json, bare: Json) -> None:
    """image, command, environment and resources of the model are what they are without the label."""
    kept = ("image", "command", "env", "resources", "imagePullPolicy")
    theirs, ours = container(bare, MODEL), container(watched, MODEL)
    assert {key: ours.get(key) for key in kept} == {key: theirs.get(key) for key in kept}


def test_the_port_name_is_taken_over(watched: Json) -> None:
    """The name of the model's port means the sidecar, and the model's probes mean the model."""
    ports = {
        port["name"]: (one["name"], port["containerPort"]) for one in watched["spec"]["containers"] for port in one["ports"]
    }
    assert ports["http"] == (SIDECAR, 15080)
    model = container(watched, MODEL)
    for kind in ("readinessProbe", "livenessProbe"):
        port = model[kind]["httpGet"]["port"]
        assert ports[port] == (MODEL, workload.PORT) if isinstance(port, str) else port == workload.PORT


def test_the_sidecar_is_restricted(watched: Json) -> None:
    """The sidecar has no privilege, and no token of the pod's account."""
    context = container(watched, SIDECAR)["securityContext"]
    assert context["runAsNonRoot"]
    assert context["readOnlyRootFilesystem"]
    assert not context["allowPrivilegeEscalation"]
    assert context["capabilities"] == {"drop": ["ALL"]}
    assert context["seccompProfile"] == {"type": "RuntimeDefault"}
    look = "import os; p = '/var/run/secrets/kubernetes.io/serviceaccount'; print(os.path.exists(p) and os.listdir(p))"
    name = watched["metadata"]["name"]
    assert kubectl("exec", name, "-n", MODELS, "-c", SIDECAR, "--", "python", "-c", look).strip() in ("[]", "False")


def test_an_unlabelled_pod_is_untouched(bare: Json, release: str) -> None:
    """A pod without the label is admitted as its owner wrote it."""
    apply(workload.deployment("plain", MODELS))
    rolled_out("plain", MODELS)
    plain = pods(MODELS, app="plain")[0]
    assert shape(plain) == shape(bare)
    kubectl("delete", "deployment", "plain", "-n", MODELS)


def shape(pod: Json) -> Json:
    """Return what of a pod does not come from its own name."""
    text = json.dumps(pod["spec"]).replace(pod["metadata"]["labels"]["app"], "NAME")
    spec: Json = json.loads(text)
    spec.pop("nodeName", None)
    own = {"pod-template-hash", "app"}
    labels = sorted(set(pod["metadata"]["labels"]) - own)
    return {"spec": spec, "labels": labels, "annotations": pod["metadata"].get("annotations", {})}


def test_a_namespace_may_ask_for_all_its_pods(release: str) -> None:
    """A labelled namespace injects every pod but those that say no."""
    namespace("enabled", labels={"drift-sidecar/injection": "enabled"})
    apply(workload.code("enabled"), pod("asked", "enabled"), pod("refused", "enabled", {"drift-sidecar/inject": "false"}))
    assert names(kept("asked", "enabled")) == [MODEL, SIDECAR]
    assert names(kept("refused", "enabled")) == [MODEL]


def test_a_pod_that_cannot_be_watched_is_admitted_with_the_reason(release: str, bare: Json) -> None:
    """A pod whose port has no name is admitted as it is, and its owner is told why."""
    said = apply(pod("unnamed", MODELS, {"drift-sidecar/inject": "true"}, ports=[{"containerPort": workload.PORT}]))
    assert "Warning:" in said
    assert names(kept("unnamed", MODELS)) == [MODEL]
    note(next(line for line in said.splitlines() if line.startswith("Warning:")))


def test_a_native_sidecar_is_not_tried_where_there_is_none(release: str, bare: Json) -> None:
    """Kubernetes 1.20 knows no native sidecars: asked for one, the injector warns and injects an ordinary container."""
    said = apply(pod("native", MODELS, {"drift-sidecar/inject": "true"}, {"drift-sidecar/native": "true"}))
    assert "Warning:" in said
    assert names(kept("native", MODELS)) == [MODEL, SIDECAR]


@pytest.mark.parametrize("name", ["asked", "native"])
def test_single_pods_become_ready(name: str, release: str) -> None:
    """Pods that no controller made become ready, too."""
    where = {"asked": "enabled", "native": MODELS}[name]
    until(lambda: ready(kept(name, where)), f"{name} is ready")


def pod(name: str, space: str, labels: Json | None = None, annotations: Json | None = None, **more: object) -> Json:
    """Return a pod that no controller made."""
    meta = {"name": name, "namespace": space, "labels": {"app": name, **(labels or {})}, "annotations": annotations or {}}
    spec = workload.deployment(name, space)["spec"]["template"]["spec"]
    probes = {"readinessProbe": {"httpGet": {"path": "/healthz", "port": workload.PORT}, "periodSeconds": 1}}
    spec["containers"] = [workload.container(**probes, **more)]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec}


def kept(name: str, space: str) -> Json:
    """Return a pod as the cluster keeps it."""
    found: Json = json.loads(kubectl("get", "pod", name, "-n", space, "-o", "json"))
    return found
