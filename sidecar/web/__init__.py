"""HTTP servers of ours: what the monitor and the admission webhook have in common.

A route turns what its handler raises into an answer (`routes`), errors are problem documents (`problems`), bodies are bounded
(`body`), and what is no HTTP at all is answered in the same form (`runner`).
"""

from sidecar.web.problems import Problem
from sidecar.web.routes import Handler, Routes
from sidecar.web.runner import make_runner

__all__ = ["Handler", "Problem", "Routes", "make_runner"]
