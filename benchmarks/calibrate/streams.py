"""The rule at every pane close of a stream at once.

A stream is encoded as it would be by the sidecar. Its rows are counted in panes, whose running sums give the counts of any
window by one subtraction; the rows of a suffix that fill no pane are counted apart. What comes out has one more axis in front,
that of the closes, and goes through the rule's own functions.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.calibrate.columns import Values
from sidecar.baseline import Choices, Profile, profile_of_columns
from sidecar.baseline.source import Table
from sidecar.columns import Columns
from sidecar.dispersion import learn
from sidecar.histogram import Binned, Layout, encode
from sidecar.score import psi
from sidecar.score.shares import Floats
from sidecar.verdict import Rule, Scores, Thresholds, judge
from sidecar.verdict.rule import INSUFFICIENT, WARNING, evidence_needed
from sidecar.verdict.scan import with_margin
from sidecar.window import WindowRule, suffix_rows

Grid = NDArray[np.int64]
Flags = NDArray[np.bool_]

AT_ONCE = 20_000_000
"""Cells of counts that are worked on together."""


def profile_of(columns: Mapping[str, Values], *, timed: bool) -> Profile:
    """Return the profile of columns, with their rows a second apart if it is to know of times."""
    if not timed:
        return profile_of_columns(columns)
    rows = len(next(iter(columns.values())))
    table = {**columns, "at": np.arange(float(rows))}
    return learn(Table(table), profile_of_columns(table, Choices(drop=frozenset({"at"}))), "at")


class Evaluated(NamedTuple):
    """What is said at each pane close at which the window is full, ``bool (closes, F)`` each.

    Attributes
    ----------
    alarms
        Features in warning or critical, by the window or a suffix of it.
    insufficient
        Features of which nothing can be said.
    naive
        Features whose plain PSI exceeds 0.2.
    """

    alarms: Flags
    insufficient: Flags
    naive: Flags


@dataclass(frozen=True, slots=True)
class Streams:
    """A baseline, and the rule by which windows are compared with it.

    Attributes
    ----------
    rule
        The rule.
    window
        Rows of a window.
    pane
        Rows of a pane.
    """

    rule: Rule
    window: int
    pane: int

    @classmethod
    def of(cls, profile: Profile, window: int, pane: int | None = None) -> "Streams":
        """Apply the rule as it is by default, to panes that close when they are full unless they close earlier."""
        return cls(Rule.of(Layout(profile), Thresholds(), 1e-6), window, pane or WindowRule(rows=window).pane_rows)

    def evaluate(self, columns: Mapping[str, Values]) -> Evaluated:
        """Judge a stream at every pane close with a full window."""
        parts = [self._judge(counts, suffixes) for counts, suffixes in self._closes(columns)]
        return Evaluated._make(np.concatenate(each) for each in zip(*parts, strict=True))

    def _closes(self, columns: Mapping[str, Values]) -> Iterator[tuple[Grid, list[tuple[int, Grid]]]]:
        """Yield the score bins' counts at some closes, ``(closes, F, B)``, and of each length of suffix, the shortest first."""
        layout, pane = self.rule.layout, self.pane
        codes = _score_codes(layout, columns)
        ends = np.arange(self.window, codes.shape[1] + 1, pane)
        step = max(AT_ONCE // (len(layout.names) * layout.score_width), 2)
        lengths = [*suffix_rows(self.window)] if self.rule.scans else []
        for start in range(0, len(ends), step):
            some = ends[start : start + step]
            yield (
                _counts(codes, some, self.window, pane, layout),
                [(length, _counts(codes, some, length, pane, layout)) for length in lengths],
            )

    def _judge(self, window: Grid, suffixes: list[tuple[int, Grid]]) -> Evaluated:
        rule = self.rule
        scores = self._scores(window)
        evidence = rule.scorer.evidence(window, scores.score > rule.limits.warning, scores.phi)
        judged, sureness = self._judged(window, scores, evidence)
        rank = judge(judged, sureness, rule.limits, rule.alpha, rule.scorer.scale).rank
        alarms = rank >= WARNING
        needed = evidence_needed(scores.rows, rule.alpha)
        for _, counts in suffixes:
            alarms |= self._found(counts, needed)
        naive = psi(window, rule.layout.score_counts) > 0.2
        return Evaluated(alarms, (rank == INSUFFICIENT) & ~alarms, naive)

    def _found(self, counts: Grid, needed: NDArray[np.float64]) -> Flags:
        """Return what suffixes of one length have found, ``(closes, F)``."""
        rule, scores = self.rule, self._scores(counts)
        margin = with_margin(rule.limits.warning, scores, rule.scorer.scale)
        wanted = scores.score > margin
        judged, sureness = self._judged(counts, scores, rule.scorer.evidence(counts, wanted, scores.phi))
        found: Flags = (judged.score > margin) & (sureness >= needed)
        return found

    def _scores(self, counts: Grid) -> Scores:
        """Score counts of the score bins; the default methods do not look at the fine ones. Rows are a second apart."""
        return self.rule.scorer.scores(Binned.of_score(counts), 1.0)

    def _judged(self, counts: Grid, scores: Scores, evidence: Floats) -> tuple[Scores, Floats]:
        return self.rule.scorer.judged(Binned.of_score(counts), scores, evidence, 1.0)


def _score_codes(layout: Layout, columns: Mapping[str, Values]) -> Grid:
    """Return the score bin of every cell, ``(F, rows)``; every cell has one."""
    rows = len(next(iter(columns.values())))
    fine = encode(Columns(rows, columns), layout).codes
    return np.take_along_axis(layout.score_of_fine, fine.astype(np.int64), axis=1)


def _counts(codes: Grid, ends: Grid, length: int, pane: int, layout: Layout) -> Grid:
    """Count the `length` rows before each of some ends, which are a pane apart."""
    panes, rest = divmod(length, pane)
    total = _tally(codes, ends - panes * pane, rest, layout)
    if panes:
        first = ends[0] - panes * pane + np.arange(0, (len(ends) + panes - 1) * pane, pane)
        sums = np.cumsum(_tally(codes, first + pane, pane, layout), axis=0)
        total += sums[panes - 1 :]
        total[1:] -= sums[: len(ends) - 1]
    return total


def _tally(codes: Grid, ends: Grid, rows: int, layout: Layout) -> Grid:
    """Count the `rows` rows before each end, no more than the ends are apart: ``(ends, F, B)``."""
    features, width = len(layout.names), layout.score_width
    places = (ends[:, np.newaxis] - rows + np.arange(rows)).ravel()
    block = np.repeat(np.arange(len(ends)), rows) * features
    flat = (block + np.arange(features)[:, np.newaxis]) * width + codes[:, places]
    counts = np.bincount(flat.ravel(), minlength=len(ends) * features * width)
    return counts.reshape(len(ends), features, width)


def without_scan(streams: Streams) -> Streams:
    """Return the same without what times told."""
    profile = replace(streams.rule.layout.profile, dispersion=None)
    return Streams.of(profile, streams.window, streams.pane)
