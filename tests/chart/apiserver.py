"""As much of an API server as helm asks for its `lookup`: which kinds there are, and one Secret, or none."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.chart.helm import Manifest

GROUPS = {
    "": ("v1", ["Secret", "ServiceAccount", "ConfigMap", "Service"]),
    "apps": ("v1", ["Deployment"]),
    "policy": ("v1", ["PodDisruptionBudget"]),
    "networking.k8s.io": ("v1", ["NetworkPolicy"]),
    "admissionregistration.k8s.io": ("v1", ["MutatingWebhookConfiguration"]),
}
OWNED = {"meta.helm.sh/release-name": "drift", "meta.helm.sh/release-namespace": "drift-system"}
"""What helm writes on all that it installs."""


def _resource(kind: str) -> Manifest:
    plural = kind.lower().removesuffix("y") + ("ies" if kind.endswith("y") else "s")
    namespaced = not kind.startswith("Mutating")
    return {"name": plural, "singularName": kind.lower(), "namespaced": namespaced, "kind": kind, "verbs": ["get"]}


def _discovery() -> dict[str, Manifest]:
    """Return what is asked to learn which kinds there are."""
    found: dict[str, Manifest] = {
        "/version": {"major": "1", "minor": "37", "gitVersion": "v1.37.0"},
        "/api": {"kind": "APIVersions", "versions": ["v1"]},
    }
    groups = []
    for group, (version, kinds) in GROUPS.items():
        served = f"{group}/{version}".removeprefix("/")
        resources = [_resource(kind) for kind in kinds]
        found[f"/apis/{served}" if group else "/api/v1"] = {
            "kind": "APIResourceList",
            "groupVersion": served,
            "resources": resources,
        }
        if group:
            one = {"groupVersion": served, "version": version}
            groups.append({"name": group, "versions": [one], "preferredVersion": one})
    return {**found, "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}}


ABSENT = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404}


@contextmanager
def serving(secret: Manifest | None) -> Iterator[str]:
    """Serve a cluster that holds `secret`; yield its URL."""
    answers = _discovery()
    if secret is not None:
        place = secret["metadata"]
        kept = {**secret, "metadata": {**place, "annotations": {**place["annotations"], **OWNED}}}
        answers[f"/api/v1/namespaces/{place['namespace']}/secrets/{place['name']}"] = kept

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = answers.get(self.path.partition("?")[0])
            body = json.dumps(answer or ABSENT).encode()
            self.send_response(200 if answer else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
