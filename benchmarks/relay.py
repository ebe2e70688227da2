"""Our own subjects: the relay without a tap, with the tap at its default budget, and with a budget of two whole cores.

The relay has core 0, and its engine, once it answers, is moved to core 1, to where the load and the model are. They
leave it little, so that even a full budget is sampled down; what a relay costs that copies everything is shown by a
fourth subject, with a reader that needs no CPU in the engine's place (:mod:`benchmarks.all_copied`).
"""

import contextlib
import json
import re
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.processes import BenchmarkError, await_port, children, free_port, move, running
from benchmarks.subjects import PROXY_CORE, ROOT, WORLD_CORE, Bench, Station, Subject, serving

COMMAND = (sys.executable, "-m", "sidecar", "run")
BASELINE = ROOT / "baseline_data.json"
_ROWS = re.compile(r'^drift_rows_total\{(?=[^}]*source="tap")[^}]*\} (\S+)$', re.MULTILINE)
_LEFT_OUT = re.compile(
    r'^drift_tap_dropped_total\{(?=[^}]*reason="(?:sampled_out|overflow|engine_down)")[^}]*\} (\S+)$', re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Tapped:
    """Totals of the tap: rows that the engine has read, exchanges that the relay has left out."""

    rows: float
    left_out: float

    @classmethod
    def of(cls, metrics: str) -> "Tapped":
        """Read them from a text of metrics.

        >>> Tapped.of('drift_rows_total{source="tap"} 41.0')
        Tapped(rows=41.0, left_out=0)
        """
        return cls(*(sum(map(float, pattern.findall(metrics))) for pattern in (_ROWS, _LEFT_OUT)))


def get(port: int, path: str, seconds: float = 10.0) -> bytes:
    """Return the body of a GET from loopback."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=seconds) as answer:
        body: bytes = answer.read()
        return body


def tapped(monitor: int) -> Tapped:
    """Return the totals of the tap so far."""
    return Tapped.of(get(monitor, "/monitor/metrics").decode())


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


@contextlib.contextmanager
def _all_copied(bench: Bench) -> Iterator[Station]:
    port, log = free_port(), bench.folder / f"all-copied-{free_port()}.log"
    command = [sys.executable, "-m", "benchmarks.all_copied", str(port), str(bench.model), str(WORLD_CORE)]
    with serving(command, port, log) as pid:
        yield Station(port, [pid])
    figures = json.loads(log.read_text().splitlines()[-1])
    if figures["dropped"]["overflow"]:
        raise BenchmarkError(f"not everything was copied: {figures}")


@contextlib.contextmanager
def _without_tap(bench: Bench) -> Iterator[Station]:
    with _tapped(bench, "0") as station:
        yield replace(station, monitor=None)


def _tapped(bench: Bench, cpu: str) -> contextlib.AbstractContextManager[Station]:
    return sidecar(bench.folder, bench.model, DRIFT_TAP__CPU=cpu)


WITHOUT_TAP = Subject("relay without tap", _without_tap)
DEFAULT_TAP = Subject("relay, default tap", lambda bench: _tapped(bench, "0.25"))
ALL_COPIED = Subject("relay, all copied", _all_copied)
FULL_TAP = Subject("relay, full tap", lambda bench: _tapped(bench, "2"))
