"""What is taken from wrk, and what makes a run worthless."""

import json
from typing import Any

import pytest

from benchmarks.processes import BenchmarkError
from benchmarks.wrk import parse

_REPORT = "Running 4s test @ http://127.0.0.1:1/\n  1 threads and 32 connections\nRequests/sec:  50000.00\n"


def _line(**changed: Any) -> str:
    errors = {"connect": 0, "read": 0, "write": 0, "timeout": 0, "status": 0}
    result = {"requests": 200_000, "microseconds": 4_000_000, "p50": 350, "p99": 900, "p999": 2000, "errors": errors}
    return json.dumps(result | changed) + "\n"


def test_the_result_is_read_below_the_report() -> None:
    """The line of JSON is found wherever wrk's own report ends."""
    load = parse(_REPORT + _line())
    assert (load.requests, load.seconds, load.p50, load.p99, load.p999) == (200_000, 4.0, 350.0, 900.0, 2000.0)
    assert load.rate == 50_000.0


@pytest.mark.parametrize("kind", ["connect", "read", "write", "timeout", "status"])
def test_one_error_of_any_kind_makes_a_run_worthless(kind: str) -> None:
    """A single error among 200 000 answers ends the benchmark, and the message names its kind."""
    errors = {"connect": 0, "read": 0, "write": 0, "timeout": 0, "status": 0} | {kind: 1}
    with pytest.raises(BenchmarkError, match=kind):
        parse(_REPORT + _line(errors=errors))


@pytest.mark.parametrize("output", ["", _REPORT, _REPORT + _line(requests=0)])
def test_a_run_without_answers_is_no_run(output: str) -> None:
    """No line of JSON, or one that counts no request, is an error and not a rate of zero."""
    with pytest.raises(BenchmarkError):
        parse(output)
