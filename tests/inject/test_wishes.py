"""Annotations: what each of them does to the container, and what happens to values that do not fit."""

from typing import Any

import pytest

from sidecar.inject import Decision, Skip, Workload, decide
from sidecar.inject.annotations import Key
from sidecar.settings.inject import InjectSettings
from tests.inject.test_laws import sidecar_of, variables

Json = dict[str, Any]
CLUSTER = InjectSettings()


def pod(annotations: Json | None = None, **spec: Any) -> Json:
    """Return a pod with one named port."""
    container = {"name": "model", "image": "iris:1", "ports": [{"name": "http", "containerPort": 8080}]}
    return {"metadata": {"name": "iris", "annotations": annotations or {}}, "spec": {"containers": [container], **spec}}


def decided(annotations: Json, cluster: InjectSettings = CLUSTER, **spec: Any) -> tuple[Decision, Json, dict[str, str]]:
    """Return the decision, the sidecar and its environment."""
    decision = decide(pod(annotations, **spec), cluster)
    assert decision.skip is None, decision.warnings
    sidecar = sidecar_of(decision.pod)
    return decision, sidecar, variables(sidecar)


def test_a_config_map_is_mounted_as_an_optional_folder() -> None:
    """So that it may come later, and what changes in it arrives."""
    decision, sidecar, environment = decided({Key.CONFIG.value: "iris-drift", Key.BASELINE.value: "iris.json"})
    assert {"name": "drift-sidecar-config", "configMap": {"name": "iris-drift", "optional": True}} in decision.pod["spec"][
        "volumes"
    ]
    mount = next(one for one in sidecar["volumeMounts"] if one["name"] == "drift-sidecar-config")
    assert mount == {"name": "drift-sidecar-config", "mountPath": "/etc/drift-sidecar", "readOnly": True}
    assert environment["DRIFT_CONFIG"] == "/etc/drift-sidecar/config.yaml"
    assert environment["DRIFT_BASELINE"] == "/etc/drift-sidecar/iris.json"


def test_without_a_config_map_nothing_is_mounted_but_the_place_of_the_token() -> None:
    """And that neither where the pod has no token."""
    decision, sidecar, environment = decided({})
    assert [one["name"] for one in decision.pod["spec"]["volumes"]] == ["drift-sidecar-no-token"]
    assert sidecar["volumeMounts"][0]["mountPath"] == "/var/run/secrets/kubernetes.io/serviceaccount"
    assert "DRIFT_CONFIG" not in environment
    decision, sidecar, _ = decided({}, automountServiceAccountToken=False)
    assert "volumes" not in decision.pod["spec"]
    assert "volumeMounts" not in sidecar


def test_a_volume_of_the_same_name_is_somebody_elses() -> None:
    """The sidecar's gets a number behind its name."""
    volumes = [{"name": "drift-sidecar-config", "emptyDir": {}}]
    decision, sidecar, _ = decided({Key.CONFIG.value: "iris-drift"}, volumes=volumes)
    assert decision.pod["spec"]["volumes"][0] == volumes[0]
    assert sidecar["volumeMounts"][0]["name"] == "drift-sidecar-config-2"


def test_text_reaches_the_sidecar_as_it_was_written() -> None:
    """The kubelet replaces $(NAME) in values, and is kept from it."""
    _, _, environment = decided({Key.MODEL_NAME.value: "a $(HOME) $$ b", Key.MODEL_VERSION.value: "3"})
    assert environment["DRIFT_MODEL__NAME"] == "a $$(HOME) $$$$ b"
    assert environment["DRIFT_MODEL__VERSION"] == "3"


def test_resources_image_and_drain_are_taken_from_the_pod() -> None:
    """Each replaces what the cluster has."""
    annotations = {Key.IMAGE.value: "own:2", Key.CPU_LIMIT.value: "2", Key.MEMORY_REQUEST.value: "200Mi", Key.DRAIN.value: "11"}
    decision, sidecar, environment = decided(annotations)
    assert sidecar["image"] == "own:2"
    assert sidecar["resources"] == {"requests": {"cpu": "50m", "memory": "200Mi"}, "limits": {"cpu": "2", "memory": "1Gi"}}
    assert environment["DRIFT_DRAIN"] == "11"
    assert decision.pod["spec"]["terminationGracePeriodSeconds"] == 31


@pytest.mark.parametrize(("drain", "grace"), [("10", None), ("11", 31)])
def test_the_grace_period_is_raised_only_where_it_is_too_short(drain: str, grace: int | None) -> None:
    """Thirty seconds, which hold without a word, are enough for a drain of ten."""
    decision, _, _ = decided({Key.DRAIN.value: drain})
    assert decision.pod["spec"].get("terminationGracePeriodSeconds") == grace


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (Key.DRAIN, "3601"),
        (Key.DRAIN, "-1"),
        (Key.DRAIN, "1.5"),
        (Key.NATIVE, "maybe"),
        (Key.STRICT, "maybe"),
        (Key.CONFIG, "No_Name"),
        (Key.CONFIG, "x" * 254),
        (Key.BASELINE, "iris.json"),
        (Key.IMAGE, "a b"),
        (Key.MODEL_NAME, "x" * 129),
        (Key.CPU_LIMIT, "0"),
        (Key.MEMORY_REQUEST, "much"),
    ],
)
def test_a_value_that_does_not_fit_is_passed_over_with_a_warning(key: Key, value: str) -> None:
    """The pod is what it would be without, and its owner is told."""
    with_it, without = decide(pod({key.value: value}), CLUSTER), decide(pod(), CLUSTER)
    assert sidecar_of(with_it.pod) == sidecar_of(without.pod)
    assert [key.value in warning for warning in with_it.warnings] == [True]


@pytest.mark.parametrize(
    ("key", "value"), [(Key.DRAIN, "3600"), (Key.DRAIN, "0"), (Key.MODEL_NAME, "x" * 128), (Key.NATIVE, "Off")]
)
def test_a_value_at_its_bound_is_taken(key: Key, value: str) -> None:
    """There is no warning."""
    assert decided({key.value: value})[0].warnings == ()


@pytest.mark.parametrize("key", ["../x", "..", "a/b", "x" * 254])
def test_a_baseline_is_a_key_and_no_path(key: str) -> None:
    """Nothing outside the ConfigMap can be named."""
    decision, _, environment = decided({Key.CONFIG.value: "c", Key.BASELINE.value: key})
    assert environment["DRIFT_BASELINE"] == "/etc/drift-sidecar/baseline.json"
    assert len(decision.warnings) == 1


def test_a_limit_below_the_request_lowers_it() -> None:
    """The API server would refuse the pod otherwise."""
    decision, sidecar, _ = decided({Key.MEMORY_LIMIT.value: "100Mi"})
    assert sidecar["resources"]["requests"]["memory"] == "100Mi"
    assert "lowered" in decision.warnings[0]


@pytest.mark.parametrize(
    ("annotations", "reason"),
    [
        ({Key.MODE.value: "swop"}, Skip.BAD_ANNOTATION),
        ({Key.MODE.value: "swap", Key.MODEL_PORT.value: "65536"}, Skip.BAD_ANNOTATION),
        ({Key.MODE.value: "swap", Key.MODEL_PORT.value: "9" * 5000}, Skip.BAD_ANNOTATION),
        ({Key.PORT.value: "nobody"}, Skip.NO_SUCH_PORT),
        ({Key.PORT.value: "9" * 5000}, Skip.NO_SUCH_PORT),
        ({Key.CONTAINER.value: "nobody"}, Skip.NO_SUCH_CONTAINER),
    ],
)
def test_what_picks_a_port_or_a_mode_has_to_be_right(annotations: Json, reason: Skip) -> None:
    """A guess might watch the wrong thing."""
    assert decide(pod(annotations), CLUSTER).skip is reason


def test_an_annotation_that_is_a_label_is_honoured_where_it_says_no() -> None:
    """Who writes it in the wrong place still means it."""
    assert decide(pod({"drift-sidecar/inject": "false"}), CLUSTER).skip is Skip.OPTED_OUT
    assert "label" in decided({"drift-sidecar/inject": "true"})[0].warnings[0]


@pytest.mark.parametrize(
    ("version", "native", "annotation", "expected", "warnings"),
    [
        ("1.32", "auto", None, False, 0),
        ("1.33", "auto", None, True, 0),
        ("v1.40.1", "auto", None, True, 0),
        ("", "auto", None, False, 0),
        ("1.33", "never", None, False, 0),
        ("1.33", "auto", "false", False, 0),
        ("", "auto", "true", True, 0),
        ("1.32", "auto", "true", True, 0),
        ("1.31", "auto", "true", True, 1),
        ("1.29", "always", None, True, 1),
        ("1.28", "auto", "true", False, 1),
        ("1.20", "always", "false", False, 0),
    ],
)
def test_a_sidecar_is_native_where_that_works(
    version: str, native: str, annotation: str | None, expected: bool, warnings: int
) -> None:
    """From 1.33 on by itself, before that when asked for, and never where the API server would drop what makes it one."""
    cluster = InjectSettings.model_validate({"kubernetes": version, "native": native})
    annotations = {} if annotation is None else {Key.NATIVE.value: annotation}
    decision, sidecar, _ = decided(annotations, cluster, initContainers=[{"name": "fetch", "image": "f"}])
    names = [[one["name"] for one in decision.pod["spec"][key]] for key in ("initContainers", "containers")]
    assert names == ([["fetch", "drift-sidecar"], ["model"]] if expected else [["fetch"], ["model", "drift-sidecar"]])
    assert sidecar.get("restartPolicy") == ("Always" if expected else None)
    assert len(decision.warnings) == warnings


@pytest.mark.parametrize(
    ("metadata", "workload", "name"),
    [
        ({"name": "iris-0"}, None, "iris-0"),
        ({"generateName": "iris-5f7-"}, None, "iris-5f7"),
        ({"labels": {"app": "iris"}}, None, "iris"),
        ({"labels": {"app": "x", "serving.kserve.io/inferenceservice": "iris"}}, None, "iris"),
        ({"labels": {"app": "x", "pod-template-hash": "5f7"}}, Workload("ReplicaSet", "iris-5f7"), "iris"),
        ({"name": "x"}, Workload("StatefulSet", "iris"), "iris"),
        ({}, None, "model"),
        ({"name": "x" * 253}, None, "x" * 128),
    ],
)
def test_a_model_is_called_after_its_workload(metadata: Json, workload: Workload | None, name: str) -> None:
    """As its Deployment is called, its labels say, or the pod itself."""
    decision = decide({**pod(), "metadata": metadata}, CLUSTER, workload)
    assert variables(sidecar_of(decision.pod))["DRIFT_MODEL__NAME"] == name


def test_settings_of_the_cluster_reach_every_sidecar() -> None:
    """And the pod's own model name wins over theirs."""
    cluster = InjectSettings(address="::", settings={"tap": {"cpu": 0.1}, "model": {"name": "theirs"}})
    _, _, environment = decided({}, cluster)
    assert (environment["DRIFT_TAP__CPU"], environment["DRIFT_MODEL__NAME"]) == ("0.1", "theirs")
    assert environment["DRIFT_LISTEN"] == "[::]:15080"
    assert decided({Key.MODEL_NAME.value: "own"}, cluster)[2]["DRIFT_MODEL__NAME"] == "own"


def test_a_budget_that_cannot_be_read_leaves_the_pod_to_the_api_server() -> None:
    """What is wrong with it is not the injector's to say."""
    decision = decide(pod(resources={"requests": {"cpu": "much"}}), CLUSTER)
    assert decision.skip is Skip.MALFORMED


def test_a_pods_budget_grows_by_the_sidecars() -> None:
    """Requests and limits of the pod as a whole hold what they held and the sidecar's."""
    decision, _, _ = decided({}, resources={"requests": {"cpu": "1"}, "limits": {"cpu": "1", "memory": "1Gi"}})
    assert decision.pod["spec"]["resources"] == {
        "requests": {"cpu": "1050m"},
        "limits": {"cpu": "1500m", "memory": "2147483648"},
    }


def test_istio_to_come_is_seen_by_its_label() -> None:
    """Its proxy is not in the pod yet, and will use the sidecar's numbers."""
    made = pod()
    made["metadata"]["labels"] = {"sidecar.istio.io/inject": "true"}
    assert decide(made, CLUSTER).skip is Skip.PORT_IN_USE
    assert decide(made, InjectSettings.model_validate({"ports": {"monitor": 16090, "health": 16021}})).skip is None


def test_names_of_the_sidecars_ports_are_kept_free() -> None:
    """A Service that finds drift-monitor by name must not find somebody else's."""
    made = pod()
    made["spec"]["containers"].append({"name": "linkerd-proxy", "ports": [{"name": "drift-monitor", "containerPort": 1}]})
    assert decide(made, CLUSTER).skip is Skip.PORT_IN_USE


def test_warnings_of_unknown_annotations_are_bounded() -> None:
    """A pod with a thousand of them gets a few."""
    annotations = {f"drift-sidecar/unknown-{number}": "x" for number in range(1000)}
    assert len(decided(annotations)[0].warnings) == 8


@pytest.mark.parametrize("odd", ["8" * 5000, "0", "65536", "\u0668", "1.5"])
def test_numbers_of_any_length_are_borne(odd: str) -> None:
    """In probes, annotations and sysctls, where anything may stand."""
    made = pod({Key.PORT.value: "http", Key.DRAIN.value: odd, Key.MODE.value: "swap"})
    container = made["spec"]["containers"][0]
    container |= {"readinessProbe": {"tcpSocket": {"port": odd}}, "env": [{"name": "PORT", "value": "8080"}]}
    made["spec"]["securityContext"] = {"sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": odd}]}
    assert decide(made, CLUSTER).skip in (None, Skip.PRIVILEGED_PORT)
