"""How much more consecutive rows of the baseline vary than independent ones, for blocks of several lengths.

It is learned where the baseline has a time for each row (:mod:`sidecar.dispersion`), and stored with the profile, because
evidence from a window depends on it. A profile without it is judged as if rows were independent, and without a scan.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dispersion:
    """The over-dispersion of a baseline's blocks.

    Attributes
    ----------
    column
        Where the times come from.
    seconds
        From the baseline's first row to its last.
    spans
        Lengths of blocks in seconds, ascending.
    rows
        Feature -> mean effective rows of the blocks of each length.
    phi
        Feature -> over-dispersion of the blocks of each length, at least 1.
    """

    column: str
    seconds: float
    spans: tuple[float, ...]
    rows: Mapping[str, tuple[float, ...]]
    phi: Mapping[str, tuple[float, ...]]

    def to_json(self) -> dict[str, object]:
        """Return the table as JSON values."""
        return {
            "column": self.column,
            "seconds": self.seconds,
            "spans": list(self.spans),
            "rows": {name: list(values) for name, values in self.rows.items()},
            "phi": {name: list(values) for name, values in self.phi.items()},
        }
