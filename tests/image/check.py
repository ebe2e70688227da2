"""What the image promises, asked of a running container: ``python -m tests.image.check ENGINE IMAGE``.

The container gets what the chart will give it and no more: half a core, one gibibyte, a read-only root without any writable
mount, no capabilities. First alone, as in the quick start; then beside a model in one network namespace, as in a pod; then
under load. What is inside is told by a scanner of packages, and by the interpreter.
"""

import json
import sys
import time
from http.client import HTTPException

import sidecar
from tests.image.containers import LIMITS, Container, ask, claim, running, until_answered
from tests.image.contents import check_contents
from tests.image.load import check_load
from tests.image.prepared import check_prepared

LARGEST = 230_000_000
MONITOR, TRAFFIC = 18080, 18000
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


def check_image(engine: str, image: str) -> None:
    """The image as it lies: its size, its user, its labels, its check."""
    about = json.loads(Container(engine, "").do("image", "inspect", image))[0]
    claim(f"at most {LARGEST} bytes:", holds=about["Size"] <= LARGEST, seen=about["Size"])
    config = about.get("Config", {})
    claim("runs as a user of its own:", holds=config.get("User") == "10001:10001", seen=config.get("User"))
    labels = config.get("Labels") or {}
    told = {name: labels.get(f"org.opencontainers.image.{name}") for name in ("title", "description", "licenses", "version")}
    claim("says what it is:", holds=all(told.values()) and told["version"] == sidecar.__version__, seen=told)
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
    code = container.state()["ExitCode"]
    claim("stops by itself with exit code 0:", holds=code == 0 and took < 20, seen=f"{code} after {took:.1f} s")


def check_beside_a_model(engine: str, image: str) -> None:
    """A pod of two: what is sent to the sidecar comes from the model, and its rows are in the window."""
    words = ["-e", "DRIFT_UPSTREAM=127.0.0.1:9000", "-e", "DRIFT_BASELINE=/app/baseline_data.json"]
    with (
        running(engine, "drift-beside", *LIMITS, *PUBLISHED, *words, image) as sidecar,
        running(engine, "drift-model", f"--network=container:{sidecar.name}", "--entrypoint=python", image, "-c", MODEL),
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


def main(engine: str, image: str) -> None:
    """Check everything."""
    check_image(engine, image)
    check_contents(engine, image)
    check_alone(engine, image)
    check_beside_a_model(engine, image)
    check_prepared(engine, image)
    check_load(engine, image)
    print("the image keeps its promises")


if __name__ == "__main__":
    main(*sys.argv[1:3])
