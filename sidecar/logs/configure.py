"""Send everything that logs through one renderer: structlog, the standard library, warnings, uncaught exceptions.

structlog's own default writes to standard output from the calling thread and leaves the standard library alone; aiohttp
and asyncio use the latter, so both are led into the same `LineWriter` here and look the same afterwards.
"""

import asyncio
import atexit
import io
import json
import logging
import os
import sys
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite
from types import TracebackType
from typing import Any, cast

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

from sidecar.logs.outline import outline
from sidecar.logs.writer import ByteStream, LineWriter

_FLUSH_AT_EXIT = 1.0
_FIRST_KEYS = ("timestamp", "level", "event", "logger", "process")


class _Current:
    """The writer and the process name that are in force; one a process."""

    writer: LineWriter | None = None
    process = ""


def configure(*, process: str, level: str = "info", stream: ByteStream | None = None) -> None:
    """Start logging as `process`, to standard output unless `stream` is given; a later call replaces an earlier one.

    Parameters
    ----------
    process
        ``relay`` or ``engine``, a key of every line.
    level
        The least level that is written.
    stream
        Takes bytes; for tests and for commands that keep standard output for themselves.
    """
    flush(_FLUSH_AT_EXIT)
    _Current.process = process
    _Current.writer = LineWriter(stream or _standard_output(), _loss_line)
    number = logging.getLevelNamesMapping()[level.upper()]
    _take_over_structlog(number)
    _take_over_standard_library(number)
    _take_over_hooks()
    atexit.unregister(_flush_at_exit)
    atexit.register(_flush_at_exit)


def get_logger(name: str) -> FilteringBoundLogger:
    """Return the logger called `name`; it may be asked for before `configure`, until which its events go nowhere."""
    return cast("FilteringBoundLogger", structlog.get_logger(name))


def flush(timeout: float) -> bool:
    """Wait at most `timeout` seconds until all lines are written; return whether they are."""
    return _Current.writer is None or _Current.writer.flush(timeout)


def on_loop_exception(_loop: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
    """Log what an event loop caught; for ``loop.set_exception_handler``.

    asyncio's own handler prints the task with its exception, whose message may quote data.
    """
    error = context.get("exception")
    get_logger("asyncio").error("loop_exception", message=str(context.get("message", "")), exc_info=error)


def _standard_output() -> ByteStream:
    """Return standard output without a buffer, whose lock a writer that is stuck would hold while the interpreter ends."""
    try:
        return io.FileIO(1, "w", closefd=False)
    except OSError:
        return io.FileIO(os.devnull, "w")


class _Sink(structlog.ReturnLogger):
    """Where a bound logger ends: it knows its name, and `_emit` has done the rest."""

    def __init__(self, name: str = "") -> None:
        self.name = name


def _emit(logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """Render `event` and hand it to the writer: the last processor of the chain."""
    try:
        line = _line({"logger": logger.name} | dict(event))
    except Exception as error:  # noqa: BLE001 - whatever was logged, logging it must not fail the caller
        line = _line({"level": "error", "event": "log_line_failed", "logger": __name__, "exc_info": error})
    if _Current.writer is not None:
        _Current.writer.write(line)
    return line


def _line(event: dict[str, Any]) -> str:
    event["timestamp"] = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    event["process"] = _Current.process
    error = _exception_of(event.pop("exc_info", None))
    if error is not None:
        event["exception"] = outline(error)
    ordered = {key: event.pop(key) for key in _FIRST_KEYS if key in event} | event
    try:
        return json.dumps(ordered, default=repr, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(ordered), default=repr)


def _exception_of(given: object) -> BaseException | None:
    """Return the exception that ``exc_info`` stands for in any of its forms."""
    if isinstance(given, BaseException):
        return given
    if isinstance(given, tuple):
        return cast("BaseException | None", given[1])
    return sys.exc_info()[1] if given else None


def _finite(value: object) -> object:
    """Copy JSON data with null where a number is not finite, which JSON cannot say."""
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value


def _loss_line(lost: int) -> str:
    return _line({"level": "warning", "event": "log_lines_lost", "logger": __name__, "count": lost})


class _Bridge(logging.Handler):
    """Leads records of the standard library to the writer."""

    def emit(self, record: logging.LogRecord) -> None:
        """Render `record` like any other event."""
        try:
            text = record.getMessage()
        except (TypeError, ValueError):
            text = str(record.msg)
        level = record.levelname.lower()
        _emit(_Sink(record.name), "", {"level": level, "event": text, "exc_info": record.exc_info})


def _take_over_structlog(level: int) -> None:
    structlog.configure(
        processors=[structlog.stdlib.add_log_level, _emit],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_Sink,
        cache_logger_on_first_use=False,
    )


def _take_over_standard_library(level: int) -> None:
    root = logging.getLogger()
    root.handlers[:] = [handler for handler in root.handlers if not isinstance(handler, _Bridge)]
    root.addHandler(_Bridge())
    root.setLevel(level)
    logging.captureWarnings(capture=True)


def _take_over_hooks() -> None:
    sys.excepthook = _on_uncaught
    threading.excepthook = lambda args: _on_uncaught(args.exc_type, args.exc_value, args.exc_traceback)
    sys.unraisablehook = lambda args: _on_uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def _on_uncaught(kind: type[BaseException], error: BaseException | None, _trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt | SystemExit):
        get_logger(__name__).critical("uncaught_exception", exc_info=error or kind())


def _flush_at_exit() -> None:
    flush(_FLUSH_AT_EXIT)


_take_over_structlog(logging.INFO)
