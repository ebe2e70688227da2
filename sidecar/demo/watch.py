"""Watch the sidecar while traffic flows: look, note every change of verdict and every alert, show it."""

import asyncio

from sidecar.demo.alerts import describe
from sidecar.demo.history import Change, History
from sidecar.demo.screen import Screen, number
from sidecar.demo.stage import Stage
from sidecar.demo.traffic import Sent, Traffic
from sidecar.demo.view import Monitor, View
from sidecar.reasons import Status

LOOK_SECONDS = 0.25


class Watch:
    """Looks at the monitor API a few times a second, as a dashboard would, and takes the alerts.

    Parameters
    ----------
    screen : Screen
        where to show what is seen.
    """

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._metrics_shown = False
        self.history = History()
        self.alerts: list[dict[str, object]] = []

    def hear(self, alert: dict[str, object]) -> None:
        """Note an alert that the sidecar has sent."""
        self.alerts.append(alert)
        self._screen.say(describe(alert))

    @property
    def complete(self) -> bool:
        """Whether the verdict is critical, and whoever is on duty has been told."""
        return self.history.critical and any(alert.get("severity") == Status.CRITICAL for alert in self.alerts)

    async def until(self, stage: Stage, base: str, traffic: Traffic, *, stop_when_complete: bool) -> None:
        """Let `traffic` flow and watch until it ends, or until all has been seen if asked to stop there."""
        monitor = Monitor(stage.client, base)
        sending = asyncio.create_task(traffic.run())
        try:
            while not sending.done() and not (stop_when_complete and self._metrics_shown):
                stage.must_run()
                if traffic.sent is not None:
                    await self._look(monitor, traffic.sent)
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            sending.cancel()
            await asyncio.wait([sending])
        if not sending.cancelled():
            sending.result()

    def faults(self, traffic: Traffic) -> list[str]:
        """Return what was not as promised."""
        found = [self.history.fault()]
        if self.history.critical and not self.complete:
            found.append("no alert told of the critical verdict")
        if traffic.sent is not None and traffic.sent.failed:
            found.append(f"{traffic.sent.failed} requests failed, the last with {traffic.sent.last_failure}")
        return [fault for fault in found if fault is not None]

    async def _look(self, monitor: Monitor, sent: Sent) -> None:
        view = await monitor.view()
        change = self.history.see(view.status, sent.phase, sent.rows)
        if change is not None:
            self._screen.announce(self._describe(change, view), sent, view)
        self._screen.show(sent, view)
        if self.complete and not self._metrics_shown:
            self._metrics_shown = True
            self._screen.say("what Prometheus scrapes now:", *(f"    {line}" for line in await monitor.key_metrics()))

    def _describe(self, change: Change, view: View) -> str:
        blamed = ", ".join(view.alarms) or view.reason or "no feature in alarm"
        status = self._screen.status(change.status)
        return f"verdict: {status} after {change.rows:,} rows ({change.phase.name}); drift_score {number(view.score)}; {blamed}"
