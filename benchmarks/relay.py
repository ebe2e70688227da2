"""Our own subjects: the relay without a tap, with the tap at its default budget, and with a budget that never samples down.

The relay has core 0, and its engine, once it answers, is moved to core 1, to where the load and the model are.
"""

import contextlib
import re
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from benchmarks.processes import BenchmarkError, await_port, children, free_port, move, running
from benchmarks.subjects import PROXY_CORE, ROOT, WORLD_CORE, Bench, Station, Subject

COMMAND = (sys.executable, "-m", "sidecar", "run")
BASELINE = ROOT / "baseline_data.json"
_ROWS = re.compile(r'^drift_rows_total\{(?=[^}]*source="tap")[^}]*\} (\S+)$', re.MULTILINE)


def rows_of(metrics: str) -> float:
    """Return the rows that came through the tap, from a text of metrics.

    >>> rows_of('drift_rows_total{source="tap"} 41.0')
    41.0
    """
    return sum(float(value) for value in _ROWS.findall(metrics))


def get(port: int, path: str, seconds: float = 10.0) -> bytes:
    """Return the body of a GET from loopback."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=seconds) as answer:
        body: bytes = answer.read()
        return body


def rows_read(monitor: int) -> float:
    """Return the rows that the engine has read from the tap so far."""
    return rows_of(get(monitor, "/monitor/metrics").decode())


def await_engine(monitor: int, log: Path, seconds: float = 20.0) -> None:
    """Return once the monitor answers."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            get(monitor, "/monitor/health", 2.0)
            return
        time.sleep(0.05)
    raise BenchmarkError(f"the engine does not answer:\n{log.read_text(errors='replace')[-2000:]}")


def settings(ports: dict[str, int], model: int | None, baseline: Path = BASELINE) -> dict[str, str]:
    """Return the settings of a sidecar as environment variables; without a model it takes direct calls only."""
    named = {f"DRIFT_{name.upper()}": f"127.0.0.1:{port}" for name, port in ports.items()}
    upstream = {} if model is None else {"DRIFT_UPSTREAM": f"127.0.0.1:{model}"}
    return named | upstream | {"DRIFT_BASELINE": str(baseline), "DRIFT_DRAIN": "0", "PYTHONPATH": str(ROOT)}


def free_ports() -> dict[str, int]:
    """Return a free port for each of the sidecar's listeners."""
    return {name: free_port() for name in ("listen", "monitor", "health")}


@contextlib.contextmanager
def sidecar(folder: Path, model: int | None, *, engine_core: int = WORLD_CORE, **more: str) -> Iterator[Station]:
    """Run the sidecar while the block lasts; yield it once its engine answers."""
    ports, log = free_ports(), folder / "sidecar.log"
    with running(COMMAND, core=PROXY_CORE, log=log, environ=settings(ports, model) | more) as pid:
        if model is not None:
            await_port(ports["listen"], pid, log=log)
        await_engine(ports["monitor"], log)
        engine = children(pid)
        for child in engine:
            move(child, engine_core)
        yield Station(ports["listen"], [pid], engine, ports["monitor"])


def _tapped(bench: Bench, cpu: str) -> contextlib.AbstractContextManager[Station]:
    return sidecar(bench.folder, bench.model, DRIFT_TAP__CPU=cpu)


WITHOUT_TAP = Subject("relay without tap", lambda bench: _tapped(bench, "0"))
DEFAULT_TAP = Subject("relay, default tap", lambda bench: _tapped(bench, "0.25"))
FULL_TAP = Subject("relay, full tap", lambda bench: _tapped(bench, "2"))
