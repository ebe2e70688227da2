"""Table 5: seconds from the start of the process until the first relayed byte and until the first verdict.

At a full core, and at half a core, where Python's imports take three times as long or more: what the relay imports is
what a pod waits for. A verdict is the first ``/monitor/drift`` whose status is not ``insufficient_data``, under a
steady drip of predicts.
"""

import contextlib
import http.client
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.payloads import SMALL_PATH, small_bodies
from benchmarks.percentiles import middle
from benchmarks.processes import BenchmarkError, running
from benchmarks.quota import cpu_share, inside
from benchmarks.relay import COMMAND, free_ports, get, settings
from benchmarks.report import table
from benchmarks.subjects import PROXY_CORE, Bench

SHARES = (1.0, 0.5)
_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Start:
    """One start: seconds until the first relayed answer, and until the first verdict."""

    relayed: float
    verdict: float


def measure(bench: Bench, share: float) -> Start | None:
    """Start the sidecar once at a share of a core; None where the share cannot be granted here."""
    if share >= 1:
        return _start(bench, None)
    with cpu_share(share) as members:
        return None if members is None else _start(bench, members)


def _start(bench: Bench, members: Path | None) -> Start:
    ports, log = free_ports(), bench.folder / "startup.log"
    began = time.monotonic()
    with running(inside(members, COMMAND), core=PROXY_CORE, log=log, environ=settings(ports, bench.model)):
        bodies = small_bodies(2000)
        _until(lambda: _post(ports["listen"], bodies[:1]), log, pause=0.002)
        relayed = time.monotonic() - began
        _until(lambda: _post(ports["listen"], bodies) and _judged(ports["monitor"]), log, pause=0.05)
        return Start(relayed, time.monotonic() - began)


def _until(true: Callable[[], bool], log: Path, *, pause: float) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if true():
                return
        time.sleep(pause)
    raise BenchmarkError(f"the sidecar did not start:\n{log.read_text(errors='replace')[-2000:]}")


def _post(port: int, bodies: Sequence[bytes]) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with contextlib.closing(connection):
        for body in bodies:
            connection.request("POST", SMALL_PATH, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            if answer.status != http.HTTPStatus.OK:
                return False
    return True


def _judged(monitor: int) -> bool:
    return bool(json.loads(get(monitor, "/monitor/drift", 5.0))["status"] != "insufficient_data")


def rounds(bench: Bench, *, count: int) -> dict[str, list[Start | None]]:
    """Start the sidecar at each share once a round."""
    runs: dict[str, list[Start | None]] = {f"{share:g} core": [] for share in SHARES}
    for _ in range(count):
        for share in SHARES:
            runs[f"{share:g} core"].append(measure(bench, share))
    return runs


def seconds(runs: Sequence[Start | None], field: str) -> float | None:
    """Return the median of a field over the starts that could be measured."""
    return middle(getattr(run, field) for run in runs if run)


def text(runs: dict[str, list[Start | None]]) -> str:
    """Return the table for people."""
    return table(
        "Start-up (medians)",
        [
            {"at": name, "first relayed byte s": seconds(starts, "relayed"), "first verdict s": seconds(starts, "verdict")}
            for name, starts in runs.items()
        ],
    )


def as_json(runs: dict[str, list[Start | None]]) -> dict[str, list[dict[str, float] | None]]:
    """Return every start, for the file."""
    return {name: [asdict(start) if start else None for start in starts] for name, starts in runs.items()}
