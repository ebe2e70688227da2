"""How one engine reads: the settings and the baseline, put together once.

A baseline may have features that are not in any request: ``prediction``, or ``prediction.0`` and so on, are what the model
answered (`sidecar.decode.answers`). Only where it has one are answers read at all, and such a feature has no place among the
values of a row without names.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Protocol

from sidecar.columns import Column, Columns
from sidecar.decode.answers import PREDICTION, predictions
from sidecar.decode.mapping import Mapping
from sidecar.decode.model import Decoded, Row
from sidecar.decode.registry import decode
from sidecar.exchange.model import Exchange, Refusal


class MappingSettings(Protocol):
    """What the settings say of a format of one's own."""

    @property
    def rows(self) -> str | None:
        """Find the rows."""

    @property
    def names(self) -> str | None:
        """Find the names of their values."""

    @property
    def prediction(self) -> str | None:
        """Find the predictions in an answer."""

    @property
    def columns(self) -> Sequence[str]:
        """Name the values of rows without names."""


class TapSettings(Protocol):
    """What the settings say of reading."""

    @property
    def format(self) -> str:
        """Name the only format to try, or ``auto``."""

    @property
    def max_body(self) -> int:
        """Bound a body, in bytes."""

    @property
    def mapping(self) -> MappingSettings:
        """Say where rows are in a format of one's own."""


def reading(tap: TapSettings, names: Sequence[str], *, answers: bool = False) -> Callable[[Exchange], Decoded | Refusal]:
    """Return the function that turns an exchange into rows.

    Parameters
    ----------
    names
        The baseline's features in their order.
    answers
        Whether to read the answers in any case.
    """
    mapping = mapping_of(tap.mapping)
    order = tap.mapping.columns or [name for name in names if not is_prediction(name)]
    requests = partial(decode, order=tuple(order), format=tap.format, max_body=tap.max_body, mapping=mapping)
    wanted = frozenset(filter(is_prediction, names))
    if not (wanted or answers):
        return requests

    def both(exchange: Exchange) -> Decoded | Refusal:
        decoded = requests(exchange)
        if isinstance(decoded, Refusal):
            return decoded
        found = predictions(exchange, max_body=tap.max_body, mapping=mapping)
        return _joined(decoded, {name: found[name] for name in wanted & found.keys()})._replace(predictions=found)

    return both


def mapping_of(settings: MappingSettings) -> Mapping | None:
    """Compile a mapping; None if there is nothing to map."""
    if settings.rows is None and settings.prediction is None:
        return None
    return Mapping(settings.rows, settings.names, settings.prediction)


def is_prediction(name: str) -> bool:
    """Whether a feature is an answer of the model."""
    return name == PREDICTION or name.startswith(PREDICTION + ".")


def _joined(decoded: Decoded, answers: dict[str, Column]) -> Decoded:
    """Put what was answered beside what was asked, where there is one answer for each row."""
    fitting = {name: column for name, column in answers.items() if len(column) == decoded.rows}
    if not fitting:
        return decoded
    if decoded.columns is not None:
        columns = decoded.columns
        return decoded._replace(columns=Columns(columns.rows, {**fitting, **columns.values}, columns.strangers, columns.stale))
    answered: Iterable[Row] = (dict(zip(fitting, cells, strict=True)) for cells in zip(*fitting.values(), strict=True))
    return decoded._replace(records=[{**answer, **row} for answer, row in zip(answered, decoded.records or (), strict=True)])
