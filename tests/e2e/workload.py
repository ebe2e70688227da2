"""The model as its owners deploy it: a Deployment, a Service that names its port, and nothing of a sidecar but a label."""

import json
from typing import Any

from tests.e2e.cluster import HERE, Json

IMAGE = "docker.io/library/drift-detector:latest"
PORT = 9000


def code(namespace: str) -> Json:
    """Return the ConfigMap with the model's program."""
    data = {"model.py": (HERE / "model.py").read_text(encoding="utf-8")}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "model-code", "namespace": namespace}, "data": data}


def container(**more: Any) -> Json:
    """Return the model's container."""
    return {
        "name": "model",
        "image": IMAGE,
        "imagePullPolicy": "Never",
        "command": ["python", "/model/model.py", str(PORT)],
        "ports": [{"name": "http", "containerPort": PORT}],
        "readinessProbe": {"httpGet": {"path": "/healthz", "port": "http"}, "periodSeconds": 1, "timeoutSeconds": 3},
        "livenessProbe": {"httpGet": {"path": "/healthz", "port": PORT}, "periodSeconds": 5, "timeoutSeconds": 3},
        "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}},
        "volumeMounts": [{"name": "code", "mountPath": "/model", "readOnly": True}],
    } | more


def deployment(name: str, namespace: str, *, replicas: int = 1, annotations: Json | None = None, **more: Any) -> Json:
    """Return a Deployment of the model; `more` goes into its pod's spec."""
    labels = {"app": name}
    asked = {} if annotations is None else {"drift-sidecar/inject": "true"}
    spec = {
        "terminationGracePeriodSeconds": 30,
        "containers": [container()],
        "volumes": [{"name": "code", "configMap": {"name": "model-code"}}],
    } | more
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "strategy": {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
            "template": {"metadata": {"labels": labels | asked, "annotations": annotations or {}}, "spec": spec},
        },
    }


def service(name: str, namespace: str) -> Json:
    """Return its Service, which means the port by its name."""
    ports = [{"name": "http", "port": 80, "targetPort": "http"}]
    spec = {"selector": {"app": name}, "ports": ports}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": namespace}, "spec": spec}


def settings(name: str, namespace: str, baseline: str, **thresholds: float) -> Json:
    """Return the ConfigMap that an annotation names: the settings and the baseline of one sidecar."""
    told = {
        "thresholds": thresholds,
        "window": {"rows": 400, "min_seconds": 0, "seconds": 3600},
        "tap": {"paths": ["/predict"]},
    }
    data = {"config.yaml": json.dumps(told), "baseline.json": baseline}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": namespace}, "data": data}
