"""The facade: rows in, statuses and reports out.

A `DriftDetector` is all that the rest of the sidecar knows of statistics. It finds the baseline's bin for every value
(:mod:`sidecar.histogram`), keeps a window of counts for each model version (:mod:`sidecar.window`), and has the window judged
whenever a pane closes (:mod:`sidecar.verdict`, by the scores of :mod:`sidecar.score`).

It does no I/O and has no clock: time comes in with the rows, or with `tick`. A day of traffic can be replayed in a second, and
the same rows at the same times always give the same history, however they were cut into batches and whoever read
reports in between.

Without a baseline it counts rows all the same. There are no features then, and so nothing to say but that: no_baseline.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from sidecar.baseline import Profile
from sidecar.columns import Columns
from sidecar.histogram import Counts, Encoded, Layout, encode, issues_in, tally
from sidecar.reasons import Issue
from sidecar.verdict import (
    Report,
    Rule,
    Stream,
    SupportsThresholds,
    Thresholds,
    Transition,
    Verdict,
    WindowReport,
    report_on,
)
from sidecar.window import Sight, Totals, WindowRule

VERSIONS: Final = 4
"""Model versions that are followed at once."""

_NO_FEATURES: Final = Profile(rows=0, features=())


@dataclass(frozen=True, slots=True)
class Observation:
    """What came of some rows.

    Attributes
    ----------
    model_version
        Whose rows they were taken for.
    rows
        How many.
    transitions
        Changes of status since the last call, oldest first; mostly none.
    names, encoded
        The baseline's features, and the rows in its bins; None without a baseline.
    """

    model_version: str
    rows: int
    transitions: list[Transition]
    names: tuple[str, ...]
    encoded: Encoded | None

    def issues(self, row: int) -> list[tuple[str, Issue]]:
        """Return what is odd about a row: the feature, and the issue."""
        if self.encoded is None:
            return []
        masks = zip(self.names, self.encoded.issues[:, row].tolist(), strict=True)
        known = [(name, issue) for name, mask in masks if mask for issue in issues_in(mask)]
        return known + [(name, Issue.UNKNOWN_FEATURE) for name in self.encoded.unknown_in(row)]


class DriftDetector:
    """Watches rows for drift from a baseline.

    Parameters
    ----------
    profile
        The baseline, or None where there is none.
    thresholds
        The scores at which features warn and become critical; a feature named here that the baseline does not have is
        left alone.
    window
        Which rows are judged together.
    alpha
        How often a false alarm is accepted, as a part of 1; 1 lets the bare score decide.
    model_version
        Whose rows they are where nobody says.

    Attributes
    ----------
    profile, layout
        The baseline, and its bins; None without one.
    names
        The baseline's features.
    totals
        What has been counted since the start.

    Examples
    --------
    Half a minute of a model's traffic, a second a row. The ages that arrive are twice those of the training data:

    >>> from sidecar.baseline import profile_of_records
    >>> from sidecar.columns import columns_of
    >>> ages = [20 + row % 40 for row in range(2000)]
    >>> profile = profile_of_records([{"age": age} for age in ages])
    >>> detector = DriftDetector(profile, window=WindowRule(rows=200))
    >>> for second, age in enumerate(ages[:30]):
    ...     for change in detector.observe(columns_of([{"age": 2 * age}]), at=1e9 + second).transitions:
    ...         print(f"second {second}: {change.previous} -> {change.status} by {', '.join(change.features)}")
    second 29: insufficient_data -> critical by age
    """

    def __init__(
        self,
        profile: Profile | None,
        *,
        thresholds: SupportsThresholds | None = None,
        window: WindowRule | None = None,
        alpha: float = 1e-6,
        model_version: str = "unknown",
    ) -> None:
        self.profile = profile
        self._layout = Layout(profile or _NO_FEATURES)
        self.layout = self._layout if profile else None
        self.names = self._layout.names
        self.totals = Totals.zero(self._layout)
        self._window_rule = window or WindowRule()
        self._thresholds = thresholds or Thresholds()
        self._rule = Rule.of(self._layout, self._thresholds, alpha)
        self._model_version = model_version
        self._streams: dict[str, Stream] = {}
        self._unreported: list[Transition] = []

    @property
    def versions(self) -> list[str]:
        """Return the model versions that are followed, the most recently seen first."""
        return list(reversed(self._streams))

    @property
    def misfits(self) -> tuple[str, ...]:
        """Return the features that the settings want scored by a method which has no value for them."""
        return self._rule.scorer.misfits

    def observe(self, columns: Columns, *, at: float, model_version: str | None = None) -> Observation:
        """Count rows that arrived at a time (epoch seconds), and judge the panes that they complete."""
        version = model_version or self._model_version
        encoded = self._encoded(columns)
        stream = self._seen(version, at)
        self._unreported += stream.follow(stream.window.feed(encoded, at), self._rule)
        return Observation(version, columns.rows, self._collect(), self.names, encoded if self.profile else None)

    def tick(self, at: float) -> list[Transition]:
        """Let time pass: panes close after ten seconds, old rows leave. Return the changes of status since the last call."""
        for stream in self._streams.values():
            self._unreported += stream.follow(stream.window.advance(at), self._rule)
        return self._collect()

    def report(self, at: float, *, model_version: str | None = None, bins: bool = False) -> Report:
        """Report on the window of a version, by default the one seen last.

        The window is as it is at that time, with the statuses of its last pane close or worse. Reading changes nothing: a
        pane whose ten seconds are over by then has closed at its own time, whoever finds out, and the transitions are kept
        for the next call of `observe` or `tick`. The same object is returned while nothing changes.

        Raises
        ------
        KeyError
            If no row of that version has been seen, or none for so long that four other versions were.
        """
        stream = self._stream(model_version)
        self._unreported += stream.follow(stream.window.advance(at), self._rule)
        return stream.report(self._rule, bins=bins)

    def batch(self, batches: Iterable[Columns]) -> Report:
        """Report, with bins, on some rows for themselves: nothing that has been counted is in it, and nothing is kept.

        It is the verdict on a window of exactly these rows that has no past.
        """
        counts = Counts.zero(self._layout)
        for columns in batches:
            encoded = self._encoded(columns)
            counts.add(tally(encoded, self._layout))
        rows = counts.rows
        window = WindowReport(
            rows=rows, panes=min(rows, 1), seconds=0.0, started=None, target_rows=max(rows, 1), unknown=counts.unknown, stale=0
        )
        verdict, sight = Verdict(self._model_version, len(self.names)), Sight.of_whole(counts, self._layout)
        return report_on(self._rule, verdict, counts, sight, window, bins=True)

    def configure(self, *, thresholds: SupportsThresholds | None = None, alpha: float | None = None) -> None:
        """Change the rule; what has been said stands until the next pane close, unless it has become worse."""
        self._thresholds = thresholds or self._thresholds
        self._rule = Rule.of(self._layout, self._thresholds, self._rule.alpha if alpha is None else alpha)

    def _encoded(self, columns: Columns) -> Encoded:
        """Find the bins of rows; without a baseline they are rows and nothing else."""
        return encode(columns if self.profile else replace(columns, values={}, strangers={}), self._layout)

    def _stream(self, version: str | None) -> Stream:
        if version is not None:
            return self._streams[version]
        if self._streams:
            return self._streams[next(reversed(self._streams))]
        return Stream(self._model_version, self._window_rule, self._layout, self.totals)

    def _seen(self, version: str, at: float) -> Stream:
        """Return the stream of a version, now the most recently seen; the fifth one makes the oldest leave."""
        stream = self._streams.pop(version, None)
        if stream is None:
            stream = Stream(version, self._window_rule, self._layout, self.totals)
            if len(self._streams) == VERSIONS:
                self._unreported += self._streams.pop(next(iter(self._streams))).end(at)
        self._streams[version] = stream
        return stream

    def _collect(self) -> list[Transition]:
        collected, self._unreported = sorted(self._unreported, key=lambda transition: transition.at), []
        return collected
