"""The other ways to get between: `swap`, which moves the model, and `redirect`, which moves its packets."""

import pytest

from tests.e2e import workload
from tests.e2e.cluster import Json, address, apply, rolled_out, until
from tests.e2e.prometheus import Prometheus
from tests.e2e.release import RELEASE, replaced, upgrade
from tests.e2e.report import note
from tests.e2e.wire import TALKS, conversation

MODELS = "models"
MOVED: Json = {"env": [{"name": "PORT", "value": str(workload.PORT)}], "command": ["python", "/model/model.py"]}
UNNAMED: Json = {
    "ports": [{"containerPort": workload.PORT}],
    "readinessProbe": {"httpGet": {"path": "/healthz", "port": workload.PORT}, "periodSeconds": 1},
}


def numbered(name: str) -> Json:
    """Return a Service that means the port by its number."""
    made = workload.service(name, MODELS)
    made["spec"]["ports"][0]["targetPort"] = workload.PORT
    return made


@pytest.mark.parametrize("mode", ["swap", "redirect"])
def test_a_numbered_port_is_watched(mode: str, release: str, bare: Json, prometheus: Prometheus) -> None:
    """A Service that means the port by number leads through the sidecar, and bytes stay the same."""
    more = (MOVED | UNNAMED) if mode == "swap" else UNNAMED
    if mode == "redirect":
        upgrade(RELEASE, "--set", "inject.settings.redirect=true")  # it is off for the whole cluster by default
        until(replaced, "no injector has the former settings")
    notes = {"drift-sidecar/mode": mode, "drift-sidecar/port": str(workload.PORT)}
    apply(workload.deployment(mode, MODELS, annotations=notes, containers=[workload.container(**more)]), numbered(mode))
    rolled_out(mode, MODELS)
    prometheus.find()
    for talk in TALKS:
        alone, through = (conversation(address(name, MODELS), talk) for name in ("bare", mode))
        assert through == alone, talk.name
    relayed = f'sum(drift_relay_accepted_connections_total{{app="{mode}"}})'
    until(lambda: (prometheus.value(relayed) or 0) >= len(TALKS), "the connections are counted")
    note(f"{len(TALKS)} conversations, {prometheus.value(relayed):g} connections relayed")
