"""What leaves the process as a log line, whoever logged it."""

import asyncio
import io
import json
import logging
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sidecar import logs

Lines = Callable[[], list[dict[str, Any]]]


class Sink(io.RawIOBase):
    """A stream that keeps what it is given."""

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: Any, /) -> int:
        """Keep `data`."""
        self.data += bytes(data)
        return len(data)


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Log to memory for one test; return a function that gives the lines written so far."""
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    sink = Sink()
    logs.configure(process="engine", stream=sink)

    def written() -> list[dict[str, Any]]:
        assert logs.flush(5)
        return [json.loads(line) for line in sink.data.splitlines()]

    yield written
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    root.handlers[:], root.level = handlers, level
    logging.captureWarnings(capture=False)


def test_event_is_one_line_with_time_level_logger_and_process(lines: Lines) -> None:
    """An event carries its own keys behind those that every line has."""
    logs.get_logger("sidecar.engine").warning("engine_restarted", restarts=3)
    (line,) = lines()
    assert list(line) == ["timestamp", "level", "event", "logger", "process", "restarts"]
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "level": "warning",
        "event": "engine_restarted",
        "logger": "sidecar.engine",
        "process": "engine",
        "restarts": 3,
    }


def test_standard_library_records_look_the_same(lines: Lines) -> None:
    """A record of aiohttp's logger is one line of the same shape, whatever it holds."""
    logging.getLogger("aiohttp.server").error("two\nlines for %s", "you")
    (line,) = lines()
    assert (line["event"], line["logger"], line["level"]) == ("two\nlines for you", "aiohttp.server", "error")


def test_warnings_are_logged(lines: Lines) -> None:
    """A warning becomes a line instead of text on standard error."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("this will go", DeprecationWarning, stacklevel=1)
    assert [line["logger"] for line in lines()] == ["py.warnings"]


def test_what_is_below_the_level_is_not_written(lines: Lines) -> None:
    """Debug events are left out at the default level, of structlog and of the standard library."""
    logs.get_logger("a").debug("small_thing")
    logging.getLogger("b").debug("small thing")
    assert lines() == []


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (float("nan"), None),
        ({"a": [1.5, float("-inf")]}, {"a": [1.5, None]}),
        ("\ud800 ü \n", "\ud800 ü \n"),
        ({3: "x"}, {"3": "x"}),
        ((1, 2), [1, 2]),
    ],
)
def test_every_value_becomes_valid_json(lines: Lines, value: object, written: object) -> None:
    """Numbers that JSON cannot say are null, and text that UTF-8 cannot say is escaped."""
    logs.get_logger("a").info("event", value=value)
    assert lines()[0]["value"] == written


def test_what_cannot_be_rendered_is_reported_instead_of_raised(lines: Lines) -> None:
    """Logging never fails its caller."""
    logs.get_logger("a").info("event", value={(1, 2): 3})
    assert lines()[0]["event"] == "log_line_failed"


def test_logged_exception_shows_where_but_not_the_data(lines: Lines) -> None:
    """An exception that quotes a value is logged with type and place alone."""
    try:
        float("Alice")
    except ValueError:
        logs.get_logger("a").exception("decoder_failed")
        logging.getLogger("b").exception("the same")
    for line in lines():
        assert line["exception"].startswith("ValueError at ")
        assert "test_configure.py" in line["exception"]
        assert "Alice" not in json.dumps(line)


async def test_exception_that_nobody_awaited_is_logged_without_its_data(lines: Lines) -> None:
    """What the event loop catches becomes one line, without the message of the exception."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(logs.on_loop_exception)
    loop.call_soon(float, "Alice")
    await asyncio.sleep(0)
    (line,) = lines()
    assert (line["event"], line["logger"]) == ("loop_exception", "asyncio")
    assert line["exception"].startswith("ValueError")
    assert "Alice" not in line["exception"]


def test_exception_in_a_thread_is_logged(lines: Lines) -> None:
    """A thread that dies says so on one line."""
    thread = threading.Thread(target=[].pop)
    thread.start()
    thread.join()
    (line,) = lines()
    assert (line["event"], line["level"]) == ("uncaught_exception", "critical")
    assert line["exception"].startswith("IndexError at ")


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    """Run `code` in an interpreter of its own."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)


def test_uncaught_exception_ends_the_process_with_one_line() -> None:
    """The line is written before the process ends, and standard error stays empty."""
    done = run_python("from sidecar import logs\nlogs.configure(process='relay')\nraise OSError(24, 'Too many open files')")
    (line,) = done.stdout.splitlines()
    assert json.loads(line)["exception"].startswith("OSError([Errno 24] Too many open files) at ")
    assert (done.returncode, done.stderr) == (1, "")


def test_process_whose_output_nobody_reads_runs_on_and_ends() -> None:
    """A full pipe stops neither the caller nor the end of the interpreter."""
    code = (
        "import sys\nfrom sidecar import logs\nlogs.configure(process='relay')\n"
        "for n in range(20_000):\n    logs.get_logger('a').info('event', n=n)\n"
        "print('logged', file=sys.stderr)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.wait(30) == 0
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stderr.read() == "logged\n"
        written = process.stdout.read().splitlines()
    assert [json.loads(line)["n"] for line in written] == list(range(len(written)))


def test_record_whose_arguments_do_not_fit_is_still_a_line() -> None:
    """A library's mistake in a log call is logged as far as it goes."""
    done = run_python(
        "import logging\nfrom sidecar import logs\nlogs.configure(process='relay')\nlogging.error('%d is it', 'x')"
    )
    assert (json.loads(done.stdout)["event"], done.stderr) == ("%d is it", "")


def test_closed_standard_output_is_survived() -> None:
    """Without a standard output events are lost and nothing else happens."""
    done = run_python(
        "import os\nfrom sidecar import logs\nos.close(1)\nlogs.configure(process='relay')\nlogs.get_logger('a').info('event')"
    )
    assert done.returncode == 0


def test_relay_can_log_without_the_heavy_libraries() -> None:
    """The package loads neither aiohttp, numpy, pydantic nor prometheus_client."""
    done = run_python(
        "import sys, sidecar.logs\nprint(sorted({'aiohttp', 'numpy', 'pydantic', 'prometheus_client'} & set(sys.modules)))"
    )
    assert done.stdout == "[]\n"


def test_logger_may_be_used_before_it_is_configured() -> None:
    """Commands that never configure logging print nothing through it."""
    done = run_python("from sidecar import logs\nlogs.get_logger('a').info('event')")
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
