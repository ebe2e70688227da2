"""How far the window is from the baseline: pure functions on arrays of counts.

Everything here takes counts of shape ``(..., B)``: the last axis runs over the bins of a feature, the axes before it over
features, windows, or whatever a caller compares at once, and broadcast against each other. Features with fewer bins than
``B`` are padded with zeros: a bin that neither sample has a row in adds nothing to any number, so a hundred features of
different shapes are one array and one call. There is no state, no clock and no I/O, and every function has its
formula, its source and an example that a person can check by hand (most of them the same one: a baseline of 50, 30 and 20
rows, a window of 18, 18 and 24).

Glossary
--------
window, ``x``, ``n``
    The live counts and their sum: the rows that are judged.
baseline, ``c``, ``m``
    The counts of the training data, and their sum.
bin in use
    One with ``x + c > 0``. ``df``, degrees of freedom, is their number less one.
score
    What thresholds compare with: :func:`psi_score` for numbers, :func:`chi_square_score` for categories. Both are less
    their bias, what they would be on average without any drift, so one threshold serves any number of rows.
evidence
    ``ln E`` of :func:`log_evidence`: how much better drift explains the window than no drift does.
phi
    Over-dispersion: how much more blocks of consecutive rows vary than independent rows would (:func:`over_dispersion`).
plain numbers
    :func:`psi`, :func:`kl`, :func:`js`, :func:`chi_square_test`, :func:`ks`, :func:`wasserstein`: the textbook values,
    shown beside the score for people to check and compare. No status depends on them.

A statistic of a sample without rows is ``nan``: there is nothing to be said.
"""

from sidecar.score.dispersion import block_statistic, excess, over_dispersion
from sidecar.score.distance import distances, ks, wasserstein
from sidecar.score.divergence import EMPTY_SHARE, divergences, js, kl, psi
from sidecar.score.effect import (
    chi_square_effect,
    chi_square_score,
    hellinger,
    less_bias,
    psi_score,
    smoothed_kl,
    smoothed_psi,
)
from sidecar.score.evidence import log_dirichlet_multinomial, log_evidence
from sidecar.score.homogeneity import ChiSquareTest, chi_square_test
from sidecar.score.novelty import fewer_new, pool
from sidecar.score.raw import ks_of_rows, wasserstein_of_rows
from sidecar.score.shares import bias, degrees_of_freedom, effective_of, effective_rows, in_use, shares

__all__ = [
    "EMPTY_SHARE",
    "ChiSquareTest",
    "bias",
    "block_statistic",
    "chi_square_effect",
    "chi_square_score",
    "chi_square_test",
    "degrees_of_freedom",
    "distances",
    "divergences",
    "effective_of",
    "effective_rows",
    "excess",
    "fewer_new",
    "hellinger",
    "in_use",
    "js",
    "kl",
    "ks",
    "ks_of_rows",
    "less_bias",
    "log_dirichlet_multinomial",
    "log_evidence",
    "over_dispersion",
    "pool",
    "psi",
    "psi_score",
    "shares",
    "smoothed_kl",
    "smoothed_psi",
    "wasserstein",
    "wasserstein_of_rows",
]
