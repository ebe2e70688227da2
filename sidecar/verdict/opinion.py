"""What is thought of a window as it is: the rule for one baseline, applied without memory."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np

from sidecar.histogram import Binned, Layout
from sidecar.score.shares import Floats
from sidecar.verdict.distances import Integers
from sidecar.verdict.method import Method
from sidecar.verdict.plain import PlainComparison
from sidecar.verdict.rule import Judgement, evidence_needed, judge
from sidecar.verdict.scan import Finding, find, with_margin
from sidecar.verdict.scoring import Scorer, Scores
from sidecar.verdict.thresholds import Limits, SupportsThresholds
from sidecar.window import Sight, Window


class Opinion(NamedTuple):
    """What is thought of a window.

    Attributes
    ----------
    window
        ``int64 (F, B)``: its rows in the score bins.
    scores, evidence
        How far each feature is, and how surely; evidence is nan where nobody asked for it.
    judgement
        What they lead to.
    judged
        The scores that it was made of (`Scorer.judged`).
    finding
        What the scan of the window's newest parts has found, which is in the judgement.
    """

    window: Integers
    scores: Scores
    evidence: Floats
    judgement: Judgement
    judged: Floats
    finding: Finding


@dataclass(frozen=True)
class Rule:
    """The rule for one baseline: its bins, the thresholds of its features, and how sure an alarm must be."""

    layout: Layout
    scorer: Scorer
    limits: Limits
    alpha: float

    @classmethod
    def of(cls, layout: Layout, thresholds: SupportsThresholds, alpha: float) -> Self:
        """Prepare the rule for a baseline."""
        wanted = [thresholds.method_of(name) for name in layout.names]
        scorer = Scorer(layout, [None if name is None else Method(name) for name in wanted])
        # No feature has the empty name: its thresholds are the common ones, for features whose own are of another scale.
        limits = Limits.of(thresholds, ("" if name in scorer.misfits else name for name in layout.names))
        return cls(layout, scorer, limits, alpha)

    @property
    def scans(self) -> bool:
        """Whether suffixes are looked at: where it is known how blocks vary, and evidence is asked for."""
        return self.scorer.dispersion.known and self.alpha < 1

    def sight(self, window: Window) -> Sight:
        """Look at a window as closely as the rule does."""
        return window.sight(suffixes=self.scans, distances=self.scorer.distances_matter)

    def judge(self, sight: Sight, *, all_evidence: bool = False) -> Opinion:
        """Score a window and judge its features; evidence is worked out where a score asks for it, or everywhere."""
        every = self.scorer.scores(sight.parts, sight.pace)
        window, scores = sight.parts.at(-1), every.at(-1)
        far = scores.score > self.limits.warning
        evidence = self.scorer.evidence(window.score, scores.rows > 0 if all_evidence else far, scores.phi)
        judged, sureness = self._judged(window, scores, np.where(far, evidence, np.nan), sight.pace)
        whole = judge(judged, sureness, self.limits, self.alpha, self.scorer.scale)
        finding = self._scan(sight, every, evidence_needed(scores.rows, self.alpha))
        raised = finding.rank > whole.rank
        rank, reason = np.where(raised, finding.rank, whole.rank), np.where(raised, np.int8(0), whole.reason)
        return Opinion(window.score, scores, evidence, Judgement(rank, reason), judged.score, finding)

    def _judged(self, window: Binned, scores: Scores, evidence: Floats, pace: float | None) -> tuple[Scores, Floats]:
        """Return the scores and evidence that decide; the bare ones where nobody asks for evidence."""
        return (scores, evidence) if self.alpha >= 1 else self.scorer.judged(window, scores, evidence, pace)

    def _scan(self, sight: Sight, every: Scores, needed: Floats) -> Finding:
        """Look at the suffixes, if there are any, and work evidence out only where a score is high enough."""
        newest = slice(0, len(sight.rows) - 1)
        if not newest.stop:
            return Finding.none(len(self.layout.names))
        suffixes, scores = sight.parts.at(newest), every.at(newest)
        wanted = scores.score > with_margin(self.limits.warning, scores, self.scorer.scale)
        if not wanted.any():
            return Finding.none(len(self.layout.names))
        evidence = self.scorer.evidence(suffixes.score, wanted, scores.phi)
        judged = self._judged(suffixes, scores, evidence, sight.pace)
        return find(*judged, self.limits, needed, self.scorer.scale, (scores.score, evidence))

    @cached_property
    def plain(self) -> PlainComparison:
        """Return what works out the plain numbers."""
        return PlainComparison(self.layout)

    @cached_property
    def bins(self) -> list[list[tuple[int, dict[str, object]]]]:
        """Return the column, and the JSON name, of each score bin of each feature."""
        rows = range(len(self.layout.names))
        return [[(own.column, own.to_json()) for own in self.layout.score_bins(row)] for row in rows]
