"""Values with which the chart is rendered in the tests: each way in, and everything at once."""

from tests.chart.helm import Manifest

SECRET: Manifest = {"secretName": "pair", "caBundle": "-----BEGIN CERTIFICATE-----"}
EXTERNAL: Manifest = {"inject": {"certificates": {"source": "external", "external": SECRET}}}
INJECT: Manifest = {}
DEPLOY: Manifest = {"inject": {"enabled": False}, "deploy": {"enabled": True, "model": {"image": "income:1"}}}
INCLUDE: Manifest = {"inject": {"enabled": False}, "include": {"enabled": True}}
CERT_MANAGER: Manifest = {"inject": {"certificates": {"source": "cert-manager"}}}
EVERYTHING: Manifest = {
    **EXTERNAL,
    "commonLabels": {"team": "risk"},
    "commonAnnotations": {"example.com/owner": "risk"},
    "imagePullSecrets": ["pull", {"name": "pull-too"}],
    "image": {"digest": "sha256:" + "0" * 64},
    "settings": {"drain": 20, "model": {"name": "income"}, "thresholds": {"warning": 0.1}, "tap": {"max_body": "1MiB"}},
    "baseline": '{"schema": 1}',
    "deploy": {
        "enabled": True,
        "model": {
            "image": "income:1",
            "port": 9000,
            "portName": "grpc",
            "command": ["serve"],
            "args": ["--quick"],
            "env": [{"name": "MODEL", "value": "income"}],
            "envFrom": [{"secretRef": {"name": "tokens"}}],
            "startupProbe": {"httpGet": {"path": "/up", "port": "model"}},
            "readinessProbe": {"httpGet": {"path": "/ready", "port": "model"}},
            "livenessProbe": {"httpGet": {"path": "/live", "port": 9000}},
            "volumeMounts": [{"name": "weights", "mountPath": "/weights"}],
        },
        "service": {"appProtocol": "grpc", "annotations": {"example.com/a": "b"}, "type": "LoadBalancer"},
        "ingress": {
            "enabled": True,
            "className": "nginx",
            "annotations": {"example.com/a": "b"},
            "tls": [{"hosts": ["model.example.com"], "secretName": "web"}],
        },
        "autoscaling": {"enabled": True, "behavior": {"scaleDown": {"stabilizationWindowSeconds": 600}}},
        "networkPolicy": {
            "from": [{"podSelector": {}}],
            "monitorFrom": [{"namespaceSelector": {"matchLabels": {"name": "monitoring"}}}],
            "egress": [{"ports": [{"port": 443}]}],
        },
        "serviceAccount": {"automount": True, "annotations": {"example.com/role": "reader"}},
        "podAnnotations": {"example.com/a": "b"},
        "podLabels": {"example.com/a": "b"},
        "nodeSelector": {"disk": "ssd"},
        "tolerations": [{"key": "gpu", "operator": "Exists"}],
        "affinity": {"nodeAffinity": {}},
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "rack",
                "whenUnsatisfiable": "DoNotSchedule",
                "labelSelector": {"matchLabels": {"a": "b"}},
            }
        ],
        "priorityClassName": "high",
        "extraEnv": [{"name": "DRIFT_WINDOW__ROWS", "value": "500"}],
        "extraVolumes": [{"name": "weights", "emptyDir": {}}],
        "extraVolumeMounts": [{"name": "weights", "mountPath": "/weights"}],
        "initContainers": [{"name": "fetch", "image": "fetch:1"}],
        "extraContainers": [{"name": "shipper", "image": "shipper:1"}],
    },
    "include": {"enabled": True},
    "podMonitor": {"enabled": True, "labels": {"release": "prometheus"}, "namespaces": ["models"]},
    "serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
    "prometheusRule": {"enabled": True, "labels": {"release": "prometheus"}},
    "dashboard": {"enabled": True, "annotations": {"folder": "models"}},
}
ALL: dict[str, Manifest] = {
    "inject": INJECT,
    "deploy": DEPLOY,
    "include": INCLUDE,
    "cert-manager": CERT_MANAGER,
    "everything": EVERYTHING,
}
OPERATORS = ("monitoring.coreos.com", "cert-manager.io")
"""Groups of APIs that are not Kubernetes' own."""
