r"""The rule: what a score, its evidence and the number of rows say about a feature.

A status is an answer to two questions. *Is it far?* The score is above a threshold. *Is it sure?* The evidence is at least
``ln(F / alpha)``, so that among all ``F`` features one false alarm is expected in ``1 / alpha`` looks. Both yes: an alarm.
Far but not sure: nothing can be said yet. Not far: ok, if a drift as large as the threshold would have shown, which takes

.. math:: n_e \ge \frac{\mathrm{df} + 2 \sqrt{2 \, \mathrm{df}}}{\text{warning}}

effective rows: with fewer, chance alone moves PSI by as much as the threshold (mean ``df / n_e``, standard deviation
``sqrt(2 df) / n_e``, two of them). For ten bins and a threshold of 0.2 these are 88 rows beside a large baseline. Other
methods have a mean and a deviation of their own (:mod:`sidecar.verdict.method`).

With ``alpha = 1`` nobody asks for sureness: the bare score decides, and only a feature without rows is insufficient.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sidecar.reasons import Insufficiency, Status
from sidecar.score.shares import Bools, Floats
from sidecar.verdict.method import PLAIN_SCALE, Scale
from sidecar.verdict.scoring import Scores
from sidecar.verdict.thresholds import Limits

Ranks = NDArray[np.int8]

OK: Final = np.int8(Status.OK.rank)
INSUFFICIENT: Final = np.int8(Status.INSUFFICIENT.rank)
WARNING: Final = np.int8(Status.WARNING.rank)
CRITICAL: Final = np.int8(Status.CRITICAL.rank)

STATUSES: Final = tuple(sorted(Status, key=lambda status: status.rank))
"""The status of each rank."""

REASONS: Final = (None, *Insufficiency)
"""The reason of each code in `Judgement.reason`."""

_CODE: Final = {reason: np.int8(code) for code, reason in enumerate(REASONS)}


class Judgement(NamedTuple):
    """What is said of each feature, ``int8 (F,)`` both.

    Attributes
    ----------
    rank
        `Status.rank`, so that the worst status is the greatest.
    reason
        Place in `REASONS`; 0 unless the rank is that of insufficient_data.
    """

    rank: Ranks
    reason: NDArray[np.int8]


def judge(scores: Scores, evidence: Floats, limits: Limits, alpha: float, scale: Scale | None = None) -> Judgement:
    """Apply the rule to every feature; evidence is read only where the score exceeds the warning threshold.

    Examples
    --------
    Five features with 1000 rows beside 10 000, and a score of 0.3. Four have rows, so an alarm takes ln(4 / 1e-6) = 15.2:

    >>> rows = np.array([1000.0, 1000.0, 1000.0, 50.0, 0.0])
    >>> chance, together = (np.full(5, 9.0), np.full(5, 18**0.5)), rows / (1 + rows / 1e4)
    >>> scores = Scores(np.array([0.1, 0.3, 0.3, 0.1, np.nan]), *chance, np.ones(5), rows, np.full(5, 1e4), together)
    >>> limits = Limits(np.full(5, 0.2), np.full(5, 0.5))
    >>> found = judge(scores, np.array([np.nan, 15.3, 15.1, np.nan, np.nan]), limits, alpha=1e-6)
    >>> [str(STATUSES[rank]) for rank in found.rank]
    ['ok', 'warning', 'insufficient_data', 'insufficient_data', 'insufficient_data']
    >>> [reason and str(reason) for reason in map(REASONS.__getitem__, found.reason)]
    [None, None, 'no_evidence', 'too_few_rows', 'no_rows']
    """
    far = scores.score > limits.warning
    if alpha >= 1:
        sure, doubt = np.ones(far.shape, dtype=np.bool_), np.zeros(far.shape, dtype=np.int8)
    else:
        sure = evidence >= evidence_needed(scores.rows, alpha)
        doubt = _doubt(scores, evidence, rows_needed(scores, limits, scale or PLAIN_SCALE), far & ~sure)
    step = np.where(scores.score > limits.critical, CRITICAL, WARNING)
    reason = np.where(np.isnan(scores.score), _nothing(scores), np.where(far & sure, 0, doubt)).astype(np.int8)
    return Judgement(np.where(far & sure, step, np.where(reason > 0, INSUFFICIENT, OK)), reason)


def evidence_needed(rows: Floats, alpha: float) -> Floats:
    """Return the evidence that an alarm takes: ``ln(F / alpha)`` with ``F`` the number of features that have rows.

    Examples
    --------
    >>> f"{evidence_needed(np.array([100.0, 0.0, 100.0]), 1e-6)[0]:.2f}"
    '14.51'
    """
    features = np.count_nonzero(rows, axis=-1, keepdims=True)
    needed: Floats = np.log(np.maximum(features, 1) / alpha)
    return needed


def rows_needed(scores: Scores, limits: Limits, scale: Scale) -> Floats:
    """Return the effective rows from which on a score below the warning threshold means something.

    Examples
    --------
    >>> nine = Scores(*(np.array([value]) for value in (0.1, 9, 18**0.5, 1, 100, 1e4, 99)))
    >>> f"{rows_needed(nine, Limits(np.array([0.2]), np.array([0.5])), PLAIN_SCALE)[0]:.1f}"
    '87.4'
    """
    needed: Floats = (scores.mean + 2 * scores.spread) / scale.to(limits.warning)
    return needed


def _doubt(scores: Scores, evidence: Floats, needed: Floats, unsure: Bools) -> NDArray[np.int8]:
    """Return the code of what keeps each feature from being ok; 0 for nothing."""
    # The sample to blame is the smaller one; beside a baseline that is too small itself, no window is ever large enough.
    baseline = (scores.baseline_rows <= needed) | (scores.baseline_rows < scores.rows)
    few = np.where(baseline, _CODE[Insufficiency.BASELINE_TOO_SMALL], _CODE[Insufficiency.TOO_FEW_ROWS])
    unproven = np.where(np.isnan(evidence), _CODE[Insufficiency.BASELINE_TOO_SMALL], _CODE[Insufficiency.NO_EVIDENCE])
    return np.where(scores.effective_rows < needed, few, np.where(unsure, unproven, np.int8(0)))


def _nothing(scores: Scores) -> NDArray[np.int8]:
    """Return the code of why a feature has no score; where both sides have rows, none of the window's has a number."""
    some = np.where(scores.baseline_rows == 0, _CODE[Insufficiency.BASELINE_TOO_SMALL], _CODE[Insufficiency.TOO_FEW_ROWS])
    return np.where(scores.rows == 0, _CODE[Insufficiency.NO_ROWS], some)
