"""Table 3: tapped requests a second that the engine reads, alone on core 0, from recorded frames.

The real engine process is started as the relay would start it. This process plays the relay: it has one predict
answered by the model, frames the two as the relay frames its copies, for 32 connections in turn, and sends that as fast
as the engine takes it. So no load generator, model or relay shares the core, and the rate is what the engine could read
if it were given one.
"""

import contextlib
import select
import socket
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.payloads import SMALL_PATH, request, small_bodies
from benchmarks.percentiles import middle
from benchmarks.processes import cpu_seconds, resident_mib, running
from benchmarks.relay import await_engine, settings, tapped
from benchmarks.report import table
from benchmarks.subjects import PROXY_CORE, Bench
from sidecar.frames import Kind, encode

CONNECTIONS = 32
EXCHANGES = 10_240


@dataclass(frozen=True, slots=True)
class Run:
    """One run: exchanges a second, CPU microseconds of each, MiB resident."""

    rate: float
    cpu: float
    rss: float


def recorded(answer: bytes, count: int = EXCHANGES) -> bytes:
    """Return the frames of ``count`` predicts and their answers, over the connections in turn."""
    now = time.monotonic()
    frames = []
    for index, body in enumerate(small_bodies(count)):
        connection = 1 + index % CONNECTIONS
        frames.append(encode(Kind.UP, connection, request(SMALL_PATH, body), now))
        frames.append(encode(Kind.DOWN, connection, answer, now + 0.001))
    return b"".join(frames)


def _answer(model: int) -> bytes:
    with socket.create_connection(("127.0.0.1", model), 5) as asked:
        asked.sendall(request(SMALL_PATH, small_bodies(1)[0]))
        return asked.recv(65536)


@contextlib.contextmanager
def _engine(folder: Path) -> Iterator[tuple[int, int, socket.socket]]:
    """Run an engine that never samples down; yield its process id, the port of its monitor and the relay's end of the pair."""
    ours, theirs = socket.socketpair()
    listener = socket.create_server(("127.0.0.1", 0))
    port: int = listener.getsockname()[1]
    log, inherit = folder / "engine.log", (listener.fileno(), theirs.fileno())
    command = [sys.executable, "-m", "sidecar.engine", "--monitor-fd", str(inherit[0]), "--tap-fd", str(inherit[1])]
    environ = settings({"monitor": port}, None) | {"DRIFT_TAP__CPU": "2"}
    with ours, running(command, core=PROXY_CORE, log=log, environ=environ, inherit=inherit) as pid:
        theirs.close()
        listener.close()
        await_engine(port, log)
        yield pid, port, ours


def _feed(pair: socket.socket, frames: bytes, ended: threading.Event) -> None:
    """Send the frames round and round; throw away what the engine says."""
    pair.sendall(b"".join(encode(Kind.OPEN, connection) for connection in range(1, CONNECTIONS + 1)))
    pair.settimeout(0)
    waiting = memoryview(frames)
    while not ended.is_set():
        readable, writable, _ = select.select([pair], [pair], [], 0.2)
        if readable:
            pair.recv(4096)
        if writable:
            waiting = waiting[pair.send(waiting[: 1 << 18]) :] or memoryview(frames)


def measure(bench: Bench, *, seconds: float, warm: float) -> Run:
    """Start an engine and feed it for some seconds."""
    frames = recorded(_answer(bench.model))
    with _engine(bench.folder) as (pid, port, pair):
        ended = threading.Event()
        feeder = threading.Thread(target=_feed, args=(pair, frames, ended))
        feeder.start()
        try:
            time.sleep(warm)
            before = time.monotonic(), tapped(port).rows, cpu_seconds([pid])
            time.sleep(seconds)
            after = time.monotonic(), tapped(port).rows, cpu_seconds([pid])
        finally:
            ended.set()
            feeder.join()
        took, rows, cpu = (late - early for late, early in zip(after, before, strict=True))
        return Run(rows / took, cpu / rows * 1e6, resident_mib([pid]))


def text(runs: Sequence[Run]) -> str:
    """Return the table for people."""
    names = {"rate": "requests/s", "cpu": "cpu us/req", "rss": "rss MiB"}
    row = {shown: middle(asdict(run)[field] for run in runs) for field, shown in names.items()}
    return table("Engine: tapped 160-byte predicts, engine alone on core 0", [{"engine": "frames to counts", **row}])


def as_json(runs: Sequence[Run]) -> list[dict[str, float]]:
    """Return every run, for the file."""
    return [asdict(run) for run in runs]
