"""The demo: a model, the sidecar in front of it, and traffic that drifts while a person watches.

A demo that mocks its parts proves nothing, so everything here is real: the model is a process that serves HTTP, the
sidecar is ``python -m sidecar run`` in another, and the rows travel over keep-alive connections through the relay. Only
the people who ask are invented. That also makes it the smallest system test there is: played once, it succeeds only if
the verdict went from ok over warning to critical, nobody's request failed, and no alarm came before the rows had
changed.

The main job needs nothing beyond the sidecar's own requirements (``python -m sidecar demo``); ``examples/`` plays the
same piece with a scikit-learn model, in an environment of its own.

Glossary
--------
pool
    rows of one kind, by name: ``trained`` looks like the baseline, others have drifted.
phase
    a stretch of the piece: so many rows, moving from one pool to another. In a *calm* phase nothing has drifted enough
    for an alarm to be right.
scenario
    all of a demo that differs from another: pools, phases, baseline, the model's command, how rows become a request.
stage
    the processes of a running demo, and the order in which they start and end.
view
    what a person sees of the sidecar's state at one moment.

Reading order: ``phases`` -> ``traffic`` -> ``view`` -> ``history`` -> ``screen`` -> ``stage`` -> ``play``.
"""
