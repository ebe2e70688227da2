"""Rows of a source against a baseline."""

from collections.abc import Iterator
from dataclasses import replace

from sidecar.baseline import BaselineError
from sidecar.baseline.build import PREDICTION
from sidecar.baseline.source import Source, Wanted
from sidecar.columns import Column, Columns
from sidecar.drift_detector import DriftDetector
from sidecar.verdict import Report


def analyse(source: Source, detector: DriftDetector, *, prediction: str | None = None) -> Report:
    """Return the report on all rows of a source.

    Parameters
    ----------
    source
        The rows.
    detector
        Whose baseline, thresholds and rule are used; what it has counted is not touched.
    prediction
        The column that holds what the model answered, where it is not called so.

    Raises
    ------
    BaselineError
        The source cannot be read, or has neither rows nor a feature of the baseline.
    """
    found: set[str] = set()
    report = detector.batch(_noted(_renamed(source.read(_wanted(detector, prediction)), prediction), found))
    if not report.window.rows:
        raise BaselineError("is empty: it has no rows")
    if prediction is not None and PREDICTION not in found:
        raise BaselineError(f"there is no column {prediction!r}")
    if detector.names and not found & set(detector.names):
        raise BaselineError(f"has none of the baseline's features: {_some(detector.names)}; it has {_some(sorted(found))}")
    return report


def _wanted(detector: DriftDetector, prediction: str | None) -> Wanted:
    """Ask for the baseline's features, as the kinds that they are there."""
    features = () if detector.profile is None else detector.profile.features
    kinds = {each.name: each.kind for each in features}
    if prediction is not None and PREDICTION in kinds:
        kinds[prediction] = kinds[PREDICTION]
    return Wanted(kinds, kinds.keys())


def _renamed(batches: Iterator[Columns], prediction: str | None) -> Iterator[Columns]:
    for columns in batches:
        values = columns.values
        if prediction is None or prediction not in values:
            yield columns
        else:
            renamed: dict[str, Column] = {name: cells for name, cells in values.items() if name != prediction}
            yield replace(columns, values=renamed | {PREDICTION: values[prediction]})


def _noted(batches: Iterator[Columns], found: set[str]) -> Iterator[Columns]:
    for columns in batches:
        found.update(columns.values)
        yield columns


def _some(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(names[:5]) + (", ..." if len(names) > 5 else "") if names else "nothing"
