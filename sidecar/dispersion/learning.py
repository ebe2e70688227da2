"""Learn phi, for each feature and span, from baseline data that has times."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import log
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sidecar.baseline import BaselineError, Choices, Profile
from sidecar.baseline.build import PREDICTION
from sidecar.baseline.dispersion import Dispersion
from sidecar.baseline.source import Source, Wanted
from sidecar.columns import Columns
from sidecar.dispersion.ladder import Ladder
from sidecar.dispersion.times import epoch_seconds
from sidecar.histogram import Layout, encode
from sidecar.score import block_statistic, degrees_of_freedom, effective_rows, log_evidence, over_dispersion
from sidecar.score.shares import Floats

GRAVE: Final = 5.0
"""Phi of a thousand rows from which on a feature is pointed out: so many rows are then worth fewer than two hundred, and a
drift just above the threshold cannot be told from an ordinary day."""

SURPRISE: Final = log(1e4)
"""Evidence that the rest of a baseline may give against a block of it: less than an alarm takes, because a stream is looked at
in many more ways than these blocks lie; independent rows give so much in one block of ten thousand at most."""

TOLERATED: Final = 1e-3
"""Part of the blocks that may be surprising all the same: an accident in the training data is no custom."""

Integers = NDArray[np.int32]

_STEP: Final = 1.05
_WINDOW_ROWS: Final = 1000
_SLICE: Final = 1 << 22


def learn(source: Source, profile: Profile, column: str, choices: Choices | None = None) -> Profile:
    """Return the profile with what the times in a column of its data tell.

    The data is read twice more: for the times, and to count its rows in blocks.

    Raises
    ------
    BaselineError
        If there is no such column, or it holds no times, or a single one.
    """
    try:
        times = _times(source, column)
    except BaselineError as error:
        raise BaselineError(f"the time column {column!r} {error.fault}") from None
    layout = Layout(replace(profile, dispersion=None))
    ladder = Ladder(layout, times)
    for batch, cells in _rows(source, profile, column, choices or Choices()):
        ladder.count(encode(cells, layout), _of(batch, column))
    rungs = [(span, *_rung(counts)) for span, counts in ladder.rungs()]
    return replace(profile, dispersion=_table(column, float(np.ptp(times)), layout.names, rungs))


def grave(profile: Profile) -> Mapping[str, float]:
    """Return the features whose blocks of about a thousand rows vary so much that drift hides among them, with their phi."""
    table = profile.dispersion
    if table is None:
        return {}
    found = {name: float(np.interp(_WINDOW_ROWS, table.rows[name], table.phi[name])) for name in table.phi}
    return {name: phi for name, phi in found.items() if phi > GRAVE}


def _times(source: Source, column: str) -> NDArray[np.float64]:
    """Return the times of all rows that have one."""
    parts = [_of(batch, column) for batch in source.read(Wanted(only={column}))]
    times = np.concatenate(parts) if parts else np.empty(0)
    times = times[np.isfinite(times)]
    if not len(times) or np.ptp(times) == 0:
        raise BaselineError("holds one time only" if len(times) else "holds no times")
    return times


def _of(batch: Columns, column: str) -> NDArray[np.float64]:
    """Return the times of some rows."""
    cells = batch.values.get(column)
    return np.full(batch.rows, np.nan) if cells is None else epoch_seconds(cells)


def _rows(source: Source, profile: Profile, column: str, choices: Choices) -> Iterator[tuple[Columns, Columns]]:
    """Yield batches of rows as they are, and by the names of the features."""
    names = {column: column} if choices.prediction is None else {column: column, choices.prediction: PREDICTION}
    columns = {feature: own for own, feature in names.items()}
    kinds = {columns.get(feature.name, feature.name): feature.kind for feature in profile.features}
    for batch in source.read(Wanted(kinds, {column, *kinds})):
        yield (
            batch,
            Columns(batch.rows, {names.get(name, name): cells for name, cells in batch.values.items() if name in kinds}),
        )


def _rung(blocks: Integers) -> tuple[Floats, Floats]:
    """Return the mean effective rows of blocks, and their over-dispersion, ``(F,)`` both."""
    whole = blocks.sum(axis=0, dtype=np.int64)
    step = max(_SLICE // max(whole.size, 1), 1)
    parts = [blocks[start : start + step] for start in range(0, len(blocks), step)]
    statistic = np.concatenate([block_statistic(part, whole) for part in parts])
    together = np.concatenate([effective_rows(part, whole - part) for part in parts])
    filled = np.isfinite(statistic)
    rows = np.where(filled, together, 0.0).sum(axis=0) / np.maximum(filled.sum(axis=0), 1)
    mean = over_dispersion(statistic.T, degrees_of_freedom(whole, whole)).tolist()
    phi = [_calm(blocks[:, row], whole[row], statistic[:, row], mean[row]) for row in range(len(whole))]
    return rows, np.array(phi)


def _calm(blocks: Integers, whole: Integers, statistic: Floats, phi: float) -> float:
    """Return phi raised until the baseline is no evidence against itself.

    Days are not all alike, and the mean does not say how unlike they get: a feature may be calm for months and then have a
    storm. Of a thousand blocks one at most may be surprising; what the baseline does more often is no drift.
    """
    while True:
        odd = np.flatnonzero(statistic > SURPRISE * phi)  # X^2 / phi is more than ln E ever is
        surprising = log_evidence(blocks[odd] / phi, whole - blocks[odd]) > SURPRISE
        if np.count_nonzero(surprising) <= TOLERATED * len(blocks):
            return phi
        phi *= _STEP


def _table(column: str, seconds: float, names: tuple[str, ...], rungs: list[tuple[float, Floats, Floats]]) -> Dispersion:
    spans, rows, phi = zip(*rungs, strict=True)
    return Dispersion(
        column=column,
        seconds=seconds,
        spans=tuple(float(span) for span in spans),
        rows=_by_name(names, rows, digits=1),
        phi=_by_name(names, phi, digits=4),
    )


def _by_name(names: tuple[str, ...], columns: tuple[Floats, ...], digits: int) -> dict[str, tuple[float, ...]]:
    table = np.round(np.array(columns), digits).T.tolist()
    return {name: tuple(row) for name, row in zip(names, table, strict=True)}
