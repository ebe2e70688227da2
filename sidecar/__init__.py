"""drift-sidecar: a drift monitor that stands beside a model and that its clients never notice.

Follow a request through the house. Each room is a package, and its docstring is the glossary of its words::

    client <==> relay <==> model              sidecar.relay      bytes pass unchanged; the process clients talk to
                  |
                 tee, outbox                  sidecar.relay      a bounded copy that drops and never waits
                  |
                frames                        sidecar.frames     what the relay and the engine say to each other
                  |
    - - - - - - - | - - - - - - - - - - - - - another process, which may die - - - - - - - - - - - - - - -
                  |
            inbox, pipeline                   sidecar.engine     short slices, within a CPU budget
                  |
               exchange                       sidecar.exchange   copied bytes become requests with their answers
                  |
                decode                        sidecar.decode     requests become rows, whatever the server's dialect
                  |
               columns                        sidecar.columns    rows become columns
                  |
              histogram                       sidecar.histogram  values become counts in the baseline's bins
                  |
               window                         sidecar.window     counts come, grow old and leave
                  |
                score                         sidecar.score      counts against the baseline's, as numbers
                  |
               verdict                        sidecar.verdict    numbers and evidence become a status
                  |
        monitor, metrics, alerts              sidecar.monitor, sidecar.metrics, sidecar.alerts

`sidecar.drift_detector` is the engine's heart behind one class; `sidecar.baseline` is what it compares with, and
`sidecar.dispersion` what the times of its rows tell; `sidecar.batch` is the same comparison for a file or a posted body, once;
`sidecar.inject` decides how a pod gets a sidecar, `sidecar.admission` serves that to Kubernetes, and `sidecar.redirect` is the
packet filter that a pod may ask for; `sidecar.web` is what the HTTP servers have in common;
`sidecar.settings` is what can be set, `sidecar.cli` how it is started, `sidecar.logs` what it writes, `sidecar.reasons` the
closed lists of statuses, issues and reasons.

From columns to verdict there is no input or output and no clock: values come in as arguments, and so does the time.
"""

__version__ = "0.1.0"
