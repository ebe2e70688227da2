"""How often the rule alarms when nothing drifts, and how soon it alarms when something does: the tables of docs/statistics.md.

``make calibrate`` (``python -m benchmarks.calibrate``) prints them and keeps them in ``build/calibration.json``; it ends with 1
if a promise of the rule is missed. Everything is seeded. A part that is done is kept in ``.cache/calibrate`` and not done
again until ``--fresh``, so a run may be stopped and taken up. ``--short`` does a little of everything within a minute.

======================  ===========================================================================================
``__main__``            the command line
``columns``             the columns: Gaussian, skewed, zero-inflated, integers, Zipf-distributed categories
``streams``             the rule itself, applied to every pane close of a stream at once
``silence``             table 1: alarms without drift, of our rule and of plain PSI; and how often it says nothing
``delay``               table 2: rows until an alarm, for five drifts
``peers``               table 3: alarms without drift of other tools by their defaults
``flights``             table 4: a real year of flights in the order in which they were flown (``year`` reads it)
``replay``              table 5: training rows that are sent again
``kept``                results that survive a stop
======================  ===========================================================================================

The rule is not written a second time here: bins, counts, scores, evidence and judgement are those of :mod:`sidecar`. Only the
window is replaced, because most of a simulation's time would go into rows that come and leave: `streams` cuts a whole stream
into windows with a cumulative sum. A test holds it against the real detector, pane by pane.
"""
