"""Pods written by hand, each for a reason that stands at its head, with what is expected of it."""

from pathlib import Path
from typing import Any

import jsonpatch
import kubernetes_validate
import pytest

from sidecar.inject import decide
from sidecar.inject.yaml_text import read_documents
from sidecar.settings.inject import InjectSettings
from tests.inject import oracle
from tests.inject.test_laws import pairs, port_of, sidecar_of, variables

Json = dict[str, Any]
FOLDER = Path(__file__).with_name("pods")
VERSIONS = ("1.25", "1.28", "1.29", "1.33", "1.37")
KNOWN_SINCE = {"pod_budget": "1.32", "istio_with_other_ports": "1.28"}


def load(file: Path) -> tuple[Json, Json]:
    """Return what is expected of a pod, and the pod."""
    expected, pod = read_documents(file.read_text(encoding="utf-8"))
    return expected["expect"], pod


CASES = {file.stem: load(file) for file in sorted(FOLDER.glob("*.yaml"))}
INJECTED = [name for name, (expected, _) in CASES.items() if "skip" not in expected]
SKIPPED = [name for name in CASES if name not in INJECTED]


def injected(name: str, version: str = "") -> tuple[Json, Json, Json, tuple[str, ...]]:
    """Return what is expected, the pod as it was and as it is, and the warnings."""
    expected, pod = CASES[name]
    decision = decide(pod, InjectSettings(kubernetes=version, **expected.get("settings", {})))
    assert decision.skip is None, decision.warnings
    assert jsonpatch.apply_patch(pod, decision.patch) == decision.pod
    return expected, pod, decision.pod, decision.warnings


def test_there_are_pods_of_both_kinds() -> None:
    """The folder was found, and its files were read."""
    assert len(INJECTED) > 20
    assert len(SKIPPED) > 15


@pytest.mark.parametrize("name", SKIPPED)
def test_a_pod_is_left_alone_for_its_reason(name: str) -> None:
    """The reason is the one expected, and the warning says it."""
    expected, pod = CASES[name]
    decision = decide(pod, InjectSettings())
    assert decision.skip == expected["skip"]
    assert decision.pod is pod
    assert decision.warnings[-1].startswith(f"drift-sidecar: not injected ({expected['skip']}): ")


@pytest.mark.parametrize("name", INJECTED)
def test_a_pod_is_injected_as_expected(name: str) -> None:
    """The sidecar has the name, listens where it should, and sends to where the model is."""
    expected, _, pod, warnings = injected(name)
    sidecar = sidecar_of(pod)
    environment = variables(sidecar)
    assert sidecar["ports"][0]["name"] == expected["name"]
    assert port_of(environment["DRIFT_LISTEN"]) == expected["listen"]
    assert environment["DRIFT_UPSTREAM"] == f"127.0.0.1:{expected['model']}"
    assert oracle.endpoints(pod, expected["name"]) == [("drift-sidecar", expected["listen"])]
    names = [one["name"] for one in oracle.every_container(pod)]
    assert len(set(names)) == len(names)
    wanted = expected.get("warnings", [])
    assert len(warnings) == len(wanted)
    assert all(words in warning for words, warning in zip(wanted, warnings, strict=True))


@pytest.mark.parametrize("name", INJECTED)
def test_its_probes_reach_what_they_reached(name: str) -> None:
    """Each request of the kubelet goes to the same number, or to where that number's server is now."""
    expected, old, new, _ = injected(name)
    moved = {}
    if "swapped" in expected:
        moved = {expected["listen"]: expected["model"]}
    if "redirected" in expected:
        moved = {expected["model"]: expected["redirected"]}
    for before, after in pairs(old, new):
        was = [(handler, number) for handler, _, number in oracle.requests(before)]
        is_now = [(handler, number) for handler, _, number in oracle.requests(after)]
        stays = expected.get("elsewhere", [])
        wanted = [(handler, number if handler in stays else moved.get(number or 0, number)) for handler, number in was]
        assert is_now[: len(was)] == wanted


@pytest.mark.parametrize("name", INJECTED)
def test_only_the_variable_that_moves_the_model_changes(name: str) -> None:
    """Images, commands and every other variable are as they were."""
    expected, old, new, _ = injected(name)
    for before, after in pairs(old, new):
        for key in ("image", "command", "args", "volumeMounts", "resources", "securityContext"):
            assert before.get(key) == after.get(key)
        was, is_now = variables(before), variables(after)
        changed = {variable for variable in was if was[variable] != is_now[variable]}
        assert changed <= {expected.get("swapped")}
    if "swapped" in expected:
        assert str(expected["model"]) in [variables(one).get(expected["swapped"]) for one in oracle.every_container(new)]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", INJECTED)
def test_kubernetes_accepts_it(name: str, version: str) -> None:
    """The pod fits the schema of that version, which knows no field that it should not have."""
    if version < KNOWN_SINCE.get(name, ""):
        return  # the pod itself is newer than that
    _, _, pod, _ = injected(name, version)
    kubernetes_validate.validate(pod, version, strict=True)


@pytest.mark.parametrize("name", INJECTED)
def test_the_restricted_standard_holds(name: str) -> None:
    """The sidecar keeps to it whatever its pod does."""
    _, _, pod, _ = injected(name)
    assert oracle.violations(pod, sidecar_of(pod)) == []


def test_a_restricted_pod_stays_restricted() -> None:
    """Every container of a pod that kept to the standard still does."""
    _, _, pod, _ = injected("restricted_already")
    assert [oracle.violations(pod, one) for one in oracle.every_container(pod)] == [[], []]
    assert "volumes" not in pod["spec"]
