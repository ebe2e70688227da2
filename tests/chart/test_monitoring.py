"""What Prometheus and Grafana are given: every sidecar once, rules that Prometheus reads, a dashboard that is JSON."""

import json
import subprocess
from pathlib import Path

import yaml

from tests.chart import cases
from tests.chart.helm import Manifest, one, render
from tests.chart.values_file import CHART

ON = {kind: {"enabled": True} for kind in ("podMonitor", "serviceMonitor", "prometheusRule", "dashboard")}
ALL: Manifest = {**cases.DEPLOY, **ON}


def test_nothing_is_there_until_it_is_switched_on() -> None:
    """A cluster without the Prometheus operator does not know these kinds."""
    everything = render({**cases.DEPLOY, "inject": {"enabled": True}})
    assert not [each for each in everything if each["apiVersion"].startswith("monitoring.coreos.com")]
    assert not [each for each in everything if "dashboard" in each["metadata"]["name"]]


def test_each_sidecar_is_scraped_once() -> None:
    """The PodMonitor finds every sidecar, and leaves to the ServiceMonitor what that finds."""
    alone, both = (render({**cases.DEPLOY, "podMonitor": {"enabled": True}, **more}) for more in ({}, ON))
    labels = one(alone, "Deployment")["spec"]["template"]["metadata"]["labels"]
    assert one(alone, "PodMonitor")["spec"]["selector"] == {"matchLabels": {"drift-sidecar/injected": "true"}}
    assert labels["drift-sidecar/injected"] == "true"
    (left_out,) = one(both, "PodMonitor")["spec"]["selector"]["matchExpressions"]
    assert left_out == {
        "key": "app.kubernetes.io/instance",
        "operator": "NotIn",
        "values": [labels["app.kubernetes.io/instance"]],
    }


def test_the_service_monitor_finds_the_monitor_s_service_alone() -> None:
    """The clients' Service has no metrics."""
    manifests = render(ALL)
    wanted = one(manifests, "ServiceMonitor")["spec"]
    found = [
        each
        for each in manifests
        if each["kind"] == "Service" and each["metadata"]["labels"].items() >= wanted["selector"]["matchLabels"].items()
    ]
    assert [each["metadata"]["name"] for each in found] == ["drift-drift-sidecar-monitor"]
    assert wanted["endpoints"][0]["port"] == found[0]["spec"]["ports"][0]["name"]


def test_injected_pods_of_all_namespaces_are_found_unless_some_are_named() -> None:
    """Models live anywhere."""
    for named, expected in (([], {"any": True}), (["models"], {"matchNames": ["models"]})):
        monitor = one(render({"podMonitor": {"enabled": True, "namespaces": named}}), "PodMonitor")["spec"]
        assert monitor["namespaceSelector"] == expected
        assert (monitor["podMetricsEndpoints"][0]["port"], monitor["podMetricsEndpoints"][0]["path"]) == (
            "drift-monitor",
            "/monitor/metrics",
        )


def test_prometheus_reads_the_rules(tmp_path: Path) -> None:
    """What stands in the file and what helm makes of it are rules, word for word the same, and further groups are added."""
    more = {"name": "mine", "rules": [{"record": "drift:worst", "expr": "max(drift_score)"}]}
    spec = one(render({**ALL, "prometheusRule": {"enabled": True, "additionalGroups": [more]}}), "PrometheusRule")["spec"]
    source = yaml.safe_load((CHART / "files" / "rules.yaml").read_text(encoding="utf-8"))
    assert spec["groups"] == [*source["groups"], more]
    rendered = tmp_path / "rules.yaml"
    rendered.write_text(yaml.safe_dump(spec))
    done = subprocess.run(["promtool", "check", "rules", rendered], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_grafana_gets_the_dashboard_as_it_is() -> None:
    """The ConfigMap holds the file, unchanged."""
    data = one(render(ALL), "ConfigMap", "dashboard")["data"]
    assert json.loads(data["drift-sidecar.json"]) == json.loads(
        (CHART / "files" / "dashboard.json").read_text(encoding="utf-8")
    )
