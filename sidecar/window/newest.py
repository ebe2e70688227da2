"""The newest blocks, added up: suffixes that are too long to be counted row by row."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sidecar.histogram import Counts
from sidecar.window.block import Block, Grid


class Newest(NamedTuple):
    """Some of the newest rows.

    Attributes
    ----------
    rows
        How many.
    fine, sums
        ``int64 (F, G)``: in fine bins; sums ``(F, 0)`` where nobody wants them.
    """

    rows: int
    fine: Grid
    sums: Grid


def newest(open_block: Counts, older: Iterable[Block], lengths: Sequence[int], *, sums: bool) -> Iterator[Newest]:
    """Yield, for each length that is not reached yet, as few of the newest blocks as hold so many rows at least.

    The open block is the newest one; `older` are the others, the newest first, and hold what the lengths ask for.
    """
    fine, total, rows = open_block.fine.copy(), open_block.sums.copy() if sums else None, open_block.rows
    blocks, yielded = iter(older), 0
    for least in lengths:
        if yielded >= least:
            continue
        while rows < least:
            block = next(blocks)
            block.join(fine, total)
            rows += block.rows
        yielded = rows
        yield Newest(rows, fine.copy(), fine[:, :0] if total is None else total.copy())
