"""The order of the journey, and what its chapters share: the release, the models, Prometheus."""

import json
from collections.abc import Iterator

import pytest

from tests.e2e import workload
from tests.e2e.cluster import ROOT, Json, apply, everything, namespace, pods, rolled_out, work
from tests.e2e.prometheus import Prometheus, scraping
from tests.e2e.release import RELEASE, install

MODELS = "models"
SHOP = "shop"


@pytest.fixture(scope="session")
def short(request: pytest.FixtureRequest) -> bool:
    """Whether fewer and shorter phases are wanted."""
    return bool(request.config.getoption("--short"))


@pytest.fixture(scope="session")
def before() -> set[str]:
    """Return what was in the cluster before the chart came."""
    return everything()


@pytest.fixture(scope="session")
def release(before: set[str]) -> str:
    """Install the chart, as its README says."""
    namespace("drift-system")
    install(RELEASE)
    return RELEASE


@pytest.fixture(scope="session")
def baseline() -> str:
    """Return the baseline of the customers, on one line."""
    text = (ROOT / "baseline_data.json").read_text(encoding="utf-8")
    return json.dumps(json.loads(text))


@pytest.fixture(scope="session")
def bare() -> Json:
    """Deploy the model without asking for anything; return its pod."""
    namespace(MODELS)
    apply(workload.code(MODELS), workload.deployment("bare", MODELS), workload.service("bare", MODELS))
    rolled_out("bare", MODELS)
    return pods(MODELS, app="bare")[0]


@pytest.fixture(scope="session")
def watched(bare: Json, release: str, baseline: str) -> Json:
    """Deploy it with the label, and settings of its own; return its pod."""
    apply(
        workload.settings("watched", MODELS, baseline, warning=0.2, critical=0.5),
        workload.deployment("watched", MODELS, annotations={"drift-sidecar/config": "watched"}),
        workload.service("watched", MODELS),
    )
    rolled_out("watched", MODELS)
    return pods(MODELS, app="watched")[0]


@pytest.fixture(scope="session")
def prometheus(watched: Json) -> Iterator[Prometheus]:
    """Let Prometheus find injected pods by their label, as the chart's PodMonitor has it do."""
    with scraping(work()) as running:
        yield running
