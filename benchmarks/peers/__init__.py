"""How fast scores are, beside evidently, nannyml, alibi-detect and whylogs: one table from one run.

``make bench-peers`` (``python -m benchmarks.peers``) prints it and writes it to ``build/peers.json``; ``--check`` ends with 1
when a promise is missed, ``--short`` only shows that the harness works.

The question is the same for all: 20 numeric and 5 categorical columns, a baseline of 10 000 rows that is known beforehand, and
a window that is in memory in the form in which the tool likes it best, a data frame or arrays. The clock runs until every score
of every column is there, as Python values. What can be prepared of the baseline is prepared before, imports and a first,
cold call too. Each tool runs in a process of its own, the peers in an environment of their own; rounds are interleaved, and
the median of the rounds is shown.

======================  ===========================================================================================
``__main__``            the driver
``tables``              the data
``evaluation``          one evaluation of a hundred features, of the sidecar alone
``ours``                the sidecar's side; run by the Python of the project
``theirs``              the peers' side; run by the Python of ``.venv-peers``, also for calibration
======================  ===========================================================================================
"""
