"""The settings of the injector: what the cluster decides for every pod that it adds a sidecar to.

They are read as the sidecar's own settings are, from one YAML file and the environment, under a prefix of their own. The module
is not part of `sidecar.settings`, which every sidecar loads before its first byte.
"""

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, field_validator, model_validator

from sidecar.address import Address
from sidecar.settings.address import AddressSetting
from sidecar.settings.keys import keys_of
from sidecar.settings.load import Source, load
from sidecar.settings.model import Group, Settings
from sidecar.settings.quantity import read_quantity

PREFIX = "DRIFT_INJECT_"
CONFIG_VARIABLE = "DRIFT_INJECT_CONFIG"
RESERVED = ("listen", "upstream", "monitor", "health", "baseline", "drain")
"""Settings of a sidecar that the injector itself decides, pod by pod."""

_VERSION = re.compile(r"v?(\d+)\.(\d+)")
Port = Annotated[int, Field(ge=1024, le=65535)]
PullPolicy = Literal["Always", "IfNotPresent", "Never"]
Native = Literal["auto", "always", "never"]


def _quantity(text: str) -> str:
    read_quantity(text)
    return text


def _as_text(value: object) -> object:
    """Take ``cpu: 1`` as it is meant; YAML has read it as a number."""
    return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else value


def _version(value: object) -> object:
    if isinstance(value, float):
        raise ValueError("must be text: put it in quotes")
    return value


Quantity = Annotated[str, BeforeValidator(_as_text), AfterValidator(_quantity)]


class Certificates(Group):
    """The pair that the API server trusts."""

    cert: str = Field("/etc/drift-sidecar/tls/tls.crt", description="the webhook's certificate, PEM; read anew when it changes")
    key: str = Field("/etc/drift-sidecar/tls/tls.key", description="its private key, PEM")


class Requests(Group):
    """What the scheduler sets aside for a sidecar."""

    cpu: Quantity = Field("50m", description="CPU that a sidecar asks for")
    memory: Quantity = Field("160Mi", description="memory that a sidecar asks for")


class Limits(Group):
    """What a sidecar may use at most."""

    cpu: Quantity = Field("500m", description="CPU that a sidecar may use")
    memory: Quantity = Field("1Gi", description="memory that a sidecar may use")


class Resources(Group):
    """Requests and limits of injected containers."""

    requests: Requests = Requests()
    limits: Limits = Limits()

    @model_validator(mode="after")
    def _limits_are_no_less(self) -> Self:
        for name in ("cpu", "memory"):
            wanted, allowed = getattr(self.requests, name), getattr(self.limits, name)
            if read_quantity(wanted) > read_quantity(allowed):
                raise ValueError(f"requests.{name} ({wanted}) is more than limits.{name} ({allowed})")
        return self


class Ports(Group):
    """The sidecar's ports in the pod."""

    traffic: Port = Field(15080, description="the model's traffic, but in mode `swap`")
    monitor: Port = Field(15090, description="`/monitor/*`; Istio's proxy uses this number too")
    health: Port = Field(15021, description="the sidecar's probes; Istio's proxy uses this number too")
    probes: Port = Field(15081, description="in mode `redirect`: leads the kubelet's probes to the model, past the sidecar")

    @model_validator(mode="after")
    def _differ(self) -> Self:
        if len({self.traffic, self.monitor, self.health, self.probes}) < len(Ports.model_fields):
            raise ValueError("each port must have a number of its own")
        return self


class InjectSettings(Group):
    """Everything that can be set about the injector."""

    listen: AddressSetting = Field(Address("0.0.0.0", 8443), description="where the webhook listens, with TLS")  # noqa: S104 - a pod's port
    tls: Certificates = Certificates()
    image: Annotated[str, Field(pattern=r"^\S+$")] = Field("drift-detector", description="image of the sidecars")
    image_pull_policy: PullPolicy = Field("IfNotPresent", description="when nodes pull that image")
    kubernetes: Annotated[str, BeforeValidator(_version), Field(pattern=r"^(v?\d+\.\d+.*)?$")] = Field(
        "", description="version of the cluster, such as `1.33`; unknown: no native sidecars unless a pod asks"
    )
    native: Native = Field("auto", description="native sidecars: `auto` from Kubernetes 1.33 on, `always` or `never`")
    redirect: bool = Field(False, description="whether pods may ask for mode `redirect`, whose init container has NET_ADMIN")
    redirect_image: Annotated[str, Field(pattern=r"^\S+$")] | None = Field(
        None, description="image of that init container; none: the sidecar's"
    )
    resources: Resources = Resources()
    ports: Ports = Ports()
    address: Annotated[str, Field(pattern=r"^[0-9a-fA-F.:]+$")] = Field(
        "0.0.0.0",  # noqa: S104 - a pod's ports
        description="address that sidecars listen on; `::` where pods have IPv6",
    )
    drain: Annotated[int, Field(ge=0, le=3600)] = Field(5, description="seconds that sidecars go on accepting when pods go")
    strict: bool = Field(False, description="refuse pods that cannot be watched, instead of admitting them as they are")
    settings: dict[str, Any] = Field(
        default_factory=dict,
        description="settings of every injected sidecar, as in its own file, over which they win (JSON in the environment)",
    )

    @field_validator("settings")
    @classmethod
    def _are_settings(cls, tree: dict[str, Any]) -> dict[str, Any]:
        taken = sorted(set(tree) & set(RESERVED))
        if taken:
            raise ValueError(f"{taken[0]}: is decided by the injector for each pod")
        try:
            Settings.model_validate(tree)
        except ValidationError as error:
            fault = error.errors()[0]
            raise ValueError(f"{'.'.join(map(str, fault['loc']))}: {fault['msg'].removeprefix('Value error, ')}") from None
        return tree

    @property
    def version(self) -> tuple[int, int] | None:
        """The cluster's major and minor version, None when it is not known."""
        found = _VERSION.match(self.kubernetes)
        return (int(found[1]), int(found[2])) if found else None

    def variables(self) -> dict[str, str]:
        """Return `settings` as the sidecar's environment variables."""
        found = ((key.variable, _leaf(self.settings, key.path)) for key in keys_of(Settings))
        given = {variable: value for variable, value in found if value is not None}
        return {variable: value if isinstance(value, str) else json.dumps(value) for variable, value in given.items()}


SOURCE = Source(InjectSettings, PREFIX, CONFIG_VARIABLE)


def load_inject_settings(path: str | None, environ: Mapping[str, str]) -> InjectSettings:
    """Return the injector's settings from the YAML file at `path` (or ``DRIFT_INJECT_CONFIG``) and `environ`, which wins."""
    return load(SOURCE, path, environ)


def _leaf(tree: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        tree = tree.get(name) if isinstance(tree, dict) else None
    return tree
