"""From scores to a status that a person can act on.

`judge` is the rule: a pure function of scores, evidence and thresholds. Around it, a `Rule` knows how to score the counts of
one baseline, a `Hold` lets a status fall only when the score has stayed low, a `Verdict` follows one stream of rows from
pane close to pane close and says when its status changes (`Transition`), and `report_on` writes everything down for people.
A `Stream` ties a verdict to its window.

Glossary
--------
score, evidence
    How far, and how surely (see :mod:`sidecar.score`).
fresh
    What the rule says of the window as it is, without memory.
held
    The step, warning or critical, that a feature has reached and not yet been cleared of.
finding
    What the scan of the window's newest parts has found (`Finding`), where the baseline allows for one.
alarm
    A status of warning or critical.
insufficient_data
    Nothing can be said, and why (`sidecar.reasons.Insufficiency`). Better than ok, because it is not called ok; worse too.
"""

from sidecar.verdict.hysteresis import CLEARING_CLOSES, CLEARING_SHARE, Hold
from sidecar.verdict.method import Method
from sidecar.verdict.opinion import Rule
from sidecar.verdict.report import FeatureReport, Report, WindowReport
from sidecar.verdict.report_on import report_on
from sidecar.verdict.rule import Judgement, judge
from sidecar.verdict.scan import Finding
from sidecar.verdict.scoring import Scorer, Scores
from sidecar.verdict.stream import Stream
from sidecar.verdict.thresholds import Limits, SupportsThresholds, Thresholds
from sidecar.verdict.verdict import Transition, Verdict

__all__ = [
    "CLEARING_CLOSES",
    "CLEARING_SHARE",
    "FeatureReport",
    "Finding",
    "Hold",
    "Judgement",
    "Limits",
    "Method",
    "Report",
    "Rule",
    "Scorer",
    "Scores",
    "Stream",
    "SupportsThresholds",
    "Thresholds",
    "Transition",
    "Verdict",
    "WindowReport",
    "judge",
    "report_on",
]
