"""Score the features of one baseline: each by its method, all of a method at once.

A feature of numbers is scored by PSI and one of categories by the chi-square effect size, unless the settings say otherwise
(:mod:`sidecar.verdict.method`).

Windows come as counts of shape ``(..., F, B)``: whatever is in front of features, the suffixes of a window or the windows of a
simulation, is scored at once.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sidecar.histogram import FIRST, Binned, Layout, Special
from sidecar.score import degrees_of_freedom, effective_of, fewer_new, log_evidence, pool
from sidecar.score.shares import Bools, Floats, over_bins
from sidecar.verdict.distances import Integers
from sidecar.verdict.group import Group
from sidecar.verdict.method import Method, Scale
from sidecar.verdict.overdispersion import OverDispersion


class Scores(NamedTuple):
    """What the rule needs to know of windows, ``float64 (..., F)`` each, of the baseline ``(F,)``.

    Attributes
    ----------
    score
        Less its bias; nan where the window, or the baseline, has no rows of the feature.
    mean, spread
        What chance makes of it (mu and sigma of :mod:`sidecar.verdict.method`), if rows are independent.
    phi
        How many rows count as one, because they are not.
    rows, baseline_rows
        Rows of the feature on either side.
    effective_rows
        Both together.
    """

    score: Floats
    mean: Floats
    spread: Floats
    phi: Floats
    rows: Floats
    baseline_rows: Floats
    effective_rows: Floats

    def at(self, place: int | slice) -> "Scores":
        """Return those of one window, or of some, along the first axis; the baseline's rows are the same for all."""
        return Scores._make(each if each is self.baseline_rows else each[place] for each in self)


class Scorer:
    """Scores windows against one baseline.

    Parameters
    ----------
    layout
        The baseline's bins and counts.
    wanted
        The method of each feature, None for the ordinary one.

    Attributes
    ----------
    methods
        The method of each feature.
    scale
        Where chance is taken off their scores.
    dispersion
        What the baseline expects of consecutive rows.
    misfits
        Names of features that the method wanted of them has no value for: distances of categories or of no numbers, and
        Wasserstein in deviations where there is no deviation. They are scored as if nothing had been wanted.
    """

    def __init__(self, layout: Layout, wanted: Sequence[Method | None] | None = None) -> None:
        wanted = wanted or [None] * len(layout.names)
        fits = [own is not None and _fits(layout, row, own) for row, own in enumerate(wanted)]
        ordinary = [Method.PSI if numeric else Method.CHI_SQUARE for numeric in layout.numeric]
        self.methods = [own if own and fit else usual for own, fit, usual in zip(wanted, fits, ordinary, strict=True)]
        self.misfits = tuple(
            name for name, own, fit in zip(layout.names, wanted, fits, strict=True) if own is not None and not fit
        )
        self.scale = Scale.of(self.methods)
        self.dispersion = OverDispersion(layout)
        rows = {method: [row for row, own in enumerate(self.methods) if own is method] for method in Method}
        self._groups = [Group(layout, method, np.array(own, dtype=np.int64)) for method, own in rows.items() if own]
        self._baseline = layout.evidence_counts
        self._baseline_rows = over_bins(layout.evidence_counts)

    @property
    def distances_matter(self) -> bool:
        """Whether any score is made of the fine bins."""
        return not {Method.KS, Method.WASSERSTEIN}.isdisjoint(self.methods)

    def scores(self, window: Binned, pace: float | None = None) -> Scores:
        """Score windows, whose rows come every `pace` seconds; as fast as the baseline's did where that is not known."""
        return self._scores(window, self._baseline, pace)

    def evidence(self, window: Integers, wanted: Bools, phi: Floats) -> Floats:
        """Return ``ln E`` of the wanted features, nan for the others; ``phi`` rows count as one."""
        return _evidence(window, self._baseline, wanted, phi)

    def judged(self, window: Binned, scores: Scores, evidence: Floats, pace: float | None = None) -> tuple[Scores, Floats]:
        """Return what the judgement is made of: scores and evidence, less what of both is only that new categories are few.

        Looked at are features whose evidence somebody asked for; see :mod:`sidecar.score.novelty`.
        """
        doubtful = np.isfinite(evidence) & fewer_new(window.score, self._baseline, Special.UNSEEN, Special.OTHER)
        if not doubtful.any():
            return scores, evidence
        one, other = (pool(counts, doubtful, Special.UNSEEN, Special.OTHER) for counts in (window.score, self._baseline))
        score = np.fmin(scores.score, self._scores(window._replace(score=one), other, pace).score)
        return scores._replace(score=score), np.fmin(evidence, _evidence(one, other, doubtful, scores.phi))

    def _scores(self, window: Binned, baseline: Integers, pace: float | None) -> Scores:
        rows = over_bins(window.score)
        together = effective_of(rows, self._baseline_rows)  # which pooling leaves as they are
        mean = degrees_of_freedom(window.score, baseline)
        statistic, spread = np.empty(rows.shape), np.sqrt(2 * mean)
        for group in self._groups:
            statistic[..., group.features] = group.statistic(window, baseline)
            if group.chance is not None:
                mean[..., group.features], spread[..., group.features] = group.chance
        phi = self.dispersion.phi(together, np.max(rows, axis=-1, initial=0.0), pace)
        bias = mean * phi / np.where(together > 0, together, np.nan)
        score = self.scale.back(np.maximum(self.scale.to(statistic) - bias, 0.0))
        return Scores(score, mean, spread, phi, rows, self._baseline_rows, together)


def _evidence(window: Integers, baseline: Integers, wanted: Bools, phi: Floats) -> Floats:
    evidence = np.full(wanted.shape, np.nan)
    if wanted.any():
        own = (baseline if baseline.shape == window.shape else np.broadcast_to(baseline, window.shape))[wanted]
        evidence[wanted] = log_evidence(window[wanted] / phi[wanted][:, np.newaxis], own)
    return evidence


def _fits(layout: Layout, row: int, method: Method) -> bool:
    if method is Method.KS:
        return bool(layout.numeric[row] and layout.fine_counts[row, FIRST:].any())
    return method is not Method.WASSERSTEIN or bool(layout.deviation[row] > 0)
