"""`helm test`: its questions to a real sidecar, a real injector and an API server, and that it sees what is wrong with them."""

import json
import os
import ssl
import subprocess
import sys
import threading
from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from sidecar.inject import decide
from sidecar.settings.inject import InjectSettings
from tests.chart import cases
from tests.chart.helm import Cluster, Manifest, one, render
from tests.chart.values_file import CHART
from tests.relay.running import Sidecar

SCRIPT = (CHART / "files" / "check_release.py").read_text(encoding="utf-8")
INJECTOR = "drift-drift-sidecar-injector.drift-system.svc"


def check(environ: Mapping[str, str], script: str = SCRIPT) -> tuple[int, str]:
    """Run the script as its pod does; return its exit code and what it said."""
    environ = {"PATH": os.environ["PATH"], "CHECK_PATIENCE": "0", "CHECK_IMAGE": "drift-detector", **environ}
    done = subprocess.run([sys.executable, "-c", script], env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


@contextmanager
def answering(
    status: int, body: Manifest, context: ssl.SSLContext | None = None, *, then: Manifest | None = None
) -> Iterator[tuple[int, list[Any]]]:
    """Answer every request with `body`, or all but the first with `then`; yield the port and the list of what was asked."""
    asked: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            asked.append((self.path, dict(self.headers), json.loads(self.rfile.read(length) or b"null")))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(then if then and len(asked) > 1 else body).encode())

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port, asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def made() -> list[Manifest]:
    """Return a release with a certificate of helm's."""
    return render({})


@pytest.fixture(scope="module")
def pair(made: list[Manifest], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the injector's certificate."""
    folder = tmp_path_factory.mktemp("pair")
    for name, value in one(made, "Secret")["data"].items():
        (folder / name).write_bytes(b64decode(value))
    return folder


@pytest.fixture(scope="module")
def injector(pair: Path) -> Iterator[int]:
    """Run a real injector; return its port."""
    environ = {**os.environ, "DRIFT_INJECT_LISTEN": "127.0.0.1:0", "DRIFT_INJECT_KUBERNETES": "1.33"}
    environ |= {"DRIFT_INJECT_TLS__CERT": str(pair / "tls.crt"), "DRIFT_INJECT_TLS__KEY": str(pair / "tls.key")}
    process = subprocess.Popen([sys.executable, "-m", "sidecar", "inject"], env=environ, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        line = next(json.loads(line) for line in process.stdout if '"listening"' in line)
        yield int(line["port"])
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def asking(port: int, authority: str) -> dict[str, str]:
    """Return what the pod is told about an injector; its name is known from Kubernetes' variables, as without a DNS."""
    where = {"DRIFT_DRIFT_SIDECAR_INJECTOR_SERVICE_HOST": "127.0.0.1"}
    return {"CHECK_INJECTOR": f"{INJECTOR}:{port}", "CHECK_CA": authority, **where}


def test_an_injector_that_works_is_said_to_work(injector: int, pair: Path) -> None:
    """Its certificate bears the Service's name and is signed by the authority in the webhook; a pod comes back patched."""
    code, said = check(asking(injector, (pair / "ca.crt").read_text()))
    assert (code, said.split(":")[0]) == (0, "ok   injector")


def test_a_certificate_of_somebody_else_is_seen(injector: int) -> None:
    """The API server would not talk to it either."""
    other = b64decode(one(render({"fullnameOverride": "other"}), "Secret")["data"]["ca.crt"]).decode()
    code, said = check(asking(injector, other))
    assert code == 1
    assert "certificate verify failed" in said


def test_an_injector_that_patches_nothing_is_seen(pair: Path) -> None:
    """To be answered is not enough."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair / "tls.crt", pair / "tls.key")
    with answering(200, {"response": {"uid": "test", "allowed": True}}, context) as (port, _):
        code, said = check(asking(port, (pair / "ca.crt").read_text()))
    assert (code, said.split(":")[0]) == (1, "FAIL injector")


def test_an_injector_that_is_not_there_is_seen(pair: Path) -> None:
    """Nobody listens on port 1."""
    code, said = check(asking(1, (pair / "ca.crt").read_text()))
    assert code == 1
    assert "refused" in said


def api(folder: Path, port: int) -> tuple[dict[str, str], str]:
    """Return the pod's view of an API server, and the script with its account's folder moved into `folder`."""
    (folder / "token").write_text("secret\n")
    environ = {"CHECK_NAMESPACE": "default", "KUBERNETES_SERVICE_HOST": "localhost", "KUBERNETES_SERVICE_PORT": str(port)}
    return environ, SCRIPT.replace('Path("/var/run/secrets/kubernetes.io/serviceaccount")', f"Path({str(folder)!r})")


@pytest.fixture
def api_pair(tmp_path: Path) -> ssl.SSLContext:
    """Return the TLS of an API server called localhost, whose authority stands in the account's folder."""
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
        "-subj",
    ]
    command += ["/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", "key", "-out", "ca.crt"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=30)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "ca.crt", tmp_path / "key")
    return context


@pytest.mark.parametrize("version", ["1.20", "1.33"])
def test_the_api_server_is_asked_for_a_pod_as_a_dry_run(version: str, api_pair: ssl.SSLContext, tmp_path: Path) -> None:
    """The account's token is used, nothing is created, and a pod with a sidecar, native or not, is what is right."""
    with answering(201, {"spec": {"containers": [{"name": "model"}, {"name": "drift-sidecar"}]}}, api_pair) as (port, asked):
        environ, script = api(tmp_path, port)
        code, said = check(environ, script)
    (path, headers, pod) = asked[0]
    assert (code, path) == (0, "/api/v1/namespaces/default/pods?dryRun=All")
    assert "model and drift-sidecar" in said
    assert headers["Authorization"] == "Bearer secret"
    assert decide(pod, InjectSettings(kubernetes=version)).warnings == ()
    assert decide(pod, InjectSettings(kubernetes=version)).patch


@pytest.mark.parametrize(
    ("status", "body"),
    [(201, {"spec": {"containers": [{"name": "model"}]}}), (403, {"kind": "Status", "message": "forbidden"})],
)
def test_a_pod_that_comes_back_without_a_sidecar_is_seen(
    status: int, body: Manifest, api_pair: ssl.SSLContext, tmp_path: Path
) -> None:
    """The webhook fails open, so the pod alone tells."""
    with answering(status, body, api_pair) as (port, _):
        code, said = check(*api(tmp_path, port))
    assert (code, said.split(":")[0]) == (1, "FAIL admission")


@contextmanager
def relaying(upstream: str) -> Iterator[dict[str, str]]:
    """Run a sidecar before `upstream`; yield what the pod is told about it."""
    sidecar = Sidecar(upstream, {"DRIFT_DRAIN": "0"})
    try:
        named = {"CHECK_MONITOR": sidecar.monitor, "CHECK_TRAFFIC": sidecar.traffic}
        yield {name: f"{host}:{port}" for name, (host, port) in named.items()}
    finally:
        sidecar.reap()


def test_a_deployed_model_is_asked_through_its_sidecar() -> None:
    """Monitor and model answer; without the model, it is the traffic that fails."""
    with answering(200, {}) as (model, asked), relaying(f"127.0.0.1:{model}") as where:
        code, said = check({**where, "CHECK_PATIENCE": "30"})
        assert (code, [line.split(":")[0] for line in said.splitlines()]) == (0, ["ok   monitor", "ok   traffic"])
        assert asked
    with relaying("127.0.0.1:1") as where:
        code, said = check({"CHECK_TRAFFIC": where["CHECK_TRAFFIC"]})
    assert code == 1
    assert "does not reach the model" in said


def test_to_be_asked_nothing_is_no_success() -> None:
    """A test that tests nothing fails."""
    assert check({}) == (1, "")


def test_patience_waits_for_what_is_late(pair: Path) -> None:
    """An answer that becomes right within the time is right."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair / "tls.crt", pair / "tls.key")
    early: Manifest = {"response": {"allowed": True}}
    late: Manifest = {"response": {"allowed": True, "patch": "x"}}
    with answering(200, early, context, then=late) as (port, asked):
        code, _ = check({**asking(port, (pair / "ca.crt").read_text()), "CHECK_PATIENCE": "30"})
    assert (code, len(asked)) == (0, 2)


def asked_of(values: Manifest, cluster: Cluster | None = None) -> dict[str, str]:
    """Return what the pod of `helm test` is told to ask."""
    (container,) = one(render(values, cluster), "Pod")["spec"]["containers"]
    assert container["command"] == ["python", "-c", container["command"][2]]
    assert container["command"][2].strip() == SCRIPT.strip()
    return {each["name"]: each["value"] for each in container["env"] if each["name"] != "CHECK_IMAGE"}


def test_the_pod_asks_for_what_is_installed() -> None:
    """The injector and the API server, or the monitor and the model, or all of them."""
    injecting = {"CHECK_INJECTOR": f"{INJECTOR}:443", "CHECK_NAMESPACE": "default"}
    deploying = {
        "CHECK_MONITOR": "drift-drift-sidecar-monitor.drift-system.svc:15090",
        "CHECK_TRAFFIC": "drift-drift-sidecar.drift-system.svc:80",
    }
    assert asked_of(cases.INJECT) == injecting
    assert asked_of(cases.DEPLOY) == deploying
    assert asked_of({"deploy": cases.DEPLOY["deploy"]}) == {**injecting, **deploying}
    assert asked_of(cases.EXTERNAL) == {**injecting, "CHECK_CA": cases.SECRET["caBundle"]}


def test_a_role_is_there_only_where_it_is_needed() -> None:
    """To ask for a pod, where the injector may change one: it is made for the test, and may do nothing else."""
    made = render({})
    role, account = one(made, "Role"), one(made, "ServiceAccount", "test")
    assert role["rules"] == [{"apiGroups": [""], "resources": ["pods"], "verbs": ["create"]}]
    assert one(made, "Pod")["spec"]["serviceAccountName"] == account["metadata"]["name"]
    for each in (role, account, one(made, "RoleBinding"), one(made, "Pod")):
        assert each["metadata"]["annotations"]["helm.sh/hook-delete-policy"] == "before-hook-creation,hook-succeeded"
    without: list[tuple[Manifest, Cluster]] = [
        ({"tests": {"namespace": ""}}, Cluster()),
        ({"tests": {"namespace": "kube-system"}}, Cluster()),
        ({}, Cluster(namespace="default")),
        (cases.DEPLOY, Cluster()),
    ]
    for values, cluster in without:
        manifests = render(values, cluster)
        assert not [each for each in manifests if "Role" in each["kind"]]
        assert "CHECK_NAMESPACE" not in asked_of(values, cluster)
        assert one(manifests, "Pod")["spec"]["automountServiceAccountToken"] is False
    assert not [each for each in render({"tests": {"enabled": False}}) if each["kind"] == "Pod"]
