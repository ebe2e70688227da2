"""What helm says after an installation: what to do next, with the names of this release."""

import shutil
from pathlib import Path

import pytest

from tests.chart import cases
from tests.chart.helm import Cluster, Manifest, render
from tests.chart.values_file import CHART


@pytest.fixture(scope="module")
def talking(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the chart with its notes among its objects, where `helm template` shows them."""
    folder = tmp_path_factory.mktemp("notes") / "drift-sidecar"
    shutil.copytree(CHART, folder)
    (folder / "templates" / "said.yaml").write_text('notes: {{ include (print $.Template.BasePath "/NOTES.txt") . | toJson }}')
    return folder


def notes(values: Manifest, talking: Path) -> str:
    """Return what helm says."""
    (found,) = (str(each["notes"]) for each in render(values, Cluster(chart=talking)) if "notes" in each)
    return found


WORDS = {
    "inject": [
        "rollout status deployment/drift-drift-sidecar-injector",
        "helm test -n drift-system drift",
        'drift-sidecar/inject: "true"',
    ],
    "deploy": ["http://drift-drift-sidecar.drift-system.svc:80", "service/drift-drift-sidecar-monitor", "--set-file baseline="],
    "include": ["drift-drift-sidecar-config", "drift-sidecar.containers"],
    "everything": ["https://model.example.com", "rollout status"],
}


@pytest.mark.parametrize("way", WORDS)
def test_each_way_in_is_told_what_comes_next(way: str, talking: Path) -> None:
    """The commands bear the names of the release, so that they can be copied."""
    said = notes(cases.ALL[way], talking)
    assert [words for words in WORDS[way] if words not in said] == []


def test_nothing_is_said_of_ways_that_are_not_taken(talking: Path) -> None:
    """Who deploys a model need not read about labels, and who injects need not read about a Service."""
    assert "rollout status" not in notes(cases.DEPLOY, talking)
    assert "port-forward" not in notes(cases.INJECT, talking)
    assert "podMonitor" not in notes({**cases.INJECT, "podMonitor": {"enabled": True}}, talking)
    assert "Nothing is switched on" in notes({"inject": {"enabled": False}}, talking)


def test_a_baseline_that_is_there_is_not_asked_for(talking: Path) -> None:
    """The advice to build one goes away with the need."""
    for given in ({"baseline": "{}"}, {"existingConfigMap": "mine"}, {"settings": {"baseline": "redis:income"}}):
        assert "no_baseline" not in notes({**cases.DEPLOY, **given}, talking)
