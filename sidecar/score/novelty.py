"""Values that the baseline has never seen: more of them are drift, fewer are not.

How many new values to expect, Good and Turing tell from the baseline alone: as many as it holds values once. That is right for
fresh rows. But rows may be less than fresh: the training data itself is sent through to see what happens, customers come
again, a cache is warmed. Then values arrive that are rare and known where new ones were promised, and nothing is wrong. So
the promise is read as a bound. As long as there are no more new values than promised, it does not matter which of the rare
values were seen before.
"""

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


def pool_fewer_new(window: Integers, baseline: Integers, unseen: int, other: int) -> tuple[Integers, Integers]:
    r"""Return both counts with the bins `unseen` and `other` made one, wherever the window has fewer new values than promised.

    .. math:: \frac{x_u}{x_u + x_o} < \frac{c_u}{c_u + c_o}

    with the baseline's counts after Good and Turing. A divergence of shares is never larger on pooled bins than on the bins
    apart, and the same where the two sides of the condition meet. Evidence on pooled bins is an e-value as well; to take
    one of two such by looking at the data makes its mean 2 at worst, where an alarm asks for a million.

    Parameters
    ----------
    window, baseline
        ``int64 (..., B)`` that broadcast.
    unseen, other
        Places of the two bins; the pool is put into `other`.

    References
    ----------
    I. J. Good, "The population frequencies of species and the estimation of population parameters", Biometrika 40, 1953.

    Examples
    --------
    A fifth of the rare values ought to be new. Three of ten are, which is more; or one is, which is not:

    >>> baseline = np.array([80, 4, 16])
    >>> [pool_fewer_new(np.array(rows), baseline, 1, 2)[0].tolist() for rows in ([40, 3, 7], [40, 1, 9])]
    [[40, 3, 7], [40, 0, 10]]
    >>> pool_fewer_new(np.array([40, 1, 9]), baseline, 1, 2)[1].tolist()
    [80, 0, 20]
    """
    new, rare = window[..., unseen], window[..., unseen] + window[..., other]
    promised, room = baseline[..., unseen], baseline[..., unseen] + baseline[..., other]
    fewer = new * room.astype(np.float64) < promised * rare.astype(np.float64)
    if not fewer.any():
        return window, baseline
    return _pooled(window, fewer, unseen, other), _pooled(baseline, fewer, unseen, other)


def _pooled(counts: Integers, where: NDArray[np.bool_], unseen: int, other: int) -> Integers:
    pooled = np.array(np.broadcast_to(counts, (*where.shape, counts.shape[-1])))
    moved = np.where(where, pooled[..., unseen], 0)
    pooled[..., unseen] -= moved
    pooled[..., other] += moved
    return pooled
