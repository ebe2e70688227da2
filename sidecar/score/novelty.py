"""Values that the baseline has never seen: more of them are drift, fewer are not.

How many new values to expect, Good and Turing tell from the baseline alone: as many as it holds values once. That is right for
fresh rows. But rows may be less than fresh: the training data itself is sent through to see what happens, customers come
again, a cache is warmed. Then values arrive that are rare and known where new ones were promised; the score is high, and
nothing is wrong. So the promise is read as a bound: where a window has fewer new values than promised, it is no alarm unless it
would be one also if nobody knew which of the rare values are new.
"""

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Bools = NDArray[np.bool_]


def fewer_new(window: Integers, baseline: Integers, unseen: int, other: int) -> Bools:
    r"""Return whether windows have fewer new values among their rare ones than the baseline promises.

    .. math:: \frac{x_u}{x_u + x_o} < \frac{c_u}{c_u + c_o}

    with the baseline's counts ``c`` after Good and Turing, and the places of the two bins.

    References
    ----------
    I. J. Good, "The population frequencies of species and the estimation of population parameters", Biometrika 40, 1953.

    Examples
    --------
    A fifth of the rare values ought to be new. Three of ten are, or two, or one:

    >>> baseline = np.array([80, 4, 16])
    >>> fewer_new(np.array([[40, 3, 7], [40, 2, 8], [40, 1, 9]]), baseline, unseen=1, other=2).tolist()
    [False, False, True]
    """
    new, rare = window[..., unseen], window[..., unseen] + window[..., other]
    promised, room = baseline[..., unseen], baseline[..., unseen] + baseline[..., other]
    fewer: Bools = np.multiply(new, room, dtype=np.float64) < np.multiply(promised, rare, dtype=np.float64)
    return fewer


def pool(counts: Integers, where: Bools, unseen: int, other: int) -> Integers:
    """Return counts, ``(..., B)``, with the bins `unseen` and `other` made one, in `other`, where that is wanted, ``(...)``.

    No divergence of shares is larger on pooled bins than on the bins apart, and evidence on pooled bins is an e-value too.

    Examples
    --------
    >>> pool(np.array([40, 1, 9]), np.array([True, False]), unseen=1, other=2).tolist()
    [[40, 0, 10], [40, 1, 9]]
    """
    pooled = np.array(np.broadcast_to(counts, (*where.shape, counts.shape[-1])))
    moved = np.where(where, pooled[..., unseen], 0)
    pooled[..., unseen] -= moved
    pooled[..., other] += moved
    return pooled
