"""Everything between a model and the telephone of a person on call, as real processes.

Two replicas of a model with their sidecars, Prometheus with our rules, Alertmanager, and whoever it calls. The rules are those
that are shipped, with shorter times: a quarter of an hour is a second, and rates are of the last seconds.
"""

import http.client
import json
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic, time
from typing import Any, TypeVar
from urllib.parse import urlencode
from urllib.request import urlopen

import yaml

from tests.monitor.world import rows
from tests.relay.running import ROOT, SECONDS, Sidecar, until

T = TypeVar("T")
FILES = ROOT / "charts" / "drift-sidecar" / "files"
HOST = "127.0.0.1"
ROWS_AT_ONCE = 25
PAUSE_SECONDS = 0.05
OLDER = 25.0
RATE_SECONDS = 4
MODEL, VERSION, NAMESPACE = "churn", "7", "shop"
SETTINGS = {
    "DRIFT_MODEL__NAME": MODEL,
    "DRIFT_MODEL__VERSION": VERSION,
    "DRIFT_WINDOW__ROWS": "200",
    "DRIFT_TAP__CPU": "2",
    "DRIFT_DRAIN": "0",
}


def free_port() -> int:
    """Return a port that nobody listens at now, for a program that cannot say which one it took."""
    with socket.socket() as held:
        held.bind((HOST, 0))
        return int(held.getsockname()[1])


@contextmanager
def running(*command: str, answers: str) -> Iterator[None]:
    """Run a program until the block ends, which begins when a URL of it answers."""
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        until(lambda: process.poll() is not None or _answers(answers), f"{command[0]} answers", seconds=2 * SECONDS)
        assert process.poll() is None, process.communicate()[0]
        yield
    finally:
        process.terminate()
        process.communicate(timeout=SECONDS)


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=SECONDS) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@contextmanager
def telephone() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Be called by Alertmanager: give the URL, and the list that every call is put into."""
    calls: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        """Takes every POST."""

        def do_POST(self) -> None:
            """Keep the body."""
            calls.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((HOST, 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_port}/", calls
    finally:
        server.shutdown()
        thread.join(SECONDS)
        server.server_close()


@contextmanager
def alertmanager(folder: Path, receiver: str) -> Iterator[str]:
    """Run Alertmanager, routed as the runbook says, but faster; give its address."""
    route = {"receiver": "telephone", "group_by": ["namespace", "model"], "group_wait": "100ms", "group_interval": "500ms"}
    config = {"route": route, "receivers": [{"name": "telephone", "webhook_configs": [{"url": receiver}]}]}
    file, address = folder / "alertmanager.yaml", f"{HOST}:{free_port()}"
    file.write_text(yaml.safe_dump(config), encoding="utf-8")
    words = [f"--config.file={file}", f"--storage.path={folder / 'alerts'}", f"--web.listen-address={address}"]
    with running("prometheus-alertmanager", *words, "--cluster.listen-address=", answers=f"http://{address}/-/ready"):
        yield address


def hurried(rules: str) -> str:
    """Return rules whose times are seconds; what is looked back for a day stays so.

    >>> hurried("for: 15m, rate(x[5m]), last_over_time(x[1d])")
    'for: 1s, rate(x[4s]), last_over_time(x[1d])'
    """
    return re.sub(r"\bfor: \d+[mh]\b", "for: 1s", re.sub(r"\[\d+m\]", f"[{RATE_SECONDS}s]", rules))


@contextmanager
def prometheus(folder: Path, replicas: dict[str, Sidecar], alerts_to: str) -> Iterator[str]:
    """Run Prometheus, which scrapes replicas as a PodMonitor would have it; give its URL."""
    rules, file, address = folder / "rules.yaml", folder / "prometheus.yaml", f"{HOST}:{free_port()}"
    rules.write_text(hurried((FILES / "rules.yaml").read_text(encoding="utf-8")), encoding="utf-8")
    targets = [
        {"targets": ["{}:{}".format(*sidecar.monitor)], "labels": {"namespace": NAMESPACE, "pod": pod}}
        for pod, sidecar in replicas.items()
    ]
    config = {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "500ms"},
        "rule_files": [str(rules)],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [alerts_to]}]}]},
        "scrape_configs": [{"job_name": "sidecars", "metrics_path": "/monitor/metrics", "static_configs": targets}],
    }
    file.write_text(yaml.safe_dump(config), encoding="utf-8")
    words = [f"--config.file={file}", f"--storage.tsdb.path={folder / 'series'}", f"--web.listen-address={address}"]
    with running("prometheus", *words, "--rules.alert.resend-delay=1s", answers=f"http://{address}/-/ready"):
        yield f"http://{address}"


@dataclass
class World:
    """What a test does and sees.

    Attributes
    ----------
    calls
        What Alertmanager has said so far, the newest last.
    """

    prometheus: str
    calls: list[dict[str, Any]]
    replicas: dict[str, Sidecar]
    _seeds: dict[str, int] = field(default_factory=dict)

    def query(self, expression: str, seconds: float | None = None) -> list[dict[str, Any]]:
        """Return what Prometheus answers: now, or over the last seconds."""
        asked: dict[str, object] = {"query": expression}
        path = "query"
        if seconds is not None:
            path, asked = "query_range", asked | {"start": time() - seconds, "end": time(), "step": "500ms"}
        with urlopen(f"{self.prometheus}/api/v1/{path}?{urlencode(asked)}", timeout=SECONDS) as answer:
            result: list[dict[str, Any]] = json.load(answer)["data"]["result"]
        return result

    def ask(self, pod: str, older: float = 0.0) -> None:
        """Ask the model some questions through the sidecar of a replica."""
        seed = self._seeds[pod] = self._seeds.get(pod, 0) + 1
        status, answer = self.post(pod, json.dumps(rows(ROWS_AT_ONCE, seed=seed, older=older)))
        assert (status, len(json.loads(answer)["predictions"])) == (200, ROWS_AT_ONCE)

    def post(self, pod: str, body: str) -> tuple[int, bytes]:
        """Send the model a body through the sidecar of a replica; return status and body of its answer."""
        connection = http.client.HTTPConnection(*self.replicas[pod].traffic, timeout=SECONDS)
        try:
            connection.request("POST", "/predict", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def until(self, holds: Callable[[], T], what: str, **older: float) -> T:
        """Go on asking every replica, with older people where it is said so, until something holds; return it."""
        due = 0.0

        def look() -> T | None:
            nonlocal due
            if monotonic() < due:
                return None
            due = monotonic() + PAUSE_SECONDS
            for pod in self.replicas:
                self.ask(pod, older.get(pod, 0.0))
            return holds()

        return until(look, lambda: f"{what}; firing: {self.firing()}, said: {self.calls[-2:]}", seconds=2 * SECONDS)

    def firing(self) -> list[tuple[str, str]]:
        """Return the name and the model of each alert that fires."""
        alerts = self.query('ALERTS{alertstate="firing"}')
        return sorted((alert["metric"]["alertname"], alert["metric"].get("model", "")) for alert in alerts)


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """Start everything; stop everything."""
    with ExitStack() as stack:
        port, profile = free_port(), folder / "baseline.json"
        profile.write_text(json.dumps(rows(2000, seed=0)), encoding="utf-8")
        model = [sys.executable, "-m", "sidecar.demo.standin", str(port)]
        stack.enter_context(running(*model, answers=f"http://{HOST}:{port}/ready"))
        replicas = {}
        for pod in ("one", "two"):
            replicas[pod] = Sidecar(f"{HOST}:{port}", SETTINGS | {"DRIFT_BASELINE": str(profile)})
            stack.callback(replicas[pod].reap)
        for sidecar in replicas.values():
            sidecar.event("engine_up")
        receiver, calls = stack.enter_context(telephone())
        alerts_to = stack.enter_context(alertmanager(folder, receiver))
        url = stack.enter_context(prometheus(folder, replicas, alerts_to))
        yield World(url, calls, replicas)
