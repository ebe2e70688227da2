"""Columns become counts.

Glossary
--------
layout
    A profile as arrays: two grids of bins, with the baseline's counts (`Layout`).
fine bin, score bin
    What is counted, and what is judged; every fine bin lies in exactly one score bin.
special bin
    One that is no range and no category of its own: missing, infinite, unseen, other (`Special`).
code
    The fine column of a cell (`encode`).
unit
    The whole-number scale on which a feature's values are added up.
issue
    What is odd about a cell that is counted all the same (`ISSUES`, `BIT`).
counts
    Histograms of rows that can be added and subtracted without loss (`Counts`, `tally`).
binned
    The rows of some windows in both grids, to be compared with the baseline's (`Binned`).
"""

from sidecar.histogram.binned import Binned
from sidecar.histogram.bins import ScoreBin
from sidecar.histogram.counts import Counts, tally
from sidecar.histogram.encode import Encoded, encode
from sidecar.histogram.grid import FIRST, Special
from sidecar.histogram.issues import BIT, ISSUES, issues_in
from sidecar.histogram.layout import Layout

__all__ = [
    "BIT",
    "FIRST",
    "ISSUES",
    "Binned",
    "Counts",
    "Encoded",
    "Layout",
    "ScoreBin",
    "Special",
    "encode",
    "issues_in",
    "tally",
]
