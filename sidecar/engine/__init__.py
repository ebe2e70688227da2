"""The engine: the process that reads the copy, judges it and says so.

Nothing here is on the path of the traffic, and everything here may fail: the relay drops what the engine does not take and
starts another engine when this one ends. So the engine may use libraries that are heavy, parse bytes that are hostile, and
fall behind; what it may not do is use more than its share of the CPU that the container's quota gives to both processes.

Follow a frame::

    socket pair --> inbox --> pipeline --> exchange --> decode --> columns --> drift_detector --> monitor, metrics, alerts
                      |
                    budget: how much CPU, and therefore what share of the exchanges

Glossary
--------
inbox
    reads frames in short slices and pauses when the budget is spent.
pipeline
    one reader a connection; rows of many exchanges are counted together.
budget
    the cores that tapped traffic may use; the relay is told the share of exchanges that fits.
beat
    the engine's sign of life; the relay kills an engine that is silent.
"""
