"""Logs: one event, one line of JSON on standard output, from both processes.

A log that can stall the process is a way for the tap to cost traffic, and a log that quotes data is a leak, so this
package holds two promises beside the format: a line is handed to a thread through a bounded queue and never waits for
whoever reads standard output, and an exception is written without the part of its message that may quote a feature value.

It imports structlog and the standard library alone, because the relay uses it before its first byte.

Glossary
--------
event
    the name of what happened, in snake_case (``drift_alert``); everything else about it is a key of its own.
outline
    an exception as its type and the places it came through, without the message of the types that quote data.
sparingly
    at most once in so many seconds, however often it is asked.
"""

from sidecar.logs.configure import configure, flush, get_logger, on_loop_exception
from sidecar.logs.outline import outline
from sidecar.logs.sparingly import Sparingly
from sidecar.logs.writer import LineWriter

__all__ = ["LineWriter", "Sparingly", "configure", "flush", "get_logger", "on_loop_exception", "outline"]
