"""How fast the sidecar is, beside the proxies that one would otherwise put there: eight tables from one run.

``make bench`` (``python -m benchmarks``) prints them and writes them to ``build/benchmark.json``; ``--check`` ends with
1 when a promise of the project is missed; ``--short`` only shows that every part of the harness still works, in
seconds.

Way through the package, from the outside in:

======================  ===========================================================================================
``__main__``            the command line; runs the tables that were asked for
``throughput``          table 1: requests a second through each proxy, each alone on core 0, in interleaved rounds
``latency``             table 2: latency added at a fixed 1000 requests a second, with and without large bodies
``engine``              table 3: tapped requests a second that one core of engine reads, from recorded frames
``monitor``             table 4: direct calls of the monitor API a second
``startup``             table 5: seconds until the first relayed byte and the first verdict
``memory``              table 6: memory with 100 features, early and after a million requests
``decoding``            table 8: values a second that one core decodes and counts
``promises``            what the project promises, and the verdict table of ``--check``
``subjects``            what can be put between client and model: the rivals, with their configuration in ``rivals/``
``relay``               the same for the sidecar: without a tap, with the default one, with one that reads all it can
``all_copied``          the relay with a reader in the engine's place that takes everything
``quota``               half a core, as a container's limit grants it
``wrk``, ``openloop``   the two load generators: as fast as it goes, and on a fixed schedule
``processes``           processes on a core of choice, their CPU time and memory, and their certain end
``payloads``            the bodies that are sent
``percentiles``         order statistics
``report``              tables as text and as JSON
======================  ===========================================================================================

Why the numbers may be compared
-------------------------------
- *One layout for all.* The proxy under test has core 0 to itself; the load generator, the model and our engine share core 1.
  The model is nginx with a constant answer, the cheapest model there is, so that the proxy is what saturates.
- *Interleaved rounds.* A B C, A B C, ... and not A A, B B: a neighbour that steals a core for a minute hits all subjects alike.
  Ratios are taken inside a round, between runs that are seconds apart, and the median of the rounds is shown.
- *No run with errors counts.* A refused connection, a time-out or an answer that is not 2xx ends the whole benchmark, since
  errors are the fastest answers of all.
- *Foreign load is shown.* What core 0 spent on anything but the subject is in the column ``foreign``; a row that shows
  more than a few per cent there was not measured alone, whatever the intention.
"""
