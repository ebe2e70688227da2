"""Score the features of one baseline: each by its method, all of a method at once.

A feature of numbers is scored by PSI and one of categories by the chi-square effect size, unless the settings say otherwise
(:mod:`sidecar.verdict.method`). Features of a method are taken out of the common grid together, and without the columns
that none of them uses: a hundred numeric features have seventeen bins even where one categorical feature has fifty.

Windows come as counts of shape ``(..., F, B)``: whatever is in front of features, the suffixes of a window or the windows of a
simulation, is scored at once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, NamedTuple

import numpy as np

from sidecar.histogram import Binned, Layout, Special
from sidecar.score import (
    chi_square_effect,
    degrees_of_freedom,
    effective_rows,
    fewer_new,
    hellinger,
    js,
    log_evidence,
    pool,
    smoothed_kl,
    smoothed_psi,
)
from sidecar.score.shares import Bools, Floats, over_bins
from sidecar.verdict.distances import Distances, Integers
from sidecar.verdict.method import KS_CHANCE, WASSERSTEIN_CHANCE, Method, Scale
from sidecar.verdict.overdispersion import OverDispersion

Effect = Callable[[Floats, Floats], Floats]

EFFECTS: Final[Mapping[Method, Effect]] = {
    Method.PSI: smoothed_psi,
    Method.CHI_SQUARE: chi_square_effect,
    Method.KL: smoothed_kl,
    Method.JS: js,
    Method.HELLINGER: hellinger,
}
"""The statistics of score bins."""


class Scores(NamedTuple):
    """What the rule needs to know of windows, ``float64 (..., F)`` each.

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
        """Return those of one window, or of some, along the first axis."""
        return Scores._make(each[place] for each in self)


Statistic = Callable[[Floats, Floats, Binned], Floats]


@dataclass(frozen=True, slots=True)
class _Group:
    """Features of one method, the score bins that they have, and what works their statistic out."""

    features: Integers
    width: int
    statistic: Statistic

    def own(self, counts: Integers) -> Floats:
        """Return their counts, as what sums and logarithms are taken of."""
        return counts[..., self.features, : self.width].astype(np.float64)


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
        Names of features that the method wanted of them has no value for: distances of categories, and Wasserstein in
        deviations where there is no deviation. They are scored as if nothing had been wanted.
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
        self._ordinary = all(own in {Method.PSI, Method.CHI_SQUARE} for own in self.methods)
        self._groups = [_group(layout, method, self.methods) for method in Method if method in self.methods]
        self._baseline = layout.evidence_counts
        self._baseline_rows = over_bins(layout.evidence_counts)
        self._chance = _chance(layout, self.methods)

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
        statistic, freedom, together, rows = np.empty((4, *window.score.shape[:-1]))
        for group in self._groups:
            (x, c), own = (group.own(counts) for counts in (window.score, baseline)), group.features
            statistic[..., own], freedom[..., own] = group.statistic(x, c, window), degrees_of_freedom(x, c)
            together[..., own], rows[..., own] = effective_rows(x, c), over_bins(x)
        phi = self.dispersion.phi(together, np.max(rows, axis=-1, initial=0.0), pace)
        mean, spread = freedom, np.sqrt(2 * freedom)
        if not self._ordinary:
            mean, spread = (np.where(np.isnan(own), of, own) for own, of in zip(self._chance, (mean, spread), strict=True))
        bias = mean * phi / np.where(together > 0, together, np.nan)
        if self._ordinary:
            score = np.maximum(statistic - bias, 0.0)
        else:
            score = self.scale.back(np.maximum(self.scale.to(statistic) - bias, 0.0))
        return Scores(score, mean, spread, phi, rows, np.broadcast_to(self._baseline_rows, rows.shape), together)


def _evidence(window: Integers, baseline: Integers, wanted: Bools, phi: Floats) -> Floats:
    evidence = np.full(wanted.shape, np.nan)
    if wanted.any():
        own = np.broadcast_to(baseline, window.shape)[wanted]
        evidence[wanted] = log_evidence(window[wanted] / phi[wanted][:, np.newaxis], own)
    return evidence


def _fits(layout: Layout, row: int, method: Method) -> bool:
    if method is Method.KS:
        return bool(layout.numeric[row])
    return method is not Method.WASSERSTEIN or bool(layout.deviation[row] > 0)


def _group(layout: Layout, method: Method, methods: list[Method]) -> _Group:
    features = np.array([row for row, own in enumerate(methods) if own is method], dtype=np.int64)
    width = int(layout.score_of_fine[features].max(initial=0)) + 1
    if method in EFFECTS:
        return _Group(features, width, partial(_of_score_bins, EFFECTS[method]))
    own = Distances(layout, features)
    return _Group(features, width, partial(_of_fine_bins, own.ks if method is Method.KS else own.wasserstein_in_deviations))


def _of_score_bins(effect: Effect, x: Floats, c: Floats, _: Binned) -> Floats:
    return effect(x, c)


def _of_fine_bins(distance: Callable[[Binned], Floats], _: Floats, __: Floats, window: Binned) -> Floats:
    return distance(window)


def _chance(layout: Layout, methods: list[Method]) -> Floats:
    """Return mu and sigma of the features that have them from elsewhere than their degrees of freedom, ``(2, F)``; else nan."""
    chance = np.full((2, len(methods)), np.nan)
    chance[:, [own is Method.KS for own in methods]] = np.array(KS_CHANCE)[:, np.newaxis]
    areas = np.flatnonzero([own is Method.WASSERSTEIN for own in methods])
    if len(areas):
        chance[:, areas] = np.multiply.outer(WASSERSTEIN_CHANCE, Distances(layout, areas).bridges() ** 2)
    return chance
