"""What the image promises, asked of a running container: ``check.py ENGINE IMAGE``.

The container gets what the chart will give it and no more: half a core, one gibibyte, a read-only root without any writable
mount, no capabilities. First alone, as in the quick start; then beside a model in one network namespace, as in a pod.
"""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException

LARGEST = 230_000_000
MONITOR, TRAFFIC = 18080, 18000
LIMITS = ["--cpus=0.5", "--memory=1g", "--pids-limit=256", "--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges"]
PUBLISHED = ["-p", f"127.0.0.1:{MONITOR}:8080", "-p", f"127.0.0.1:{TRAFFIC}:8000"]
ROW = {"features": {"age": 35, "income": 50000}}
# A model in ten lines of the standard library, run by the interpreter of the image itself.
MODEL = """
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Model(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200); self.send_header("Content-Length", str(len(body))); self.end_headers(); self.wfile.write(body)
ThreadingHTTPServer(("127.0.0.1", 9000), Model).serve_forever()
"""
INSIDE = """
import importlib.util, json, os, pathlib
said = {p.parent.name: p.read_text() for p in pathlib.Path("/proc").glob("[0-9]*/status")}
ids = {line.split()[1] for text in said.values() for line in text.splitlines() if line[:4] == "Uid:"}
resident = {process: text.split("VmRSS:")[1].split()[0] for process, text in said.items()}
try: pathlib.Path("/app/x").touch(); root = "writable"
except OSError as error: root = error.strerror
found = [n for n in ("pip", "pytest", "scipy.stats") if importlib.util.find_spec(n)]
print(json.dumps({"uids": sorted(ids), "root": root, "found": found, "shell": os.path.exists("/bin/sh"), "rss_kib": resident}))
"""


class Container:
    """A container that an engine runs: what is asked of it is asked through the engine's command line."""

    def __init__(self, engine: str, name: str) -> None:
        self.engine = engine
        self.name = name

    def do(self, *words: str) -> str:
        """Run one command of the engine and return what it printed."""
        done = subprocess.run([self.engine, *words], check=False, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{self.engine} {' '.join(words)}: {done.stderr.strip()}")
        return done.stdout.strip()

    def python(self, source: str) -> str:
        """Run `source` inside, with the image's own interpreter."""
        return self.do("exec", self.name, "python", "-c", source)


@contextmanager
def running(engine: str, name: str, *words: str) -> Iterator[Container]:
    """Start a container, hand it over, and remove it whatever happens."""
    container = Container(engine, name)
    container.do("run", "-d", "--name", name, *words)
    try:
        yield container
    except Exception:
        print(container.do("logs", name), file=sys.stderr)
        raise
    finally:
        container.do("rm", "-f", name)


def ask(port: int, path: str, body: object = None) -> tuple[int, str]:
    """Send one request and return the answer's status and text."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.status, answer.read().decode()


def until_answered(port: int, path: str, *, seconds: float = 30) -> float:
    """Ask until there is an answer, and return how many seconds that took."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        try:
            ask(port, path)
        except (OSError, HTTPException):
            time.sleep(0.02)  # the process is starting; a refused connection is not worth a busy loop
        else:
            return time.monotonic() - began
    raise TimeoutError(f"no answer from {path} within {seconds} s")


def claim(what: str, *, holds: bool, seen: object = "") -> None:
    """Print one claim with what was seen, and end the run when it does not hold."""
    print(f"{'ok  ' if holds else 'FAIL'} {what} {seen}".rstrip(), flush=True)
    if not holds:
        raise AssertionError(what)


def check_image(engine: str, image: str) -> None:
    """The image as it lies: its size, its user, its check."""
    about = json.loads(Container(engine, "").do("image", "inspect", image))[0]
    claim(f"at most {LARGEST} bytes:", holds=about["Size"] <= LARGEST, seen=about["Size"])
    config = about.get("Config", {})
    claim("runs as a user of its own:", holds=config.get("User") == "10001:10001", seen=config.get("User"))
    claim("has a health check", holds=bool(config.get("Healthcheck") or about.get("Healthcheck")))


def check_alone(engine: str, image: str) -> None:
    """The quick start: the monitor answers without a model, with the shipped baseline."""
    with running(engine, "drift-alone", *LIMITS, *PUBLISHED, image) as alone:
        took = until_answered(MONITOR, "/monitor/health")
        claim("first answer at half a core within 5 s:", holds=took < 5, seen=f"{took:.1f} s")
        status, text = ask(MONITOR, "/monitor/predict", ROW)
        report = json.loads(text)
        claim("answers the first row", holds=status == 200 and report["window"]["rows"] == 1, seen=report["status"])
        claim("exports metrics", holds="drift_status" in ask(MONITOR, "/monitor/metrics")[1])
        health = json.loads(ask(MONITOR, "/monitor/health")[1])
        claim("knows its baseline:", holds=bool(health["baseline"]["fingerprint"]), seen=health["baseline"].get("rows"))
        check_inside(alone)
        check_stop(alone)


def check_inside(container: Container) -> None:
    """What a look from inside shows."""
    seen = json.loads(container.python(INSIDE))
    claim("every process has its uid:", holds=seen["uids"] == ["10001"], seen=seen["uids"])
    claim("the root is read-only:", holds=seen["root"] == "Read-only file system", seen=seen["root"])
    claim("no pip, no tests, no shell:", holds=not seen["found"] and not seen["shell"], seen=seen["found"])
    print(f"     resident KiB by process: {seen['rss_kib']}")
    check = json.loads(container.do("inspect", container.name))[0]["Config"]["Healthcheck"]["Test"][1:]
    claim("its health check passes", holds=container.do("exec", container.name, *check) == "")


def check_stop(container: Container) -> None:
    """SIGTERM ends it by itself: no kill, no error."""
    began = time.monotonic()
    container.do("stop", "-t", "20", container.name)
    took = time.monotonic() - began
    code = json.loads(container.do("inspect", container.name))[0]["State"]["ExitCode"]
    claim("stops by itself with exit code 0:", holds=code == 0 and took < 20, seen=f"{code} after {took:.1f} s")


def check_beside_a_model(engine: str, image: str) -> None:
    """A pod of two: what is sent to the sidecar comes from the model, and its rows are in the window."""
    sidecar = ["-e", "DRIFT_UPSTREAM=127.0.0.1:9000", "-e", "DRIFT_BASELINE=/app/baseline_data.json"]
    with (
        running(engine, "drift-beside", *LIMITS, *PUBLISHED, *sidecar, image),
        running(engine, "drift-model", "--network", "container:drift-beside", "--entrypoint", "python", image, "-c", MODEL),
    ):
        until_answered(MONITOR, "/monitor/health")
        answers = [ask_patiently("/predict", ROW) for _ in range(50)]
        claim("50 requests answered by the model", holds=all(answer == (200, json.dumps(ROW)) for answer in answers))
        rows = wait_for_rows(50)
        claim("and their rows counted:", holds=rows == 50, seen=rows)


def ask_patiently(path: str, body: object) -> tuple[int, str]:
    """Ask through the sidecar; the very first requests may find that the model is not up yet."""
    for _ in range(100):
        try:
            return ask(TRAFFIC, path, body)
        except (OSError, HTTPException):
            time.sleep(0.1)
    raise TimeoutError("the model does not answer through the sidecar")


def wait_for_rows(count: int) -> int:
    """Return the rows in the live window, as soon as there are `count` of them."""
    rows = 0
    for _ in range(100):
        rows = json.loads(ask(MONITOR, "/monitor/drift")[1])["window"]["rows"]
        if rows >= count:
            break
        time.sleep(0.1)
    return rows


if __name__ == "__main__":
    check_image(*sys.argv[1:3])
    check_alone(*sys.argv[1:3])
    check_beside_a_model(*sys.argv[1:3])
    print("the image keeps its promises")
