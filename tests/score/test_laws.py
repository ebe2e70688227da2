"""What must hold for every pair of samples, whatever their counts."""

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sidecar import score
from sidecar.score.shares import Floats

SCORES = (score.psi_score, score.chi_square_score)
PLAIN = (score.psi, score.kl, score.js)
bins = st.integers(min_value=2, max_value=12)
parts = st.floats(min_value=0, max_value=1)


def histograms(size: int, *, least: int = 0) -> st.SearchStrategy[Floats]:
    """Return a strategy for counts of ``size`` bins that hold a row at least."""
    counts = arrays(np.int64, size, elements=st.integers(min_value=least, max_value=500))
    return counts.filter(lambda values: bool(values.sum() > 0))


pairs = bins.flatmap(lambda size: st.tuples(histograms(size), histograms(size)))


@given(bins.flatmap(histograms), st.integers(min_value=1, max_value=1000))
def test_equal_shares_score_nothing(baseline: Floats, times: int) -> None:
    """A window that repeats the baseline, at any size, scores 0, and so does every plain number."""
    for statistic in SCORES:
        assert statistic(times * baseline, baseline) == 0
        assert statistic(baseline, times * baseline) == 0
    for statistic in PLAIN:
        assert statistic(times * baseline, baseline) < 1e-6


@given(pairs, st.randoms(use_true_random=False))
def test_relabelling_the_bins_changes_nothing(pair: tuple[Floats, Floats], random: np.random.Generator) -> None:
    """Scores, plain numbers and evidence do not know the order of the bins."""
    window, baseline = pair
    order = list(range(len(window)))
    random.shuffle(order)
    for statistic in (*SCORES, *PLAIN, score.log_evidence):
        np.testing.assert_allclose(statistic(window[order], baseline[order]), statistic(window, baseline), rtol=1e-9, atol=1e-7)


@given(bins.flatmap(lambda size: histograms(size, least=1)), parts, parts)
def test_scores_grow_with_mixing_towards_a_shift(baseline: Floats, one: float, other: float) -> None:
    """The more of the baseline is replaced by a shifted one, the higher the score."""
    less, more = sorted((one, other))
    shifted = np.roll(baseline, 1)
    for statistic in SCORES:
        low = statistic((1 - less) * baseline + less * shifted, baseline)
        high = statistic((1 - more) * baseline + more * shifted, baseline)
        assert low <= high + 1e-9


@given(pairs, st.integers(min_value=1, max_value=5))
def test_padding_adds_nothing(pair: tuple[Floats, Floats], padding: int) -> None:
    """Bins that neither sample has a row in can be appended to any feature."""
    window, baseline = (np.pad(counts, (0, padding)) for counts in pair)
    for statistic in (*SCORES, *PLAIN, score.ks, score.log_evidence, score.bias, score.degrees_of_freedom):
        np.testing.assert_allclose(statistic(window, baseline), statistic(*pair), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(score.chi_square_test(window, baseline), score.chi_square_test(*pair), rtol=1e-9, atol=1e-12)


@given(pairs)
def test_psi_is_both_divergences_together(pair: tuple[Floats, Floats]) -> None:
    """KL one way and KL the other way add up to PSI."""
    window, baseline = pair
    assume(score.kl(window, baseline) > 0)
    assume(score.kl(baseline, window) > 0)
    total = score.kl(window, baseline) + score.kl(baseline, window)
    np.testing.assert_allclose(total, score.psi(window, baseline), rtol=1e-9, atol=1e-12)


@given(pairs)
def test_every_number_stays_in_its_range(pair: tuple[Floats, Floats]) -> None:
    """Distances lie between 0 and 1, the chi-square score below 4, p-values are probabilities, and all are finite."""
    window, baseline = pair
    test = score.chi_square_test(window, baseline)
    assert 0 <= score.js(window, baseline) <= 1
    assert 0 <= score.ks(window, baseline) <= 1
    assert 0 <= score.chi_square_score(window, baseline) <= 4
    assert 0 <= score.psi_score(window, baseline) < np.inf
    assert 0 <= test.p_value <= 1
    assert 0 <= test.statistic < np.inf
    assert 0 <= test.dof <= score.degrees_of_freedom(window, baseline)


@given(pairs)
def test_effective_rows_never_exceed_the_smaller_sample(pair: tuple[Floats, Floats]) -> None:
    """Two samples together are never more certain than the smaller alone."""
    window, baseline = pair
    assert 0 < score.effective_rows(window, baseline) <= min(window.sum(), baseline.sum())
