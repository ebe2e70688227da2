"""The injectors are gone, and then the release: nobody else notices."""

from time import monotonic

from tests.e2e import workload
from tests.e2e.cluster import (
    MODEL,
    Json,
    address,
    apply,
    everything,
    helm,
    kubectl,
    names,
    pods,
    ready,
    restarts,
    rolled_out,
    until,
)
from tests.e2e.release import RELEASE, SYSTEM, injectors
from tests.e2e.report import note
from tests.e2e.wire import TALKS, conversation

MODELS = "models"


def test_pods_are_admitted_while_no_injector_answers(release: str, bare: Json) -> None:
    """With every injector gone, a labelled pod is admitted at once, as its owner wrote it."""
    name = injectors()[0]["metadata"]["name"].rsplit("-", 2)[0]
    kubectl("scale", f"deployment/{name}", "-n", SYSTEM, "--replicas=0")
    until(lambda: "injector" not in kubectl("get", "pods", "-n", SYSTEM, "-o", "name"), "the injectors are gone")
    began = monotonic()
    apply(workload.deployment("unwatched", MODELS, annotations={}))
    rolled_out("unwatched", MODELS)
    assert names(pods(MODELS, app="unwatched")[0]) == [MODEL]
    note(f"ready after {monotonic() - began:.1f} s")


def test_uninstalling_leaves_nothing(release: str, watched: Json, before: set[str]) -> None:
    """Helm uninstall: no webhook, no Secret, no ConfigMap, nothing in the cluster that was not there before."""
    began = monotonic()
    for name, space in ((RELEASE, SYSTEM), ("shop", "shop")):
        helm("uninstall", name, "--namespace", space, "--wait", "--timeout", "120s")
    note(f"helm was done after {monotonic() - began:.1f} s")
    ours = ("models/", "restricted/", "enabled/", "shop/model-code")

    def left() -> set[str]:
        spaces = {f"Namespace /{name}" for name in ("models", "restricted", "enabled", "shop", SYSTEM)}
        now = {one for one in everything() - before - spaces if not one.split(" ")[1].startswith(ours)}
        return {one for one in now if not is_default(one)}

    until(lambda: not left(), "nothing is left")


def is_default(name: str) -> bool:
    """Whether an object is one that the cluster makes in every namespace, or the binding that lets its pods run."""
    kind, _, rest = name.partition(" ")
    what = rest.partition("/")[2]
    return what.startswith("default") or what == "kube-root-ca.crt" or (kind, what) == ("RoleBinding", "pods")


def test_models_go_on_being_served(watched: Json, bare: Json) -> None:
    """And the pods that were injected go on as they were."""
    now = pods(MODELS, app="watched")[0]
    assert (restarts(now), ready(now)) == (restarts(watched), True)
    alone, through = (conversation(address(name, MODELS), TALKS[0]) for name in ("bare", "watched"))
    assert through == alone
