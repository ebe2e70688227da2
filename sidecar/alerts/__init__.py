"""Alerts: every change of status is told once, to the log, a counter and the receivers, and telling never waits.

Glossary
--------
transition
    a change of status at the close of a pane, as the detector reports it.
incident
    the time from the first alarm of a model version to its end; its alerts share an id.
quality alert
    an alert of its own for the share of odd values; it says so under ``kind``, and which under ``issues``.
firing, resolved
    whether the status that was reached is an alarm (``warning``, ``critical``) or not.
severity
    the status that was reached.
outcome
    what became of a message to a receiver: ``delivered``, ``refused`` (for good), ``given_up`` (out of patience) or
    ``dropped`` (the outbox was full, or the process ended).
"""

from sidecar.alerts.dispatcher import Dispatcher
from sidecar.alerts.incident import AlertBody, Incidents
from sidecar.alerts.outbox import Outbox
from sidecar.alerts.patience import Patience, seconds_asked
from sidecar.alerts.quality import OddShare, QualityWatch
from sidecar.alerts.webhook import Environment, Outcome, Webhook

__all__ = [
    "AlertBody",
    "Dispatcher",
    "Environment",
    "Incidents",
    "OddShare",
    "Outbox",
    "Outcome",
    "Patience",
    "QualityWatch",
    "Webhook",
    "seconds_asked",
]
