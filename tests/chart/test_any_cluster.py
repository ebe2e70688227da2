"""Whatever is switched on, every Kubernetes from 1.20 on takes what is rendered for it, and both helms render the same."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.chart import cases
from tests.chart.helm import NEWEST, VERSIONS, Cluster, Manifest, containers, pod_specs, render, tool
from tests.chart.schemas import faults


def own(manifests: list[Manifest]) -> list[Manifest]:
    """Leave out objects whose schemas are not Kubernetes' own."""
    return [each for each in manifests if each["apiVersion"].partition("/")[0] not in cases.OPERATORS]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_object_is_valid_where_it_goes(version: str) -> None:
    """No unknown field, no wrong type, and no API that this version does not serve."""
    found = [(each["kind"], faults(each, version)) for each in own(render(cases.EVERYTHING, Cluster(version)))]
    assert [(kind, wrong) for kind, wrong in found if wrong] == []


def test_the_schemas_find_a_fault() -> None:
    """The test above would see a misspelt field, a wrong type and an API that has gone."""
    pod: Manifest = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": [{"name": "a"}]}}
    budget = {"apiVersion": "policy/v1beta1", "kind": "PodDisruptionBudget", "metadata": {"name": "a"}}
    assert faults(pod, NEWEST) == []
    assert "nmae" in faults({**pod, "spec": {"containers": [{"name": "a", "nmae": "b"}]}}, NEWEST)[0]
    assert faults({**pod, "spec": {"containers": [{"name": 1}]}}, NEWEST)
    assert faults(budget, "1.24") == []
    assert "not served" in faults(budget, NEWEST)[0]


@pytest.mark.parametrize(
    ("version", "autoscaling", "policy"),
    [
        ("1.20", "autoscaling/v2beta2", "policy/v1beta1"),
        ("1.21", "autoscaling/v2beta2", "policy/v1"),
        ("1.22", "autoscaling/v2beta2", "policy/v1"),
        ("1.23", "autoscaling/v2", "policy/v1"),
    ],
)
def test_api_versions_follow_the_cluster(version: str, autoscaling: str, policy: str) -> None:
    """Each version of Kubernetes gets the newest version of an API that it serves."""
    found = {each["kind"]: each["apiVersion"] for each in render(cases.EVERYTHING, Cluster(version))}
    assert (found["HorizontalPodAutoscaler"], found["PodDisruptionBudget"]) == (autoscaling, policy)


@pytest.mark.parametrize("values", cases.ALL.values(), ids=cases.ALL)
def test_both_helms_render_the_same(values: Manifest) -> None:
    """Helm 3 and helm 4 make the same objects; only a certificate is another each time."""
    rendered = [render(values, Cluster(helm=helm)) for helm in ("helm3", "helm4")]
    assert _masked(rendered[0]) == _masked(rendered[1])


def _masked(manifests: list[Manifest]) -> list[str]:
    return sorted(re.sub(r"LS0t[A-Za-z0-9+/=]+|'drift-sidecar/renew-after': '\d+'", "...", str(each)) for each in manifests)


@pytest.mark.parametrize("helm", ["helm3", "helm4"])
@pytest.mark.parametrize("values", cases.ALL.values(), ids=cases.ALL)
def test_helm_lints_without_a_word(helm: str, values: Manifest, tmp_path: Path) -> None:
    """``helm lint --strict`` finds nothing, whatever is switched on."""
    file = tmp_path / "values.json"
    file.write_text(json.dumps(values))
    command: list[str | Path] = [tool(helm), "lint", "--strict", "--quiet", Cluster().chart, "-f", file]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("version", ["1.20", "1.33"])
@pytest.mark.parametrize("values", cases.ALL.values(), ids=cases.ALL)
def test_every_pod_of_ours_satisfies_the_restricted_standard(values: Manifest, version: str) -> None:
    """Non-root, no privileges to gain, no capabilities, seccomp: in each container, or in the pod for all of them."""
    for spec in pod_specs(render(values, Cluster(version))):
        pod = spec["securityContext"]
        assert not any(spec.get(shared) for shared in ("hostNetwork", "hostPID", "hostIPC"))
        for container in containers(spec):
            if container["name"] in {"fetch", "shipper"}:
                continue  # what a user adds is the user's
            context = container["securityContext"]
            assert context["allowPrivilegeEscalation"] is False
            assert context["capabilities"] == {"drop": ["ALL"]}
            assert (pod | context)["runAsNonRoot"] is True
            assert (pod | context)["seccompProfile"] == {"type": "RuntimeDefault"}
            if container["name"] != "model":
                assert context["readOnlyRootFilesystem"] is True
                assert set(container["resources"]) == {"requests", "limits"}
