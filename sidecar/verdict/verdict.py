"""The verdict on one stream of rows, carried from pane close to pane close.

`Rule.judge` has no memory: it says what the counts of a window mean. `Verdict` has the little memory that there is, the steps
that features are held at and what was said last, and turns closes into transitions. Between closes it can be asked what
to show: what was said at the last close, or what the rule says now if that is worse, so that nobody reads "ok" beside a
score that says otherwise.
"""

from dataclasses import dataclass

import numpy as np

from sidecar.reasons import Status
from sidecar.score.shares import Floats
from sidecar.verdict.hysteresis import Hold
from sidecar.verdict.opinion import Rule
from sidecar.verdict.rule import STATUSES, WARNING, Judgement
from sidecar.verdict.scoring import Scores
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
        self._hold.close(fresh.rank, judged, scores.rows, rule.limits)
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
