"""A model that the chart deploys: each way to it leads through the sidecar, and a new threshold restarts nothing."""

from typing import Any

import pytest
import yaml

from sidecar.engine.reload import RELOADED
from sidecar.settings import Settings
from tests.chart import cases
from tests.chart.helm import Cluster, Manifest, RefusedError, containers, one, render


def deploy(**values: Any) -> Manifest:
    """Return values that deploy a model, with changes to the part `deploy`."""
    return {"inject": {"enabled": False}, "deploy": {"enabled": True, "model": {"image": "income:1"}, **values}}


def template(values: Manifest, version: str = "1.29") -> Manifest:
    """Return the Deployment's pod template."""
    found: Manifest = one(render(values, Cluster(version)), "Deployment")["spec"]["template"]
    return found


def owner(spec: Manifest, port: str) -> str:
    """Return the only container that has a port of that name."""
    (found,) = (str(each["name"]) for each in containers(spec) for known in each["ports"] if known["name"] == port)
    return found


@pytest.mark.parametrize("version", ["1.29", "1.37"])
def test_clients_reach_the_sidecar_and_the_sidecar_reaches_the_model(version: str) -> None:
    """Ingress, Service and port name lead to the sidecar, whose upstream is the model's port."""
    manifests = render(
        deploy(ingress={"enabled": True}, model={"image": "a", "port": 9000, "portName": "predict"}), Cluster(version)
    )
    spec = one(manifests, "Deployment")["spec"]["template"]["spec"]
    service = one(manifests, "Service", "drift-sidecar")
    (rule,) = one(manifests, "Ingress")["spec"]["rules"]
    backend = rule["http"]["paths"][0]["backend"]["service"]
    assert backend == {"name": service["metadata"]["name"], "port": {"name": service["spec"]["ports"][0]["name"]}}
    assert owner(spec, service["spec"]["ports"][0]["targetPort"]) == "drift-sidecar"
    assert owner(spec, "model") == "model"
    (sidecar,) = (each for each in containers(spec) if each["name"] == "drift-sidecar")
    assert {"name": "DRIFT_UPSTREAM", "value": "127.0.0.1:9000"} in sidecar["env"]


def test_the_monitor_is_never_where_clients_are() -> None:
    """A LoadBalancer for the model does not show the world how the model is doing."""
    manifests = render(deploy(service={"type": "LoadBalancer"}))
    assert [port["name"] for port in one(manifests, "Service", "drift-sidecar")["spec"]["ports"]] == ["http"]
    monitor = one(manifests, "Service", "monitor")["spec"]
    assert (monitor["type"], monitor["ports"][0]["targetPort"]) == ("ClusterIP", "drift-monitor")


def test_probes_of_the_model_stay_the_models() -> None:
    """They are the model container's, and name its own port; without one, readiness is that it accepts connections."""
    probe = {"httpGet": {"path": "/ready", "port": "model"}}
    for given, expected in (({"readinessProbe": probe}, probe), ({}, {"tcpSocket": {"port": "model"}})):
        spec = template(deploy(model={"image": "a", **given}))["spec"]
        assert spec["containers"][0]["readinessProbe"] == expected
        assert owner(spec, "model") == "model"


@pytest.mark.parametrize(("version", "native"), [("1.20", False), ("1.32", False), ("1.33", True), ("1.37", True)])
def test_the_sidecar_is_native_where_that_is_stable(version: str, native: bool) -> None:
    """From 1.33 on it starts before the model and ends after it."""
    spec = template(deploy(), version)["spec"]
    assert [each["name"] for each in spec.get("initContainers", [])] == ["drift-sidecar"] * native
    assert [each["name"] for each in spec["containers"]] == ["model"] + ["drift-sidecar"] * (not native)


def test_init_containers_of_the_user_come_after_a_native_sidecar() -> None:
    """Both are there, each once."""
    spec = template(deploy(initContainers=[{"name": "fetch", "image": "fetch:1"}]), "1.33")["spec"]
    assert [each["name"] for each in spec["initContainers"]] == ["drift-sidecar", "fetch"]


@pytest.mark.parametrize("key", sorted(Settings.model_fields.keys() - {"listen", "upstream", "monitor", "health"}))
def test_what_the_sidecar_takes_over_while_it_runs_restarts_nothing(key: str) -> None:
    """A threshold changes the ConfigMap alone; what is read at the start changes the pods, too."""
    examples: Manifest = {
        "thresholds": {"warning": 0.1},
        "evidence": {"alpha": 0.01},
        "quality": {"threshold": 0.5},
        "alerts": {"webhook": "http://alerts"},
        "tap": {"cpu": 0.5},
        "window": {"rows": 10},
        "model": {"version": "2"},
        "redis": {"url": "redis://r"},
        "drain": 6,
        "baseline": "redis:income",
        "state": "/state",
    }
    changed = {**deploy(), "settings": {key: examples[key]}}
    assert (template(changed) == template(deploy())) == (key in RELOADED)
    if key != "baseline":
        assert yaml.safe_load(config(changed)["config.yaml"]) == {key: examples[key]}


def config(values: Manifest) -> Manifest:
    """Return what the ConfigMap holds."""
    data: Manifest = one(render(values), "ConfigMap")["data"]
    return data


def test_a_baseline_is_mounted_and_a_new_one_restarts_the_pods() -> None:
    """It is compared with from the start, so a change of it starts anew; without one there is no such file."""
    one_baseline, another = ({**deploy(), "baseline": text} for text in ('{"rows": 1}', '{"rows": 2}'))
    assert config(one_baseline)["baseline.json"].strip() == '{"rows": 1}'
    assert template(one_baseline) != template(another)
    assert "baseline.json" not in config(deploy())


def test_a_baseline_that_no_config_map_can_hold_is_refused() -> None:
    """The message says so, before the API server does in other words."""
    for size, fits in ((1_000_000, True), (1_000_001, False)):
        if fits:
            assert len(config({**deploy(), "baseline": "a" * size})["baseline.json"]) >= size
        else:
            with pytest.raises(RefusedError, match="more than a ConfigMap can hold"):
                render({**deploy(), "baseline": "a" * size})


def test_a_config_map_of_ones_own_replaces_the_chart_s() -> None:
    """It is mounted, and none is made."""
    manifests = render({**deploy(), "existingConfigMap": "mine"})
    assert not [each for each in manifests if each["kind"] == "ConfigMap"]
    assert {"name": "drift-sidecar-config", "configMap": {"name": "mine", "optional": True}} in one(manifests, "Deployment")[
        "spec"
    ]["template"]["spec"]["volumes"]


@pytest.mark.parametrize(
    ("drain", "asked", "granted"), [(0, 30, 30), (10, 30, 30), (11, 30, 31), (10.5, 30, 31), (5, 60, 60), (5, 1, 25)]
)
def test_a_pod_has_time_to_drain(drain: float, asked: int, granted: int) -> None:
    """The grace period is raised to the drain and 20 seconds, and never lowered."""
    values = {**deploy(terminationGracePeriodSeconds=asked), "settings": {"drain": drain}}
    assert template(values)["spec"]["terminationGracePeriodSeconds"] == granted


def test_replicas_are_the_autoscaler_s_where_there_is_one() -> None:
    """An upgrade must not undo what the autoscaler did."""
    assert one(render(deploy()), "Deployment")["spec"]["replicas"] == 2
    assert one(render(deploy(replicas=0)), "Deployment")["spec"]["replicas"] == 0
    scaled = render(deploy(autoscaling={"enabled": True, "minReplicas": 3}))
    assert "replicas" not in one(scaled, "Deployment")["spec"]
    target = one(scaled, "HorizontalPodAutoscaler")["spec"]
    assert (target["minReplicas"], target["scaleTargetRef"]["name"]) == (3, one(scaled, "Deployment")["metadata"]["name"])


@pytest.mark.parametrize(("version", "kind"), [("1.22", "Resource"), ("1.29", "Resource"), ("1.30", "ContainerResource")])
def test_the_autoscaler_looks_at_the_model_alone_where_it_can(version: str, kind: str) -> None:
    """From 1.30 on, what the sidecar uses does not add replicas."""
    (metric,) = one(render(deploy(autoscaling={"enabled": True}), Cluster(version)), "HorizontalPodAutoscaler")["spec"][
        "metrics"
    ]
    assert metric["type"] == kind


def test_traffic_gets_in_only_through_the_sidecar() -> None:
    """The network policy opens the sidecar's two ports, and the model's not."""
    policy = one(render(deploy()), "NetworkPolicy")["spec"]
    assert [port["port"] for rule in policy["ingress"] for port in rule["ports"]] == [15080, 15090]
    assert policy["policyTypes"] == ["Ingress"]
    closed = one(render(deploy(networkPolicy={"egress": [{"ports": [{"port": 53}]}]})), "NetworkPolicy")["spec"]
    assert closed["policyTypes"] == ["Ingress", "Egress"]


def test_a_token_of_the_model_is_not_the_sidecar_s() -> None:
    """Where the pod mounts a token, an empty folder stands in its place in the sidecar."""
    spec = template(deploy(serviceAccount={"automount": True}))["spec"]
    (sidecar,) = (each for each in containers(spec) if each["name"] == "drift-sidecar")
    assert spec["automountServiceAccountToken"] is True
    assert "/var/run/secrets/kubernetes.io/serviceaccount" in [mount["mountPath"] for mount in sidecar["volumeMounts"]]
    assert template(deploy())["spec"]["automountServiceAccountToken"] is False


def test_the_injector_leaves_a_deployed_model_alone() -> None:
    """With both ways in at once, one sidecar is enough."""
    assert template(deploy())["metadata"]["labels"]["drift-sidecar/inject"] == "false"


def test_a_model_without_an_image_is_refused() -> None:
    """The message names the value."""
    with pytest.raises(RefusedError, match=r"deploy\.model\.image"):
        render({"deploy": {"enabled": True}})


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("thresholds", {"warning": "high"}, "warning"),
        ("thresholds", {"wraning": 1}, "wraning"),
        ("listen", "0.0.0.0:1", "listen"),
        ("upstream", "127.0.0.1:1", "upstream"),
        ("tap", {"format": "json"}, "format"),
    ],
)
def test_settings_that_the_sidecar_would_not_accept_do_not_get_that_far(key: str, value: object, said: str) -> None:
    """Helm refuses them by the settings' own schema; what the pod decides is no setting here."""
    with pytest.raises(RefusedError, match=said):
        render({**cases.DEPLOY, "settings": {key: value}})


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ({"port": 15080}, "port 15080: the sidecar listens there itself"),
        ({"port": 15090}, "port 15090"),
        ({"port": 15021}, "port 15021"),
        ({"portName": "drift-monitor"}, "another port of the sidecar has it"),
        ({"portName": "drift-health"}, "another port of the sidecar has it"),
        ({"portName": "model"}, "past the sidecar"),
    ],
)
def test_a_port_that_is_the_sidecar_s_is_refused(model: Manifest, said: str) -> None:
    """Two containers of a pod cannot listen on one number, and one name cannot lead to both."""
    deploy = cases.DEPLOY["deploy"]
    with pytest.raises(RefusedError, match=said):
        render({"deploy": {**deploy, "model": {**deploy["model"], **model}}})


def test_a_hook_of_the_model_s_own_is_kept_whole() -> None:
    """A preStop has one handler; another hook does not keep the model from waiting for the sidecar."""
    own: Manifest = {"preStop": {"exec": {"command": ["stop"]}}}
    for given, kept in ((own, own["preStop"]), ({"postStart": own["preStop"]}, None)):
        found = template(deploy(model={"image": "a", "lifecycle": given}))["spec"]["containers"][0]["lifecycle"]
        assert found["preStop"] == (kept or {"httpGet": {"path": "/healthz/drain", "port": 15021, "scheme": "HTTP"}})
        assert given.items() <= found.items()


def test_pods_may_be_replaced_all_at_once() -> None:
    """`Recreate` leaves out what only a rolling update knows, so that it can be chosen by one value."""
    assert one(render(deploy(strategy={"type": "Recreate"})), "Deployment")["spec"]["strategy"] == {"type": "Recreate"}


def test_settings_arrive_as_they_were_meant() -> None:
    """Large, small and quoted numbers mean the same to the sidecar as they did in the values."""
    given = {
        "evidence": {"alpha": 1e-9},
        "tap": {"max_body": 8388609, "buffer": "32MiB"},
        "model": {"version": "1.10"},
        "thresholds": {"features": {"1": {"warning": 0.3}, "null": {"critical": 2}, "a: b": {"method": "ks"}}},
    }
    written = yaml.safe_load(config({**deploy(), "settings": given})["config.yaml"])
    assert Settings.model_validate(written) == Settings.model_validate(given)


def test_numbers_may_come_from_the_command_line() -> None:
    """``--set settings.thresholds.warning=0.3`` is text to helm, and a number to the sidecar."""
    cluster = Cluster(options=("--set", "settings.thresholds.warning=0.3,settings.window.rows=50"))
    written = yaml.safe_load(one(render(cases.DEPLOY, cluster), "ConfigMap")["data"]["config.yaml"])
    settings = Settings.model_validate(written)
    assert (settings.thresholds.warning, settings.window.rows) == (0.3, 50)
