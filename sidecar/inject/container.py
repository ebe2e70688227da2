"""The sidecar's container, as JSON: what the injector puts into a pod, and what the chart's templates are held against.

It satisfies the restricted Pod Security Standard whatever the pod says of its other containers, and it asks nothing of the
model: its probes go to the relay's own port, so that it can start before the model does.
"""

from dataclasses import dataclass, field

from sidecar.inject.eligible import CONTAINER
from sidecar.inject.pod import Json

USER = 10001
CONFIG_FOLDER = "/etc/drift-sidecar"
TOKEN_FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount"  # noqa: S105 - a path, and what is mounted there is empty
TRAFFIC_PORT, MONITOR_PORT, HEALTH_PORT = "drift-traffic", "drift-monitor", "drift-health"
DRAIN_PATH = "/healthz/drain"


@dataclass(frozen=True, slots=True)
class Sidecar:
    """What one sidecar is made of.

    Parameters
    ----------
    image, pull_policy
        What runs, and when nodes pull it.
    address, listen, monitor, health
        Where it listens: an address, and three ports.
    port_name
        Name of the port that it listens on for the model's traffic.
    model
        Number of the model's port.
    variables
        Further environment variables; they may replace those that follow from the rest.
    resources
        Requests and limits.
    config_volume, baseline
        Volume of the ConfigMap with settings, and the key of the baseline in it; empty: neither.
    token_volume
        Empty volume that stands where the API server would put its token; empty: the pod mounts none.
    apparmor
        Whether to ask for AppArmor's default profile, because the pod asks for another one.
    native
        Whether it is an init container that stays.
    """

    image: str
    pull_policy: str
    address: str
    listen: int
    monitor: int
    health: int
    port_name: str
    model: int
    resources: Json
    variables: dict[str, str] = field(default_factory=dict)
    config_volume: str = ""
    baseline: str = ""
    token_volume: str = ""
    apparmor: bool = False
    native: bool = False

    def container(self) -> Json:
        """Return the container as the API takes it."""
        return {
            "name": CONTAINER,
            "image": self.image,
            "imagePullPolicy": self.pull_policy,
            "args": ["run", "--tolerant"],
            **({"restartPolicy": "Always"} if self.native else {}),
            "ports": [
                _port(self.port_name, self.listen),
                _port(MONITOR_PORT, self.monitor),
                _port(HEALTH_PORT, self.health),
            ],
            "env": [{"name": name, "value": _literal(value)} for name, value in self._environment().items()],
            "resources": self.resources,
            "startupProbe": {**_probe("started"), "periodSeconds": 1, "timeoutSeconds": 3, "failureThreshold": 120},
            "readinessProbe": {**_probe("ready"), "periodSeconds": 2, "timeoutSeconds": 3, "failureThreshold": 3},
            "livenessProbe": {**_probe("live"), "periodSeconds": 10, "timeoutSeconds": 5, "failureThreshold": 3},
            "lifecycle": {"preStop": drain_hook(HEALTH_PORT)},
            "securityContext": security(apparmor=self.apparmor),
            **self._mounts(),
        }

    def _environment(self) -> dict[str, str]:
        made = {
            "DRIFT_LISTEN": _address(self.address, self.listen),
            "DRIFT_UPSTREAM": _address("127.0.0.1", self.model),
            "DRIFT_MONITOR": _address(self.address, self.monitor),
            "DRIFT_HEALTH": _address(self.address, self.health),
        }
        if self.config_volume:
            made["DRIFT_CONFIG"] = f"{CONFIG_FOLDER}/config.yaml"
            made["DRIFT_BASELINE"] = f"{CONFIG_FOLDER}/{self.baseline}"
        return made | self.variables

    def _mounts(self) -> Json:
        folders = {self.config_volume: CONFIG_FOLDER, self.token_volume: TOKEN_FOLDER}
        mounts = [{"name": name, "mountPath": path, "readOnly": True} for name, path in folders.items() if name]
        return {"volumeMounts": mounts} if mounts else {}


def drain_hook(port: int | str) -> Json:
    """Return the hook that lets the sidecar drain, and comes back when it has."""
    return {"httpGet": {"path": DRAIN_PATH, "port": port, "scheme": "HTTP"}}


def security(*, apparmor: bool) -> Json:
    """Return a security context that is restricted by itself, whatever the pod's is."""
    return {
        "runAsNonRoot": True,
        "runAsUser": USER,
        "runAsGroup": USER,
        "readOnlyRootFilesystem": True,
        "allowPrivilegeEscalation": False,
        "privileged": False,
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
        **({"appArmorProfile": {"type": "RuntimeDefault"}} if apparmor else {}),
    }


def _port(name: str, number: int) -> Json:
    return {"name": name, "containerPort": number, "protocol": "TCP"}


def _probe(what: str) -> Json:
    return {"httpGet": {"path": f"/healthz/{what}", "port": HEALTH_PORT, "scheme": "HTTP"}}


def _address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _literal(value: str) -> str:
    """Write a value so that the kubelet, which replaces ``$(NAME)``, leaves it as it is."""
    return value.replace("$", "$$")
