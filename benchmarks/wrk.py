"""wrk, the closed-loop load generator: every connection sends its next request as soon as it has its answer.

That finds the greatest throughput. It says little about latency under an even load, since a slow answer also delays the
requests behind it; :mod:`benchmarks.openloop` measures that.
"""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from benchmarks.processes import BenchmarkError, on_core

CONNECTIONS = 32
_SCRIPT = Path(__file__).with_name("wrk.lua")


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk saw in one run: answers, seconds, and latencies in microseconds."""

    requests: int
    seconds: float
    p50: float
    p99: float
    p999: float

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds


def parse(output: str) -> Load:
    """Read the JSON line that ``wrk.lua`` prints below wrk's own report.

    Raises :class:`BenchmarkError` when the line is missing, when there was any error, or when nothing was answered.
    """
    lines = [line for line in output.splitlines() if line.startswith("{")]
    if not lines:
        raise BenchmarkError(f"wrk printed no result:\n{output}")
    result = json.loads(lines[-1])
    errors = {kind: count for kind, count in result["errors"].items() if count}
    if errors or not result["requests"]:
        raise BenchmarkError(f"a run with errors does not count: {errors or 'no request was answered'}")
    seconds = result["microseconds"] / 1e6
    return Load(result["requests"], seconds, float(result["p50"]), float(result["p99"]), float(result["p999"]))


def drive(url: str, bodies: Path, *, seconds: float, core: int = 1, connections: int = CONNECTIONS) -> Load:
    """Post the bodies to ``url`` for some seconds and return what was measured."""
    command = [
        "wrk",
        "-t1",
        f"-c{connections}",
        f"-d{max(1, round(seconds))}s",
        "--timeout",
        "5s",
        "-s",
        str(_SCRIPT),
        url,
        "--",
        str(bodies),
    ]
    try:
        done = subprocess.run(on_core(core, command), capture_output=True, text=True, timeout=seconds + 30, check=False)
    except subprocess.TimeoutExpired as late:
        raise BenchmarkError(f"wrk did not end: {url}") from late
    if done.returncode:
        raise BenchmarkError(f"wrk failed on {url}: {done.stdout}{done.stderr}")
    return parse(done.stdout)
