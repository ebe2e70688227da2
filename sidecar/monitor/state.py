"""What the monitor shows: one object that the engine fills and the handlers read.

Rows come in through `MonitorState.observe`, whether from the tap or from a direct call, and time through `MonitorState.tick`;
both pass on the changes of status that they cause. Nothing else changes anything, so a page that is read a thousand times
shows what one that is never read would have shown.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sidecar import logs
from sidecar.alerts import Dispatcher, QualityWatch
from sidecar.columns import Columns
from sidecar.drift_detector import DriftDetector, Observation
from sidecar.metrics import ModelFigures, Source, TapFigures
from sidecar.reasons import Impairment
from sidecar.settings import Settings
from sidecar.verdict import Report, Transition

MAX_LABEL = 128
RELAY_SILENT_SECONDS = 10.0
REFUSED_SECONDS = 30.0
_EVALUATED_SECONDS = 10.0
_log = logs.get_logger(__name__)


@dataclass(slots=True)
class MonitorState:
    """The engine's state as its readers see it.

    Attributes
    ----------
    baseline_error
        Why there is no baseline, for people; None when there is one.
    settings_error
        Why the newest settings file was not taken, for people; None when it was.
    relay, relay_at
        The relay's newest figures, and when they came; None when none ever did.
    rows
        Rows counted so far, by source.
    newest_timestamp
        The newest ``timestamp`` that a direct call carried since it was last logged, in epoch seconds.
    refused_at
        When the relay last said that the model could not be reached.
    """

    settings: Settings
    detector: DriftDetector
    dispatcher: Dispatcher
    baseline_error: str | None = None
    settings_error: str | None = None
    model: ModelFigures = field(default_factory=ModelFigures)
    tap: TapFigures = field(default_factory=TapFigures)
    clock: Callable[[], float] = time.time
    relay: Mapping[str, Any] = field(default_factory=dict)
    relay_at: float | None = None
    rows: dict[Source, int] = field(default_factory=lambda: {"tap": 0, "direct": 0})
    newest_timestamp: float | None = None
    refused_at: float | None = None
    started_at: float = field(init=False)
    _evaluated: logs.Sparingly = field(init=False, default_factory=lambda: logs.Sparingly(_EVALUATED_SECONDS))
    _rows_logged: int = field(init=False, default=0)
    _quality: QualityWatch = field(init=False)

    def __post_init__(self) -> None:
        self.started_at = self.clock()
        self._quality = QualityWatch(self.settings.model.name)

    def observe(self, columns: Columns, *, source: Source, at: float, model_version: str | None = None) -> Observation:
        """Count rows and pass on what changes by them."""
        version = None if model_version is None else as_label(model_version)
        observation = self.detector.observe(columns, at=at, model_version=version)
        self.rows[source] += observation.rows
        self._pass_on(observation.transitions)
        return observation

    def tick(self, at: float) -> None:
        """Let time pass: close panes that are due, forget old ones, and write ``drift_evaluated`` now and then."""
        self._pass_on(self.detector.tick(at))
        self._look_at_quality(at)
        rows = self.rows["tap"] + self.rows["direct"]
        if rows != self._rows_logged and self._evaluated.ready(at):
            self._rows_logged = rows
            _log_evaluation(self.detector.report(at), self.newest_timestamp)
            self.newest_timestamp = None

    def hear_relay(self, figures: Mapping[str, Any]) -> None:
        """Take the relay's newest figures."""
        at = self.clock()
        if figures.get("refused_total", 0) > self.relay.get("refused_total", 0):
            self.refused_at = at
        self.relay, self.relay_at = figures, at
        self.tap.sampled_share = figures.get("sampled_share", 1.0) if self.settings.tap.cpu else 0.0
        self.tap.hear_relay(figures.get("dropped", {}), figures.get("sampled_out", 0))

    def impairments(self, at: float) -> list[Impairment]:
        """Return what keeps the sidecar from its work as of `at`."""
        found = {
            Impairment.NO_BASELINE: self.detector.profile is None,
            Impairment.SETTINGS_REJECTED: self.settings_error is not None,
            Impairment.RELAY_SILENT: self.relay_at is not None and at - self.relay_at > RELAY_SILENT_SECONDS,
            Impairment.UPSTREAM_UNREACHABLE: self.refused_at is not None and at - self.refused_at < REFUSED_SECONDS,
        }
        return [reason for reason, holds in found.items() if holds]

    def note_timestamp(self, moment: float | None) -> bool:
        """Keep the newest timestamp that rows carried, for the log, and return whether this one is stale.

        It is, if the row is older than any that the window holds. The window goes by arrival, and the row counts all the same.
        """
        if moment is None:
            return False
        self.newest_timestamp = max(moment, self.newest_timestamp or moment)
        return self.clock() - moment > self.settings.window.seconds

    def _look_at_quality(self, at: float) -> None:
        threshold = self.settings.quality.threshold
        versions = self.detector.versions if threshold is not None else []
        reports = [self.detector.report(at, model_version=version) for version in versions]
        for alert in self._quality.look(reports, threshold, at):
            self.dispatcher.dispatch_quality(alert)

    def _pass_on(self, transitions: list[Transition]) -> None:
        for transition in transitions:
            self.dispatcher.dispatch(transition)


def as_label(text: str) -> str:
    """Return `text` as it can be a label: of bounded length, and without what no encoding can write.

    >>> as_label("7"), as_label("x" * 999) == "x" * 128
    ('7', True)
    """
    return text[:MAX_LABEL].encode("utf-8", "replace").decode()


def _log_evaluation(report: Report, newest_timestamp: float | None) -> None:
    content = report.to_dict()
    _log.info(
        "drift_evaluated",
        status=content["status"],
        reason=content["reason"],
        drift_score=content["drift_score"],
        model_version=content["model_version"],
        window=content["window"],
        in_alarm=list(report.alarms),
        scores={name: feature["score"] for name, feature in content["features"].items()},
        newest_timestamp=newest_timestamp,
    )
