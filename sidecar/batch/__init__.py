"""A batch: rows that are judged for themselves, once, from a file or from the body of a request.

It uses the sources of :mod:`sidecar.baseline` and the rule of :mod:`sidecar.verdict`, without a window, a clock or a past. The
same report leaves as JSON, as text for a terminal, or as a page that can be mailed.

Glossary
--------
batch
    Some rows, and nothing before or after them.
source
    Where they come from, in batches of its own (`sidecar.baseline.source`).
document
    The report as JSON values (`document`).
rate
    The share of the rows that a quality issue has.
picture
    The shares of baseline and batch, bin by bin, as an inline SVG.
"""

from sidecar.batch.analyse import analyse
from sidecar.batch.document import document, issues_of
from sidecar.batch.page import page
from sidecar.batch.text import text

__all__ = ["analyse", "document", "issues_of", "page", "text"]
