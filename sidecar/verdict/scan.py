r"""The scan: whether a drift that is too young for the whole window shows in its newest part.

A part of few rows has a score that chance moves a lot, and there are several parts, so it takes more than the whole window's
threshold: three standard deviations more of what the score has if the drift is just as large as the threshold.

.. math:: \text{score} > t + \frac{3 \sqrt{\sigma^2 + 4 n_e t / \varphi}}{n_e / \varphi}

on the scale on which chance is additive (:mod:`sidecar.verdict.method`; sigma squared is 2 df for PSI), beside the evidence
that every alarm takes. A scan raises alarms and never lowers one, and says nothing of a part that is not drifting.
"""

from typing import NamedTuple

import numpy as np

from sidecar.score.shares import Floats
from sidecar.verdict.method import Scale
from sidecar.verdict.rule import CRITICAL, WARNING, Ranks
from sidecar.verdict.scoring import Scores
from sidecar.verdict.thresholds import Limits

MARGIN: float = 3.0
"""Standard deviations."""


class Finding(NamedTuple):
    """What a scan has found of each feature, ``(F,)`` each.

    Attributes
    ----------
    rank
        Of warning or critical, 0 where nothing was found.
    rows, score, evidence
        Of the shortest suffix that raises the alarm to that rank; nan where nothing was found.
    """

    rank: Ranks
    rows: Floats
    score: Floats
    evidence: Floats

    @classmethod
    def none(cls, features: int) -> "Finding":
        """Return the finding of a scan that found nothing, or was not made."""
        nothing = np.full(features, np.nan)
        return cls(np.zeros(features, dtype=np.int8), nothing, nothing, nothing)


def with_margin(threshold: Floats, scores: Scores, scale: Scale) -> Floats:
    """Return the score that a suffix has to exceed, on the scale of the score.

    Examples
    --------
    Ten bins, PSI, 60 rows beside many; then 1000 rows, then the same with phi 10:

    >>> from sidecar.verdict.method import PLAIN_SCALE
    >>> def least(rows: float, phi: float) -> str:
    ...     scores = Scores(*(np.array([value]) for value in (0.1, 9, 18**0.5, phi, rows, 1e9, rows)))
    ...     return f"{with_margin(np.array([0.2]), scores, PLAIN_SCALE)[0]:.2f}"
    >>> least(60, 1.0), least(1000, 1.0), least(1000, 10.0)
    ('0.61', '0.29', '0.50')
    """
    rows = np.maximum(scores.effective_rows, 1e-9) / scores.phi
    added = scale.to(threshold)
    return scale.back(added + MARGIN * np.sqrt(scores.spread**2 + 4 * rows * added) / rows)


def find(
    scores: Scores,
    evidence: Floats,
    limits: Limits,
    needed: Floats,
    scale: Scale,
    shown: tuple[Floats, Floats] | None = None,
) -> Finding:
    """Return what suffixes, the shortest first, ``(S, F)``, have found; `shown` is what to tell for score and evidence."""
    sure = evidence >= needed
    warning = sure & (scores.score > with_margin(limits.warning, scores, scale))
    critical = warning & (scores.score > with_margin(limits.critical, scores, scale))
    highest = np.where(critical.any(axis=0), critical, warning)
    found, first = highest.any(axis=0), (np.argmax(highest, axis=0), np.arange(highest.shape[1]))
    rank = np.where(found, np.where(critical.any(axis=0), CRITICAL, WARNING), 0).astype(np.int8)
    rows, score, sureness = (
        np.where(found, each[first], np.nan) for each in (scores.rows, *(shown or (scores.score, evidence)))
    )
    return Finding(rank, rows, score, sureness)
