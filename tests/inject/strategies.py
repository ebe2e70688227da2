"""Pods that Hypothesis makes: formed as the API describes them, and odd in every way that the API allows.

The choices are Hypothesis's, so that it can make a pod that fails smaller; the odds are ours, so that many pods can have a
sidecar and a law that holds for those is tried on many.
"""

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from random import Random
from typing import Any

from hypothesis import strategies as st

from sidecar.inject.annotations import INJECT_LABEL, Key

Json = dict[str, Any]

NAMES = [
    "http",
    "grpc",
    "metrics",
    "http-metrics",
    "h2c",
    "user-port",
    "a",
    "an-admin-port-1",
    "x-m",
    "http-m",
    "fifteen-letters",
]
NUMBERS = [80, 443, 5000, 8000, 8080, 8080, 8080, 8081, 9000, 9090, 15020, 15082, 65535]
OUR_NUMBERS = [15021, 15080, 15081, 15090]
CONTAINERS = ["model", "server", "exporter", "kserve-container", "logger"]
PROXIES = ["istio-proxy", "linkerd-proxy", "queue-proxy"]
QUANTITIES = ["1", "500m", "2Gi", "0", "-1", "1e3", "much", ""]
TEXTS = ["my-config", "a b", "../x", "$(HOME)", "x" * 300, "é\n", "true", "off", "10", ""]


class Maker:
    """Makes one pod.

    Parameters
    ----------
    random
        Where chances come from.
    """

    def __init__(self, random: Random) -> None:
        self._random = random

    def chance(self, percent: int) -> bool:
        """Return true in so many of a hundred cases."""
        return self._random.randrange(100) >= 100 - percent  # the simplest pod is the one in which nothing happens

    def one(self, values: Sequence[Any]) -> Any:
        """Return one of `values`."""
        return values[self._random.randrange(len(values))]

    def some(self, percent: int, makers: dict[str, Callable[[], Any]]) -> Json:
        """Return a map in which each key is by so many percent."""
        return {name: make() for name, make in makers.items() if self.chance(percent)}

    def number(self) -> int:
        """Return a port's number."""
        if self.chance(5):
            return int(self.one(OUR_NUMBERS))
        return 1 + self._random.randrange(65535) if self.chance(20) else int(self.one(NUMBERS))

    def ports(self, named: int) -> list[Json]:
        """Return declared ports, so many percent of them with a name."""
        made = []
        for _ in range(1 + self.chance(30) + self.chance(15)):
            name = {"name": self.one(NAMES)} if self.chance(named) else {}
            protocol = {"protocol": self.one(["TCP", "TCP", "UDP", "SCTP"])} if self.chance(40) else {}
            host = {"hostPort": self.number()} if self.chance(5) else {}
            made.append({**name, "containerPort": self.number(), **protocol, **host})
        names = [port["name"] for port in made if "name" in port]
        return made if len(names) == len(set(names)) else made[:1]

    def handler(self, own: list[Json]) -> Json:
        """Return what the kubelet may ask a container with the ports `own`."""
        declared = [port["containerPort"] for port in own] + [port["name"] for port in own if "name" in port]
        wanted = self.one([*declared, *declared, *declared, 8080, "8080", "nowhere"])
        host = {"host": self.one(["10.0.0.1", ""])} if self.chance(10) else {}
        kinds = [
            {"httpGet": {"path": "/", "port": wanted, **host}},
            {"tcpSocket": {"port": wanted, **host}},
            {"grpc": {"port": own[0]["containerPort"] if own else 8080}},
            {"exec": {"command": ["sh", "-c", self.one(["curl localhost:8080", "true"])]}},
        ]
        return {**self.one(kinds), **self.some(20, {"periodSeconds": lambda: 5})}

    def variables(self, own: list[Json]) -> list[Json]:
        """Return environment variables, often one that names a port."""
        port = str(own[0]["containerPort"]) if own else "8080"
        made = [{"name": "PORT", "value": port}] if self.chance(70) else []
        if self.chance(20):
            made.append({"name": self.one(["HTTP_PORT", "PORT"]), "value": self.one([port, "8080", "x"])})
        if self.chance(20):
            made.append(
                {"name": "A", **self.one([{"value": "8080"}, {}, {"valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}])}
            )
        return made

    def container(self, name: str, *, named: int) -> Json:
        """Return a container."""
        own = self.ports(named) if self.chance(90) else []
        made: Json = {"name": name, "image": self.one(["a", "registry.example/b:1"])}
        made |= {"ports": own} if own or self.chance(50) else {}
        made |= self.some(
            40, {probe: lambda: self.handler(own) for probe in ("startupProbe", "readinessProbe", "livenessProbe")}
        )
        hooks = {"preStop": lambda: self.handler(own), "postStart": lambda: self.handler(own)}
        more: dict[str, Callable[[], Any]] = {
            "env": lambda: self.variables(own),
            "lifecycle": lambda: self.some(40, hooks),
            "args": lambda: self.one([[], None, ["--port=8080"], ["serve"]]),
            "command": lambda: ["run"],
            "securityContext": lambda: self.one([{}, {"privileged": True}, {"runAsUser": 0}]),
            "volumeMounts": list,
            "resources": lambda: {"limits": {"nvidia.com/gpu": "1"}},
        }
        return made | self.some(40, more)

    def init_container(self, name: str) -> Json:
        """Return an init container, which may be one that stays."""
        if self.chance(30):
            return {**self.container(name, named=10), "restartPolicy": "Always"}
        return {"name": name, "image": "a", **self.some(30, {"ports": lambda: self.ports(50)})}

    def annotations(self, containers: list[Json]) -> Json:
        """Return annotations: those that make sense, and now and then others."""
        ports = [port for one in containers for port in one.get("ports") or []]
        picks = [str(port.get("name", port["containerPort"])) for port in ports] or ["8080"]
        made = self.some(25, {
            Key.PORT.value: lambda: self.one([*picks, *picks, "8080", "nowhere"]),
            Key.NATIVE.value: lambda: self.one(["true", "false"]),
            Key.CONFIG.value: lambda: "my-config",
        })  # fmt: skip
        if self.chance(60):
            made[Key.MODE.value] = self.one(["swap", "swap", "redirect", "redirect", "takeover", " Swap"])
        if made.get(Key.MODE.value) == "swap" and ports and self.chance(80):
            containers[0]["env"] = [
                *(containers[0].get("env") or []),
                {"name": "THE_PORT", "value": str(ports[0]["containerPort"])},
            ]
        if self.chance(10):
            made[Key.CONTAINER.value] = self.one([one["name"] for one in containers])
        if self.chance(15):
            rare = [*(key.value for key in Key if key is not Key.STATUS), "drift-sidecar/prot", "drift-sidecar/inject", "a/b~c"]
            made |= {self.one(rare): self.one(QUANTITIES + TEXTS) for _ in range(3)}
        return made

    def metadata(self, containers: list[Json]) -> Json:
        """Return the metadata, of which anything may be missing."""
        owner = {
            "apiVersion": "v1",
            "kind": self.one(["ReplicaSet"] * 9 + ["Job"]),
            "name": "iris-5f7",
            "uid": "1",
            "controller": True,
        }
        labels = {"app": "iris", "pod-template-hash": "5f7"}
        opted = {INJECT_LABEL: self.one(["true"] * 9 + ["false"])}
        return self.some(85, {
            "name": lambda: "iris",
            "generateName": lambda: "iris-5f7-",
            "labels": lambda: self.one([None, {}, labels, labels | opted]),
            "annotations": lambda: self.annotations(containers) if self.chance(85) else None,
            "ownerReferences": lambda: self.one([[], [owner]]),
        })  # fmt: skip

    def spec(self) -> Json:
        """Return the spec."""
        names = [self.one(CONTAINERS)]
        names += [name for name in (self.one(CONTAINERS), self.one(PROXIES)) if self.chance(25) and name not in names]
        spec: Json = {"containers": [self.container(name, named=15 if at else 85) for at, name in enumerate(names)]}
        if self.chance(40):
            spec["initContainers"] = [self.init_container(name) for name in ("fetch", "warm")[: 1 + self.chance(30)]]
        return spec | self.extras()

    def extras(self) -> Json:
        """Return the other fields of a spec that may matter."""
        security = self.some(40, {
            "runAsUser": lambda: self.one([0, 1000]),
            "runAsNonRoot": lambda: False,
            "seccompProfile": lambda: {"type": "Unconfined"},
            "appArmorProfile": lambda: {"type": "Unconfined"},
            "sysctls": lambda: [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}],
        })  # fmt: skip
        made = self.some(30, {
            "volumes": lambda: self.one([None, [], [{"name": self.one(["data", "drift-sidecar-config"]), "emptyDir": {}}]]),
            "terminationGracePeriodSeconds": lambda: self.one([None, 0, 24, 25, 30, 100]),
            "automountServiceAccountToken": lambda: self.one([True, False]),
            "securityContext": lambda: self.one([None, security, security]),
            "resources": lambda: self.one([{}, {"requests": {"cpu": "1"}, "limits": {"cpu": "2", "memory": "4Gi"}}]),
            "nodeSelector": lambda: {"kubernetes.io/os": "linux"},
        })  # fmt: skip
        return made | self.some(2, {
            "hostNetwork": lambda: True,
            "restartPolicy": lambda: self.one(["Never", "OnFailure"]),
            "os": lambda: {"name": "windows"},
        })  # fmt: skip

    def pod(self) -> Json:
        """Return a pod."""
        spec = self.spec()
        return {
            "apiVersion": "v1",
            "kind": "Pod",
            **self.some(90, {"metadata": lambda: self.metadata(spec["containers"])}),
            "spec": spec,
        }


pods = st.randoms(use_true_random=False).map(lambda random: Maker(random).pod())

anything = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 70000) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "ports", "spec", "x"]), inner, max_size=3)
    ),
    max_leaves=10,
)


@st.composite
def broken_pods(draw: st.DrawFn) -> Any:
    """Make a pod in which one place, wherever it is, holds anything at all."""
    pod = deepcopy(draw(pods))
    places = list(_places(pod))
    parent, key = places[draw(st.integers(0, len(places) - 1))]
    parent[key] = draw(anything)
    return pod


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    pairs = list(node.items()) if isinstance(node, dict) else list(enumerate(node)) if isinstance(node, list) else []
    for key, value in pairs:
        yield node, key
        yield from _places(value)
