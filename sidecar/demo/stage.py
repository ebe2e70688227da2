"""The processes of a running demo: start them in order, end them in the reverse order, whatever happened in between.

The model comes first, since the relay opens a connection to it for every client; the sidecar goes first when all ends,
so that it can drain towards a model that still answers.
"""

import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from sidecar.demo.alerts import AlertReceiver
from sidecar.demo.children import Child, Command
from sidecar.demo.ports import HOST, Ports
from sidecar.demo.scenario import Scenario
from sidecar.demo.screen import Screen

# A model that imports and trains takes seconds, on a busy machine many; the sidecar must be there at once.
MODEL_SECONDS, SIDECAR_SECONDS = 120.0, 30.0
# Longer than the sidecar's own drain below, so that it is killed only if it hangs.
GRACE_SECONDS = 8.0
DRAIN_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Stage:
    """What runs, and where."""

    ports: Ports
    client: aiohttp.ClientSession
    children: tuple[Child, ...]
    logs: Path

    def must_run(self) -> None:
        """Raise if a child has ended."""
        for child in self.children:
            child.must_run()


def url(port: int, path: str = "") -> str:
    """Return the URL of `path` at a local port."""
    return f"http://{HOST}:{port}{path}"


@asynccontextmanager
async def opened(scenario: Scenario, ports: Ports, screen: Screen, receiver: AlertReceiver) -> AsyncIterator[Stage]:
    """Start the model, the alert receiver and the sidecar; end them all on the way out."""
    async with AsyncExitStack() as stack:
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="drift-demo-")))
        client = await stack.enter_async_context(aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)))
        webhook = await receiver.start()
        stack.push_async_callback(receiver.stop)
        children = []
        for command, seconds in ((model(scenario, ports), MODEL_SECONDS), (sidecar(scenario, ports, webhook), SIDECAR_SECONDS)):
            child = await Child.start(command, logs)
            stack.push_async_callback(child.stop, GRACE_SECONDS)
            took = await child.until_ready(client, seconds)
            screen.say(f"{command.name} is ready after {took:.1f} s: {' '.join(command.argv)}")
            children.append(child)
        yield Stage(ports, client, tuple(children), logs)


def model(scenario: Scenario, ports: Ports) -> Command:
    """Return the model's command."""
    played = scenario.model
    return Command("model", played.argv(ports.model), ready=url(ports.model, played.ready), environ=played.environ)


def sidecar(scenario: Scenario, ports: Ports, webhook: str) -> Command:
    """Return the sidecar's command: the one that a container runs, with its settings in the environment."""
    settings = {
        "DRIFT_LISTEN": f"{HOST}:{ports.traffic}",
        "DRIFT_UPSTREAM": f"{HOST}:{ports.model}",
        "DRIFT_MONITOR": f"{HOST}:{ports.monitor}",
        "DRIFT_HEALTH": f"{HOST}:{ports.health}",
        "DRIFT_BASELINE": str(scenario.baseline.resolve()),
        "DRIFT_MODEL__NAME": scenario.model.name,
        "DRIFT_MODEL__VERSION": scenario.model.version,
        "DRIFT_ALERTS__WEBHOOK": webhook,
        "DRIFT_DRAIN": str(DRAIN_SECONDS),
    }
    argv = (sys.executable, "-m", "sidecar", "run")
    return Command("sidecar", argv, ready=url(ports.monitor, "/monitor/health"), environ=settings)
