"""What the project promises in numbers, and whether a run of the benchmark kept it.

A promise whose table was not asked for is left out. One that was asked for and could not be measured counts as broken,
because a check that passes over what it could not see is no check.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.report import Cell, table


@dataclass(frozen=True, slots=True)
class Promise:
    """A figure, what was measured, and the bound that it has to keep."""

    what: str
    measured: float | None
    bound: float
    at_least: bool = True

    @property
    def kept(self) -> bool:
        """Whether the figure was measured and keeps its bound."""
        if self.measured is None:
            return False
        return self.measured >= self.bound if self.at_least else self.measured <= self.bound


def at_least(what: str, measured: float | None, bound: float) -> Promise:
    """Return a promise that a figure is never below a bound.

    >>> at_least("a", 0.8, 0.8).kept, at_least("a", 0.79, 0.8).kept, at_least("a", None, 0.8).kept
    (True, False, False)
    """
    return Promise(what, measured, bound)


def at_most(what: str, measured: float | None, bound: float) -> Promise:
    """Return a promise that a figure is never above a bound.

    >>> at_most("a", 45.0, 45.0).kept, at_most("a", 45.1, 45.0).kept
    (True, False)
    """
    return Promise(what, measured, bound, at_least=False)


def text(promises: Sequence[Promise]) -> str:
    """Return the verdict table for people."""
    return table("Promises", [_row(promise) for promise in promises])


def _row(promise: Promise) -> dict[str, Cell]:
    verdict = "kept" if promise.kept else "not measured" if promise.measured is None else "MISSED"
    sign = ">=" if promise.at_least else "<="
    return {"promise": promise.what, "measured": promise.measured, "bound": f"{sign} {promise.bound:g}", "verdict": verdict}
