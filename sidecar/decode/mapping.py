"""Where rows are in a format of one's own: JMESPath expressions from the settings.

An expression finds values in a JSON document: ``payload.items[].features`` are the rows of some private format,
``payload.schema[*].name`` the names of their values, ``result.scores`` the predictions of its answer. What the expression for
the rows finds may have any of the usual forms (`rows_in`). Where it finds nothing, the traffic is not this format.

Expressions come from the operator and documents from clients, so an expression is compiled once, and a document on which it
fails (a function that is given the wrong type) is refused.
"""

from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from sidecar.decode.model import Decoded, Payload
from sidecar.decode.rows import named, rows_in
from sidecar.exchange.model import Refusal
from sidecar.reasons import TapReason


class Mapping:
    """A compiled mapping.

    Parameters
    ----------
    rows
        Finds the rows in a request's document; without it requests are read by the known formats.
    names
        Finds the names of the values of rows that are lists.
    prediction
        Finds the predictions in an answer's document.

    Examples
    --------
    >>> Mapping(rows="items[].x", prediction="y").predictions({"y": [0.5]})
    [0.5]
    """

    def __init__(self, rows: str | None = None, names: str | None = None, prediction: str | None = None) -> None:
        self._rows, self._names, self._prediction = map(_compiled, (rows, names, prediction))

    def decode(self, payload: Payload) -> Decoded | Refusal | None:
        """Return the rows where the settings say that they are; None if there is nothing."""
        if self._rows is None or isinstance(payload.document, Refusal):
            return None
        try:
            found = self._rows.search(payload.document)
            names = self._names.search(payload.document) if self._names is not None else None
        except (JMESPathError, TypeError, ValueError, ArithmeticError) as error:
            return Refusal(TapReason.BAD_ENVELOPE, f"the mapping fails: {type(error).__name__}")
        return None if found is None else _decoded(found, names, payload)

    def predictions(self, document: object) -> object:
        """Return what the answer predicts; None if nothing is there."""
        if self._prediction is None or isinstance(document, Refusal):
            return None
        try:
            return self._prediction.search(document)
        except (JMESPathError, TypeError, ValueError, ArithmeticError):
            return None


def _compiled(expression: str | None) -> Any:
    return None if expression is None else jmespath.compile(expression)


def _decoded(found: object, names: object, payload: Payload) -> Decoded | Refusal:
    if isinstance(names, list) and isinstance(found, list):
        lists = found if not found or isinstance(found[0], list) else [found]
        rows: Any = named(lists, names)
    else:
        rows = rows_in(found, payload.order)
    if rows is None:
        return Refusal(TapReason.BAD_ENVELOPE, "the mapping finds no rows")
    return payload.decoded(rows, "mapping")
