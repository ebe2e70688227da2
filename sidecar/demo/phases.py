"""Which rows are sent, in which order: pure, seeded, without end if asked for.

Drift rarely arrives as a wall. Here every phase mixes two pools, and the share of the second one rises in a straight
line, so that the scores rise past one threshold after the other as they do when a campaign gains pace or a rollout
reaches more clients.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from random import Random

Record = Mapping[str, object]
Pools = Mapping[str, Sequence[Record]]

# A model is asked for one row most of the time, and now and then for a few.
BATCH_SIZES = (1, 1, 1, 1, 2, 2, 4, 8)


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of traffic.

    Parameters
    ----------
    name, note : str
        what the table calls it, and what happens in it.
    rows : int
        how many rows it sends.
    start, end : str
        names of the pools; the share of `end` rises from 0 to 1 over the phase.
    calm : bool
        whether an alarm in it would be a false one.
    """

    name: str
    note: str
    rows: int
    start: str
    end: str
    calm: bool = False

    def share(self, index: int) -> float:
        """Return the chance that row `index` of the phase comes from `end`.

        >>> ramp = Phase("shifting", "", rows=4, start="a", end="b")
        >>> [ramp.share(i) for i in range(4)]
        [0.0, 0.25, 0.5, 0.75]
        """
        return index / self.rows


@dataclass(frozen=True, slots=True)
class Batch:
    """The rows of one request."""

    phase: Phase
    share: float
    records: tuple[Record, ...]


def play(phases: Iterable[Phase], pools: Pools, seed: int) -> Iterator[Batch]:
    """Yield requests of one to eight rows, phase after phase; endless if `phases` is.

    A pool starts again from its first row when all of it was sent.
    """
    rng = Random(seed)  # noqa: S311 - it picks rows, and guards nothing
    decks = {name: cycle(pool) for name, pool in pools.items()}
    for phase in phases:
        yield from _batches(phase, decks, rng)


def _batches(phase: Phase, decks: Mapping[str, Iterator[Record]], rng: Random) -> Iterator[Batch]:
    sent = 0
    while sent < phase.rows:
        share = phase.share(sent)
        size = min(rng.choice(BATCH_SIZES), phase.rows - sent)
        picks = (phase.end if rng.random() < share else phase.start for _ in range(size))
        yield Batch(phase, share, tuple(next(decks[name]) for name in picks))
        sent += size


def endless(phases: Sequence[Phase], back: Phase) -> Iterator[Phase]:
    """Yield the phases again and again, with `back` between two rounds.

    >>> from itertools import islice
    >>> calm, drifted = Phase("calm", "", 1, "a", "a"), Phase("drifted", "", 1, "b", "b")
    >>> [phase.name for phase in islice(endless([calm, drifted], calm), 4)]
    ['calm', 'drifted', 'calm', 'calm']
    """
    return cycle([*phases, back])
