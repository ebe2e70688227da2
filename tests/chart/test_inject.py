"""The injector: which pods the API server shows it, and how it stands in its cluster."""

from typing import Any

import pytest

from tests.chart import cases
from tests.chart.helm import Cluster, Manifest, RefusedError, one, render

Labels = dict[str, str]


def webhooks(values: Manifest | None = None) -> list[Manifest]:
    """Return the two webhooks."""
    found: list[Manifest] = one(render(values or {}), "MutatingWebhookConfiguration")["webhooks"]
    return found


def matches(selector: Manifest, labels: Labels) -> bool:
    """Return what the API server makes of `selector`: all conditions hold, and NotIn holds of what has no such label."""
    wanted: Labels = selector.get("matchLabels", {})
    plain = all(labels.get(key) == value for key, value in wanted.items())
    conditions: list[Any] = selector.get("matchExpressions", [])
    return plain and all((labels.get(each["key"]) in each["values"]) == (each["operator"] == "In") for each in conditions)


def asked(namespace: str, space: Labels, pod: Labels, values: Manifest | None = None) -> int:
    """Return how many webhooks the API server asks about a pod."""
    space = {"kubernetes.io/metadata.name": namespace, **space}
    return sum(matches(each["namespaceSelector"], space) and matches(each["objectSelector"], pod) for each in webhooks(values))


WANTED, UNWANTED = {"drift-sidecar/inject": "true"}, {"drift-sidecar/inject": "false"}
ENABLED = {"drift-sidecar/injection": "enabled"}


@pytest.mark.parametrize(
    ("namespace", "space", "pod", "times"),
    [
        ("models", {}, {}, 0),
        ("models", {}, WANTED, 1),
        ("models", {}, {"drift-sidecar/inject": "yes"}, 0),
        ("models", ENABLED, {}, 1),
        ("models", ENABLED, WANTED, 1),
        ("models", ENABLED, UNWANTED, 0),
        ("models", {}, UNWANTED, 0),
        ("models", {"drift-sidecar/injection": "disabled"}, {}, 0),
        ("models", {"drift-sidecar/injection": "disabled"}, WANTED, 1),
        ("kube-system", ENABLED, {}, 0),
        ("kube-system", ENABLED, WANTED, 0),
        ("kube-node-lease", {}, WANTED, 0),
        ("drift-system", ENABLED, WANTED, 0),
    ],
)
def test_a_pod_is_shown_once_if_its_label_or_its_namespace_asks(namespace: str, space: Labels, pod: Labels, times: int) -> None:
    """The pod's label wins over the namespace's, no pod is shown twice, and the cluster's own pods never."""
    assert asked(namespace, space, pod) == times


def test_the_release_s_namespace_is_left_alone_only_as_long_as_that_is_wanted() -> None:
    """A small cluster may have everything in one namespace."""
    values = {"inject": {"excludeReleaseNamespace": False}}
    assert asked("drift-system", {}, WANTED, values) == 1
    assert asked("kube-system", {}, WANTED, values) == 0


def test_further_conditions_narrow_both_webhooks() -> None:
    """Selectors in the values are added to our own, and replace none of them."""
    selector = {"matchLabels": {"tier": "prod"}, "matchExpressions": [{"key": "team", "operator": "NotIn", "values": ["a"]}]}
    values = {"inject": {"namespaceSelector": selector, "objectSelector": selector}}
    fitting = {"tier": "prod", "team": "b"}
    assert asked("models", fitting, {**fitting, **WANTED}, values) == 1
    assert asked("models", {**fitting, **ENABLED}, fitting, values) == 1
    assert asked("models", ENABLED, fitting, values) == 0
    assert asked("models", {**fitting, **ENABLED}, {"tier": "prod", "team": "a"}, values) == 0
    assert asked("kube-system", fitting, {**fitting, **WANTED}, values) == 0


def test_a_pod_never_waits_for_the_injector() -> None:
    """Both webhooks fail open, soon, without side effects, and are asked again after others."""
    for each in webhooks():
        assert (each["failurePolicy"], each["timeoutSeconds"], each["sideEffects"]) == ("Ignore", 5, "None")
        assert (each["reinvocationPolicy"], each["matchPolicy"]) == ("IfNeeded", "Equivalent")
        assert each["admissionReviewVersions"] == ["v1"]
        pods = {
            "apiGroups": [""],
            "apiVersions": ["v1"],
            "operations": ["CREATE"],
            "resources": ["pods"],
            "scope": "Namespaced",
        }
        assert each["rules"] == [pods]


def test_the_webhooks_lead_to_the_injectors_port() -> None:
    """Service, port name and container port form one way."""
    manifests = render({"inject": {"service": {"port": 8000}}})
    service = one(manifests, "Service")
    deployment = one(manifests, "Deployment")
    for each in one(manifests, "MutatingWebhookConfiguration")["webhooks"]:
        where = {"name": service["metadata"]["name"], "namespace": "drift-system", "path": "/inject", "port": 8000}
        assert each["clientConfig"]["service"] == where
    assert service["spec"]["ports"][0] | {"port": 8000, "targetPort": "https"} == service["spec"]["ports"][0]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert container["ports"] == [{"name": "https", "containerPort": 8443, "protocol": "TCP"}]
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    for selector in (service["spec"]["selector"], deployment["spec"]["selector"]["matchLabels"]):
        assert matches({"matchLabels": selector}, labels)


def test_an_injector_has_no_rights_and_no_token() -> None:
    """It asks the API server nothing; there is no role, and nothing to steal."""
    manifests = render({"tests": {"enabled": False}})
    assert not [each for each in manifests if "Role" in each["kind"]]
    spec = one(manifests, "Deployment")["spec"]["template"]["spec"]
    assert spec["automountServiceAccountToken"] is False
    assert one(manifests, "ServiceAccount")["automountServiceAccountToken"] is False
    assert spec["serviceAccountName"] == one(manifests, "ServiceAccount")["metadata"]["name"]


def test_one_injector_is_always_there() -> None:
    """Two, apart from each other; none goes before another is ready, and a drained node takes one at a time."""
    manifests = render({})
    deployment = one(manifests, "Deployment")["spec"]
    assert deployment["replicas"] == 2
    assert deployment["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
    assert one(manifests, "PodDisruptionBudget")["spec"]["maxUnavailable"] == 1
    spec = deployment["template"]["spec"]
    (apart,) = spec["affinity"]["podAntiAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"]
    assert (
        apart["podAffinityTerm"]["labelSelector"]["matchLabels"].items() <= deployment["template"]["metadata"]["labels"].items()
    )
    assert {each["topologyKey"] for each in spec["topologySpreadConstraints"]} == {
        "kubernetes.io/hostname",
        "topology.kubernetes.io/zone",
    }


def test_it_is_never_shown_its_own_pods() -> None:
    """An injector that waits for an injector would never start."""
    for name in ("Deployment", "Pod"):
        pod = one(render({"inject": {"excludeReleaseNamespace": False}}), name)
        labels = pod["metadata"]["labels"] if name == "Pod" else pod["spec"]["template"]["metadata"]["labels"]
        assert asked("elsewhere", {}, labels) == 0


def test_settings_of_the_injector_restart_it_and_a_chart_s_version_does_not() -> None:
    """It reads its settings once; what is the same stays running."""

    def template(values: Manifest, cluster: Cluster | None = None) -> Manifest:
        found: Manifest = one(render(values, cluster), "Deployment")["spec"]["template"]
        return found

    assert template({"inject": {"settings": {"drain": 6}}}) != template({})
    assert template({"inject": {"replicas": 3}}) == template({})
    assert not [key for key in template({})["metadata"]["labels"] if "version" in key or "chart" in key]


def test_settings_that_the_injector_would_not_accept_do_not_get_that_far() -> None:
    """Helm names the key, before anything is installed."""
    for wrong in ({"drian": 5}, {"drain": "soon"}, {"settings": {"thresholds": {"warning": -1}}}, {"listen": "0.0.0.0:1"}):
        with pytest.raises(RefusedError, match=next(iter(wrong))):
            render({"inject": {"settings": wrong}})


def test_the_same_switched_off_leaves_nothing() -> None:
    """Without the injector there is no trace of it, cluster-wide or not."""
    assert [each["metadata"]["name"] for each in render({"inject": {"enabled": False}})] == []
    assert not [each for each in render(cases.DEPLOY) if "injector" in each["metadata"]["name"]]
