"""Metrics: what Prometheus reads, collected from the live state at the moment of a scrape.

Nothing is kept twice: a collector reads counters that exist anyway, so reading changes nothing, and a series exists only for
the features of the baseline and for the words of closed lists.

Glossary
--------
figure
    a plain counter or gauge in memory, before it has a metric's name.
family
    all series of one metric name.
exposition
    the text of all families, in Prometheus' own format or in OpenMetrics, as the reader asks.
"""

from sidecar.metrics.figures import LATENCY_BOUNDS, STATUS_CLASSES, ModelFigures, Source, TapFigures

__all__ = ["LATENCY_BOUNDS", "STATUS_CLASSES", "ModelFigures", "Source", "TapFigures"]
