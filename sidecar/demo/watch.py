"""Watch the sidecar while traffic flows: look, note every change of verdict, show it."""

import asyncio

from sidecar.demo.history import Change, History
from sidecar.demo.screen import Screen, number
from sidecar.demo.stage import Stage
from sidecar.demo.traffic import Sent, Traffic
from sidecar.demo.view import Monitor, View
from sidecar.reasons import Status

LOOK_SECONDS = 0.25


class Watch:
    """Looks at the monitor API a few times a second, as a dashboard would.

    Parameters
    ----------
    stage : Stage
        the running processes.
    screen : Screen
        where to show what is seen.
    base : str
        URL of the monitor API.
    """

    def __init__(self, stage: Stage, screen: Screen, base: str) -> None:
        self._stage, self._screen = stage, screen
        self._monitor = Monitor(stage.client, base)
        self.history = History()

    async def until(self, traffic: Traffic, *, stop_at_critical: bool, sending: asyncio.Task[None]) -> None:
        """Watch until the traffic ends, or until the verdict is critical if asked to stop there."""
        while not (stop_at_critical and self.history.critical):
            if sending.done():
                sending.result()
                return
            self._stage.must_run()
            if traffic.sent is not None:
                await self._look(traffic.sent)
            await asyncio.sleep(LOOK_SECONDS)

    def faults(self, traffic: Traffic) -> list[str]:
        """Return what was not as promised."""
        found = [self.history.fault()]
        if traffic.sent is not None and traffic.sent.failed:
            found.append(f"{traffic.sent.failed} requests failed, the last with {traffic.sent.last_failure}")
        return [fault for fault in found if fault is not None]

    async def _look(self, sent: Sent) -> None:
        view = await self._monitor.view()
        change = self.history.see(view.status, sent.phase, sent.rows)
        if change is not None:
            self._screen.announce(self._describe(change, view), sent, view)
        self._screen.show(sent, view)
        if change is not None and change.status is Status.CRITICAL:
            self._screen.say("what Prometheus scrapes now:", *(f"    {line}" for line in await self._monitor.key_metrics()))

    def _describe(self, change: Change, view: View) -> str:
        blamed = ", ".join(view.alarms) or view.reason or "no feature in alarm"
        status = self._screen.status(change.status)
        return f"verdict: {status} after {change.rows:,} rows ({change.phase.name}); drift_score {number(view.score)}; {blamed}"
