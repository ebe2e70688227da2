"""``inject --dry-run``: manifests in, manifests with sidecars out, for repositories instead of a cluster."""

import io
import json
from pathlib import Path
from typing import Any

import jsonpatch
import pytest
import yaml

from sidecar.cli import main

TEMPLATE = """
    metadata: {labels: {app: iris}}
    spec:
      containers:
      - {name: model, image: "iris:1", ports: [{name: http, containerPort: 8080}]}
"""
DEPLOYMENT = f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: iris-classifier}}
spec:
  selector: {{matchLabels: {{app: iris}}}}
  template: {TEMPLATE.replace(chr(10), chr(10) + "  ")}
"""
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: iris}\nspec: {ports: [{port: 80, targetPort: http}]}\n"


def run(text: str, *options: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """Run the command over `text` on standard input."""
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    return main(["inject", "--dry-run", "-", *options])


def documents(text: str) -> list[Any]:
    """Return the YAML documents in `text`."""
    return list(yaml.safe_load_all(text))


def names(template: Any, key: str = "containers") -> list[str]:
    """Return the names of a template's containers."""
    return [one["name"] for one in template["spec"].get(key) or []]


def test_a_deployment_gets_its_sidecar_and_its_service_stays(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Documents and keys keep their order; the model is called after the Deployment."""
    assert run(f"{DEPLOYMENT}---\n{SERVICE}", monkeypatch=monkeypatch) == 0
    out, err = capsys.readouterr()
    deployment, service = documents(out)
    template = deployment["spec"]["template"]
    assert list(deployment) == ["apiVersion", "kind", "metadata", "spec"]
    assert names(template) == ["model", "drift-sidecar"]
    assert {"name": "DRIFT_MODEL__NAME", "value": "iris-classifier"} in template["spec"]["containers"][1]["env"]
    assert template["metadata"]["labels"]["drift-sidecar/injected"] == "true"
    assert service == yaml.safe_load(SERVICE)
    assert err == "Deployment iris-classifier: injected\n"


def test_what_comes_out_is_left_as_it_is_when_it_comes_in_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Injected manifests in a repository can be put through again."""
    run(DEPLOYMENT, monkeypatch=monkeypatch)
    once = capsys.readouterr().out
    run(once, monkeypatch=monkeypatch)
    again = capsys.readouterr()
    assert again.out == once
    assert "(already_injected)" in again.err


@pytest.mark.parametrize("kind", ["StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Rollout"])
def test_every_workload_that_serves_is_known(
    kind: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever has a pod template in the usual place."""
    run(DEPLOYMENT.replace("Deployment", kind), monkeypatch=monkeypatch)
    [made] = documents(capsys.readouterr().out)
    assert names(made["spec"]["template"]) == ["model", "drift-sidecar"]


def test_a_pod_template_of_its_own_is_known(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Its template stands at the top, beside no spec."""
    template = yaml.safe_load(DEPLOYMENT)["spec"]["template"]
    run(yaml.safe_dump({"apiVersion": "v1", "kind": "PodTemplate", "template": template}), monkeypatch=monkeypatch)
    [made] = documents(capsys.readouterr().out)
    assert names(made["template"]) == ["model", "drift-sidecar"]


def test_jobs_are_left_alone(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """By the kind of the workload, for their templates do not say."""
    cron = "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: nightly}\nspec:\n  jobTemplate:\n    spec:\n      template:"
    cron += TEMPLATE.replace("\n", "\n    ")
    assert run(f"{DEPLOYMENT.replace('Deployment', 'Job')}---\n{cron}", monkeypatch=monkeypatch) == 0
    out, err = capsys.readouterr()
    assert "drift-sidecar" not in out
    assert err.count("(job)") == 2


def test_lists_are_looked_into(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """As `kubectl get -o yaml` prints them."""
    items = [yaml.safe_load(DEPLOYMENT), yaml.safe_load(SERVICE), None, {"kind": "List", "items": [yaml.safe_load(DEPLOYMENT)]}]
    run(yaml.safe_dump({"apiVersion": "v1", "kind": "List", "items": items}), monkeypatch=monkeypatch)
    [made] = documents(capsys.readouterr().out)
    assert names(made["items"][0]["spec"]["template"]) == ["model", "drift-sidecar"]
    assert names(made["items"][3]["items"][0]["spec"]["template"]) == ["model", "drift-sidecar"]
    assert made["items"][1:3] == items[1:3]


def test_the_version_of_the_cluster_decides_where_it_goes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As it does in the webhook's settings."""
    run(DEPLOYMENT, "--kubernetes", "1.33", monkeypatch=monkeypatch)
    [made] = documents(capsys.readouterr().out)
    assert names(made["spec"]["template"], "initContainers") == ["drift-sidecar"]


def test_a_patch_leads_from_the_document_to_the_injected_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line for each document, with the whole document as its root."""
    run(f"{DEPLOYMENT}---\n{SERVICE}", monkeypatch=monkeypatch)
    wanted = documents(capsys.readouterr().out)
    assert run(f"{DEPLOYMENT}---\n{SERVICE}", "--patch", monkeypatch=monkeypatch) == 0
    patches = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    given = documents(f"{DEPLOYMENT}---\n{SERVICE}")
    assert [jsonpatch.apply_patch(one, patch) for one, patch in zip(given, patches, strict=True)] == wanted
    assert patches[1] == []


def test_a_file_and_settings_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The settings file of the webhook serves here too."""
    (tmp_path / "pod.yaml").write_text(DEPLOYMENT, encoding="utf-8")
    (tmp_path / "inject.yaml").write_text("image: own:2\n", encoding="utf-8")
    assert main(["inject", "--dry-run", str(tmp_path / "pod.yaml"), "--config", str(tmp_path / "inject.yaml")]) == 0
    assert "image: own:2" in capsys.readouterr().out


def test_who_is_refused_makes_it_fail(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A pipeline finds out before the cluster does; the manifest comes out as it went in."""
    monkeypatch.setenv("DRIFT_INJECT_STRICT", "true")
    unnamed = DEPLOYMENT.replace("name: http, ", "")
    assert run(unnamed, monkeypatch=monkeypatch) == 2
    out, err = capsys.readouterr()
    assert documents(out) == documents(unnamed)
    assert "refused" in err
    assert "(unnamed_port)" in err


@pytest.mark.parametrize(
    ("text", "named"),
    [("", "nothing in it"), ("a: [", "expected"), ("- 1", "maps of keys"), ("a: &a\n  b: *a", "nested too deeply")],
)
def test_bad_input_is_named_and_nothing_is_printed(
    text: str, named: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exit code is 2, as everywhere."""
    assert run(text, monkeypatch=monkeypatch) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert named in err


@pytest.mark.parametrize("options", [["--dry-run", "/no/such.yaml"], ["--dry-run", "-", "--kubernetes", "newest"]])
def test_a_file_that_is_not_there_and_a_version_that_is_none_are_bad_input(
    options: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message says which."""
    monkeypatch.setattr("sys.stdin", io.StringIO(DEPLOYMENT))
    assert main(["inject", *options]) == 2
    assert ("/no/such.yaml" if "/no/such.yaml" in options else "kubernetes") in capsys.readouterr().err
