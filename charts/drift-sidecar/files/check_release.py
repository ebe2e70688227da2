"""`helm test`: ask the release, from a pod of its own, for what it is there to do.

What to ask comes in the environment; a question is asked again until the answer is right or a minute is over, for kubelet
brings certificates and the API server learns of webhooks in their own time. The standard library alone: this is ``python -c``.
"""

import http.client
import json
import os
import socket
import ssl
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

PATIENCE: Final = 60.0
ACCOUNT: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount")
CA: Final = Path("/etc/drift-sidecar/ca/ca.crt")
Check = Callable[[Mapping[str, str]], str]


class WrongAnswerError(Exception):
    """The release answered, and not as it should."""


def reachable(service: str, environ: Mapping[str, str]) -> tuple[str, int]:
    """Return where `service` (host:port) is: by its name, or by Kubernetes' variables where the cluster has no DNS."""
    name, _, port = service.rpartition(":")
    try:
        socket.getaddrinfo(name, port)
    except OSError:
        variable = name.split(".")[0].upper().replace("-", "_") + "_SERVICE_HOST"
        return environ.get(variable, name), int(port)
    return name, int(port)


def ask(
    connection: http.client.HTTPConnection,
    path: str,
    body: dict[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, bytes]:
    """Send one request, a POST if there is a `body`, and return status and answer."""
    try:
        connection.request(
            "GET" if body is None else "POST",
            path,
            None if body is None else json.dumps(body),
            {"Content-Type": "application/json", **(headers or {})},
        )
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def example_pod(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return a pod that asks for a sidecar and that every Pod Security Standard admits."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"generateName": "drift-sidecar-test-", "labels": {"drift-sidecar/inject": "true"}},
        "spec": {
            "automountServiceAccountToken": False,
            "securityContext": {"runAsNonRoot": True, "runAsUser": 10001, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [
                {
                    "name": "model",
                    "image": environ["CHECK_IMAGE"],
                    "ports": [{"name": "http", "containerPort": 8080}],
                    "resources": {"requests": {"cpu": "1m", "memory": "1Mi"}, "limits": {"cpu": "1m", "memory": "1Mi"}},
                    "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
                }
            ],
        },
    }


def monitor(environ: Mapping[str, str]) -> str:
    """Ask the deployed sidecar's monitor how it is."""
    host, port = reachable(environ["CHECK_MONITOR"], environ)
    status, body = ask(http.client.HTTPConnection(host, port, timeout=5), "/monitor/health")
    health = json.loads(body)
    if status != http.client.OK or health.get("status") not in {"ok", "degraded"}:
        raise WrongAnswerError(f"{status} {body.decode(errors='replace')[:300]}")
    return f"status {health['status']}, drift {health['drift']['status']}"


def traffic(environ: Mapping[str, str]) -> str:
    """Send the model a request through its Service, which leads through the sidecar."""
    host, port = reachable(environ["CHECK_TRAFFIC"], environ)
    status, body = ask(http.client.HTTPConnection(host, port, timeout=5), "/")
    if status == http.client.BAD_GATEWAY:
        raise WrongAnswerError(f"the sidecar does not reach the model: {body.decode(errors='replace')[:300]}")
    return f"the model answers GET / with {status}"


def injector(environ: Mapping[str, str]) -> str:
    """Ask an injector as the API server would: its certificate must be right, and its patch must bring the sidecar."""
    name = environ["CHECK_INJECTOR"].rpartition(":")[0]
    host, port = reachable(environ["CHECK_INJECTOR"], environ)
    trusted = environ.get("CHECK_CA") or CA.read_text(encoding="utf-8")
    request = {"uid": "test", "operation": "CREATE", "namespace": "test", "object": example_pod(environ)}
    request["kind"] = {"group": "", "version": "v1", "kind": "Pod"}
    request["resource"] = {"group": "", "version": "v1", "resource": "pods"}
    review = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}
    connection = http.client.HTTPSConnection(host, port, timeout=5)
    connection.sock = ssl.create_default_context(cadata=trusted).wrap_socket(
        socket.create_connection((host, port), timeout=5), server_hostname=name
    )
    status, body = ask(connection, "/inject", review)
    answer = json.loads(body).get("response", {}) if status == http.client.OK else {}
    if not (answer.get("allowed") and answer.get("patch")):
        raise WrongAnswerError(f"{status} {body.decode(errors='replace')[:300]}")
    return "its certificate is trusted, and it patches a pod"


def admission(environ: Mapping[str, str]) -> str:
    """Ask the API server for a pod, as a dry run, and see whether it comes back with a sidecar."""
    context = ssl.create_default_context(cafile=ACCOUNT / "ca.crt")
    connection = http.client.HTTPSConnection(
        environ["KUBERNETES_SERVICE_HOST"], int(environ["KUBERNETES_SERVICE_PORT"]), timeout=15, context=context
    )
    path = f"/api/v1/namespaces/{environ['CHECK_NAMESPACE']}/pods?dryRun=All"
    token = (ACCOUNT / "token").read_text(encoding="utf-8").strip()
    status, body = ask(connection, path, example_pod(environ), {"Authorization": f"Bearer {token}"})
    spec = json.loads(body).get("spec", {}) if status == http.client.CREATED else {}
    names = [container["name"] for container in spec.get("initContainers", []) + spec.get("containers", [])]
    if "drift-sidecar" not in names:
        raise WrongAnswerError(f"{status}, containers {names}: {body.decode(errors='replace')[:300]}")
    return f"a pod created in {environ['CHECK_NAMESPACE']} has {' and '.join(names)}"


CHECKS: Final[dict[str, Check]] = {
    "CHECK_MONITOR": monitor,
    "CHECK_TRAFFIC": traffic,
    "CHECK_INJECTOR": injector,
    "CHECK_NAMESPACE": admission,
}


def outcome(check: Check, environ: Mapping[str, str], patience: float) -> tuple[bool, str]:
    """Return whether `check` came out right within `patience` seconds, and what was last seen."""
    end = time.monotonic() + patience
    while True:
        try:
            return True, check(environ)
        except (OSError, ValueError, LookupError, http.client.HTTPException, WrongAnswerError) as error:
            seen = f"{type(error).__name__}: {error}"
        if time.monotonic() >= end:
            return False, seen
        time.sleep(min(1.0, patience))


def main(environ: Mapping[str, str]) -> int:
    """Make each check that is asked for, say how it went, and return 1 if one failed or none was asked for."""
    asked = [name for name in CHECKS if environ.get(name)]
    fine = bool(asked)
    for name in asked:
        right, said = outcome(CHECKS[name], environ, float(environ.get("CHECK_PATIENCE", PATIENCE)))
        fine = fine and right
        sys.stdout.write(f"{'ok  ' if right else 'FAIL'} {CHECKS[name].__name__}: {said}\n")
    return 0 if fine else 1


if __name__ == "__main__":
    raise SystemExit(main(os.environ))
