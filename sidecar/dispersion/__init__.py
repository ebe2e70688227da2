"""What the times of the baseline's rows tell: how much blocks of consecutive rows vary.

Glossary
--------
block
    Consecutive rows, in the order of their times; blocks of a length follow each other without a gap.
span
    The seconds from the begin of a block to that of the next, on average.
ladder
    The lengths that are looked at, each twice the one before: from about ten rows to an eighth of the baseline.
phi
    Over-dispersion: the factor by which blocks vary more than they would if rows were independent, at least 1.
"""

from sidecar.dispersion.ladder import Ladder
from sidecar.dispersion.learning import GRAVE, grave, learn
from sidecar.dispersion.times import epoch_seconds

__all__ = ["GRAVE", "Ladder", "epoch_seconds", "grave", "learn"]
