"""The rows of one model version: their window, and the verdict on it.

This is where the two meet. The window says when a pane has closed, the verdict says what that means, and neither knows the
other.
"""

from collections.abc import Iterable

from sidecar.histogram import Layout
from sidecar.verdict.opinion import Rule
from sidecar.verdict.report import Report, WindowReport
from sidecar.verdict.report_on import report_on
from sidecar.verdict.verdict import Transition, Verdict
from sidecar.window import Closed, Event, Totals, Window, WindowRule


class Stream:
    """The rows of one model version: their window, and the verdict on it."""

    def __init__(self, version: str, window_rule: WindowRule, layout: Layout, totals: Totals) -> None:
        self.window = Window(window_rule, layout, totals)
        self._verdict = Verdict(version, len(layout.names))
        self._reports: dict[bool, tuple[int, Rule, Report]] = {}

    def follow(self, events: Iterable[Event], rule: Rule) -> list[Transition]:
        """Judge the window at each event, and return the changes of status."""
        turns = (
            self._verdict.close(rule, rule.sight(self.window), event.at)
            if isinstance(event, Closed)
            else self._verdict.reset(event.at)
            for event in events
        )
        return [turn for turn in turns if turn]

    def end(self, at: float) -> list[Transition]:
        """Give the stream up: an alarm that nobody follows any longer must not stay on."""
        turn = self._verdict.reset(at)
        return [turn] if turn else []

    def report(self, rule: Rule, *, bins: bool) -> Report:
        """Return a report, the last one if nothing has changed since."""
        known = self._reports.get(bins)
        if known is None or known[0] != self.window.revision or known[1] is not rule:
            sight, window = rule.sight(self.window), self._window_report()
            report = report_on(rule, self._verdict, self.window.counts, sight, window, bins=bins)
            known = self._reports[bins] = (self.window.revision, rule, report)
        return known[2]

    def _window_report(self) -> WindowReport:
        window = self.window
        return WindowReport(
            rows=window.counts.rows,
            panes=window.panes,
            seconds=window.seconds,
            started=window.started,
            target_rows=window.rule.rows,
            unknown=window.counts.unknown,
            stale=window.counts.stale,
        )
