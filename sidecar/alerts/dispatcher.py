"""Tell of every change of status: in the log, in a counter, to the receivers."""

import asyncio
import json
from dataclasses import dataclass, field

from yarl import URL

from sidecar import logs
from sidecar.alerts.incident import AlertBody, Incidents
from sidecar.alerts.quality import OddShare
from sidecar.alerts.webhook import Outcome, Webhook
from sidecar.reasons import Status
from sidecar.settings import Settings
from sidecar.verdict import Transition

_log = logs.get_logger(__name__)


@dataclass(slots=True)
class Dispatcher:
    """Hands each `Transition` to everyone who should know, without ever waiting.

    Attributes
    ----------
    counts
        Changes of status so far, by the status that was reached.
    quality_counts
        Quality alerts so far, by ``firing`` and ``resolved``.
    outcomes
        Messages to webhooks so far, by what became of them.
    """

    settings: Settings
    counts: dict[Status, int] = field(default_factory=lambda: dict.fromkeys(Status, 0))
    quality_counts: dict[str, int] = field(default_factory=lambda: {"firing": 0, "resolved": 0})
    outcomes: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    _incidents: Incidents = field(init=False)
    _webhook: Webhook | None = field(init=False)
    _retired: list[Webhook] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self._incidents = Incidents(self.settings.model.name)
        self._webhook = self._configured()

    def dispatch(self, transition: Transition) -> None:
        """Log, count and queue one change of status; to be called in the event loop."""
        alert = self._incidents.describe(transition)
        self.counts[Status(alert["severity"])] += 1
        _log.info("drift_alert", **alert)
        self._send(alert)

    def dispatch_quality(self, alert: OddShare) -> None:
        """Log, count and queue that there are many odd values, or no longer; to be called in the event loop."""
        self.quality_counts[alert["status"]] += 1
        _log.info("quality_alert", **alert)
        self._send(alert)

    def _send(self, alert: AlertBody) -> None:
        if self._webhook is not None:
            self._webhook.send(json.dumps(alert, allow_nan=False).encode())

    def reconfigure(self, settings: Settings) -> None:
        """Use the alert settings of `settings` from now on; what is queued still goes where it was meant to go."""
        changed = settings.alerts.webhook != self.settings.alerts.webhook
        self.settings = settings
        if changed:
            self._retired = [webhook for webhook in self._all() if webhook.busy]
            self._webhook = self._configured()

    async def close(self, deadline: float = 3.0) -> None:
        """Go on delivering what is queued for at most `deadline` seconds, then give it up."""
        await asyncio.gather(*(webhook.close(deadline) for webhook in self._all()))

    def _all(self) -> list[Webhook]:
        return [*self._retired, *([self._webhook] if self._webhook is not None else [])]

    def _configured(self) -> Webhook | None:
        text = self.settings.alerts.webhook
        if text is None:
            return None
        try:
            return Webhook(URL(text), outcomes=self.outcomes)
        except ValueError:
            _log.error("alerts_misconfigured", key="alerts.webhook")
            return None
