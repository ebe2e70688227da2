"""The verdict on one stream of rows, carried from pane close to pane close.

`Rule.judge` has no memory: it says what the counts of a window mean. `Verdict` has the little memory that there is, the steps
that features are held at and what was said last, and turns closes into transitions. Between closes it can be asked what
to show: what was said at the last close, or what the rule says now if that is worse, so that nobody reads "ok" beside a
score that says otherwise.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np

from sidecar.histogram import Binned, Layout
from sidecar.reasons import Status
from sidecar.score.shares import Floats
from sidecar.verdict.distances import Integers
from sidecar.verdict.hysteresis import Hold
from sidecar.verdict.method import Method
from sidecar.verdict.plain import PlainComparison
from sidecar.verdict.rule import STATUSES, WARNING, Judgement, evidence_needed, judge
from sidecar.verdict.scan import Finding, find, with_margin
from sidecar.verdict.scoring import Scorer, Scores
from sidecar.verdict.thresholds import Limits, SupportsThresholds
from sidecar.window import Sight


@dataclass(frozen=True, slots=True)
class Transition:
    """A change of the overall status, which is worth an alert.

    Attributes
    ----------
    model_version
        Whose rows.
    previous, status
        The statuses before and after.
    drift_score
        The largest score at that moment; None without rows.
    features
        The features in alarm, highest score first.
    at
        Epoch seconds of the pane close, or of the moment at which the window became empty.
    window_rows
        Rows in the window.
    """

    model_version: str
    previous: Status
    status: Status
    drift_score: float | None
    features: tuple[str, ...]
    at: float
    window_rows: int


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

    def judge(self, sight: Sight, *, all_evidence: bool = False) -> Opinion:
        """Score a window and judge its features; evidence is worked out where a score asks for it, or everywhere."""
        every = self.scorer.scores(sight.parts, sight.pace)
        window, scores = sight.parts.at(-1), every.at(-1)
        far = scores.score > self.limits.warning
        evidence = self.scorer.evidence(window.score, scores.rows > 0 if all_evidence else far, scores.phi)
        judged, sureness = self._judged(window, scores, np.where(far, evidence, np.nan), sight.pace)
        whole = judge(judged, sureness, self.limits, self.alpha, self.scorer.scale)
        newest = slice(0, len(sight.rows) - 1)
        finding = self._scan(sight.parts.at(newest), every.at(newest), evidence_needed(scores.rows, self.alpha), sight.pace)
        raised = finding.rank > whole.rank
        rank, reason = np.where(raised, finding.rank, whole.rank), np.where(raised, np.int8(0), whole.reason)
        return Opinion(window.score, scores, evidence, Judgement(rank, reason), judged.score, finding)

    def _judged(self, window: Binned, scores: Scores, evidence: Floats, pace: float | None) -> tuple[Scores, Floats]:
        """Return the scores and evidence that decide; the bare ones where nobody asks for evidence."""
        return (scores, evidence) if self.alpha >= 1 else self.scorer.judged(window, scores, evidence, pace)

    def _scan(self, suffixes: Binned, scores: Scores, needed: Floats, pace: float | None) -> Finding:
        """Look at the suffixes, if there are any, and work evidence out only where a score is high enough."""
        wanted = scores.score > with_margin(self.limits.warning, scores, self.scorer.scale)
        if not wanted.any():
            return Finding.none(len(self.layout.names))
        evidence = self.scorer.evidence(suffixes.score, wanted, scores.phi)
        judged = self._judged(suffixes, scores, evidence, pace)
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


class Verdict:
    """What has been said of one stream of rows.

    Parameters
    ----------
    model_version
        Whose rows they are.
    features
        How many features the baseline has.

    Attributes
    ----------
    status
        The overall status at the last close.
    """

    def __init__(self, model_version: str, features: int) -> None:
        self.model_version = model_version
        self.status = Status.INSUFFICIENT
        self._hold = Hold(features)
        self._said: Judgement | None = None

    def close(self, rule: Rule, sight: Sight, at: float) -> Transition | None:
        """Judge the window at a pane close; return the transition if the overall status changes."""
        _, scores, _, fresh, judged, _ = rule.judge(sight)
        self._hold.close(fresh.rank, judged, rule.limits)
        self._said = _worse(fresh, Judgement(self._hold.rank, np.zeros_like(fresh.reason)))
        return self._turn(overall(self._said), _alarms(rule, scores, self._said), largest(scores.score), at, sight.rows[-1])

    def reset(self, at: float) -> Transition | None:
        """Forget everything: the window is empty, or the stream is given up."""
        self._hold.reset()
        self._said = None
        return self._turn(Status.INSUFFICIENT, (), None, at, 0)

    def show(self, fresh: Judgement) -> Judgement:
        """Return what to show of a window that the rule says this of now: that, or what was said at the last close."""
        return fresh if self._said is None else _worse(fresh, self._said)

    def _turn(self, status: Status, features: tuple[str, ...], score: float | None, at: float, rows: int) -> Transition | None:
        previous, self.status = self.status, status
        if status is previous:
            return None
        return Transition(self.model_version, previous, status, score, features, at, rows)


def overall(judgement: Judgement) -> Status:
    """Return the worst status of all features; insufficient_data when there are none."""
    return STATUSES[judgement.rank.max()] if len(judgement.rank) else Status.INSUFFICIENT


def largest(score: Floats) -> float | None:
    """Return the largest score; None where no feature has one."""
    best = float(np.fmax.reduce(score, initial=-1.0))
    return best if best >= 0 else None


def _alarms(rule: Rule, scores: Scores, judgement: Judgement) -> tuple[str, ...]:
    """Return the features in alarm, highest score first."""
    order = np.argsort(-scores.score, kind="stable")
    return tuple(rule.layout.names[row] for row in order if judgement.rank[row] >= WARNING)


def _worse(one: Judgement, other: Judgement) -> Judgement:
    """Return the worse of two judgements of each feature."""
    other_is = other.rank > one.rank
    return Judgement(np.where(other_is, other.rank, one.rank), np.where(other_is, other.reason, one.reason))
