"""The monitor API: what the sidecar has found, over HTTP.

``/monitor/predict`` counts rows that somebody posts; everything else reads. Requests are checked at the edge
(`sidecar.web.body`, `media`, `envelope`), rows go to the state (`coalesce`, `state`), answers are plain data (`answer`,
`health`), and whatever goes wrong is a problem document (`sidecar.web.problems`).

Glossary
--------
state
    the one object that the engine fills and the handlers read.
envelope
    what a direct call has around its row.
call
    one request to ``/monitor/predict``.
problem
    an error that the client can do something about, as an RFC 9457 document.
"""

from sidecar.monitor.app import build_app
from sidecar.monitor.serve import make_runner, serve
from sidecar.monitor.state import MonitorState

__all__ = ["MonitorState", "build_app", "make_runner", "serve"]
