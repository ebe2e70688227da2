"""Play a scenario: set the stage, let traffic flow, show what the sidecar makes of it, and judge the end.

Exit codes: 0 when all went as promised, or when a person ended an endless demo with Ctrl-C; 1 when the verdict did not
go from ok to critical, or an answer through the sidecar was not the model's own; 2 when the demo could not be set up;
130 when `--once` was interrupted before its end.
"""

import asyncio
import json
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass

from sidecar.demo.alerts import AlertReceiver
from sidecar.demo.children import DemoError
from sidecar.demo.phases import endless, play
from sidecar.demo.ports import WELL_KNOWN, Ports, choose
from sidecar.demo.same import compare
from sidecar.demo.scenario import Scenario
from sidecar.demo.screen import Screen
from sidecar.demo.stage import Stage, opened, url
from sidecar.demo.traffic import Traffic
from sidecar.demo.watch import Watch

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Options:
    """How a demo is played.

    Parameters
    ----------
    once : bool
        end by itself after the first critical verdict, and judge the history.
    ports : Ports
        wished ports; taken ones are replaced.
    rate : float
        rows a second.
    connections : int
        keep-alive connections.
    seconds : float
        with `once`, the time after which a demo that did not reach critical has failed.
    seed : int
        which rows are drawn.
    """

    once: bool = False
    ports: Ports = WELL_KNOWN
    rate: float = 250.0
    connections: int = 8
    seconds: float = 180.0
    seed: int = 1


def run(scenario: Scenario, options: Options) -> int:
    """Play `scenario` until it ends or a person ends it; return the exit code."""
    screen = Screen(sys.stdout)
    try:
        return asyncio.run(_interruptible(scenario, options, screen))
    except DemoError as error:
        screen.say(f"demo: {error}")
        return 2


async def _interruptible(scenario: Scenario, options: Options, screen: Screen) -> int:
    """Turn the first signal into an orderly end; further ones find it under way."""
    piece = asyncio.create_task(_play(scenario, options, screen))
    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        loop.add_signal_handler(number, _first_only(piece.cancel))
    try:
        return await piece
    except asyncio.CancelledError:
        screen.say("stopped: model and sidecar have ended")
        return 130 if options.once else 0


def _first_only(act: Callable[[], object]) -> Callable[[], None]:
    done: list[bool] = []

    def handler() -> None:
        if not done:
            done.append(True)
            act()

    return handler


async def _play(scenario: Scenario, options: Options, screen: Screen) -> int:
    ports, notes = choose(options.ports)
    screen.say(scenario.title, *scenario.notes, *notes)
    watch = Watch(screen)
    async with opened(scenario, ports, screen, AlertReceiver(watch.hear)) as stage:
        faults = await compare(scenario, ports)
        same = "different" if faults else "the same bytes"
        screen.say(f"answers through the sidecar and direct: {same}", *links(scenario, ports))
        faults += await _until_the_end(watch, stage, traffic(scenario, options, stage), options)
    return _judge(screen, faults) if options.once else 0


async def _until_the_end(watch: Watch, stage: Stage, sender: Traffic, options: Options) -> list[str]:
    """Send and watch until the piece is over (once), or for ever; return what was not as promised."""
    try:
        async with asyncio.timeout(options.seconds if options.once else None):
            await watch.until(stage, url(stage.ports.monitor), sender, stop_when_complete=options.once)
    except TimeoutError:
        return [f"not over after {options.seconds:g} s", *watch.faults(sender)]
    return watch.faults(sender)


def traffic(scenario: Scenario, options: Options, stage: Stage) -> Traffic:
    """Return the traffic of `scenario`, through the sidecar."""
    phases = scenario.phases if options.once else endless(scenario.phases, scenario.back)
    batches = play(phases, scenario.pools, options.seed)
    target = url(stage.ports.traffic, scenario.model.predict)
    return Traffic(target, scenario.wrap, batches, rate=options.rate, connections=options.connections)


def _judge(screen: Screen, faults: list[str]) -> int:
    screen.say(*(f"FAILED: {fault}" for fault in faults), *([] if faults else ["PASSED: the verdict went as promised"]))
    return 1 if faults else 0


def links(scenario: Scenario, ports: Ports) -> list[str]:
    """Return where to look, and what to type in another terminal."""
    row = next(iter(scenario.pools.values()))[0]
    features = json.dumps({"features": dict(row)})
    asked = json.dumps(scenario.wrap((row,)))
    post = "curl -s -H 'Content-Type: application/json'"
    return [
        "",
        f"  report   {url(ports.monitor, '/monitor/drift')}",
        f"  metrics  {url(ports.monitor, '/monitor/metrics')}",
        f"  health   {url(ports.monitor, '/monitor/health')}",
        f"  probes   {url(ports.health, '/healthz/ready')}",
        "",
        "  ask the model, through the sidecar:",
        f"    {post} {url(ports.traffic, scenario.model.predict)} -d '{asked}'",
        "  ask the sidecar about a row:",
        f"    {post} {url(ports.monitor, '/monitor/predict')} -d '{features}'",
        "",
    ]
