"""The settings model: every key, its default, its bounds and what it means."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ByteSize, ConfigDict, Field, field_validator, model_validator

from sidecar.address import Address
from sidecar.paths import DEFAULT_PATHS
from sidecar.settings.address import AddressSetting

MEBIBYTE = 1 << 20
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Method = Literal["psi", "chi_square", "js", "ks", "wasserstein", "kl", "hellinger"]


def _as_label(value: object) -> object:
    """Take ``version: 3`` as it is meant; ``version: 1.10`` is no longer what was written once YAML has read it."""
    if isinstance(value, float):
        raise ValueError("must be text: put it in quotes")
    return str(value) if type(value) is int else value


Label = Annotated[str, BeforeValidator(_as_label), Field(min_length=1, max_length=128)]
TapFormat = Literal[
    "auto",
    "mapping",
    "v2_grpc",
    "tensorflow_grpc",
    "seldon_grpc",
    "v2_binary",
    "multipart",
    "csv",
    "form",
    "query",
    "ndjson",
    "features",
    "cloudevent",
    "v2_json",
    "kserve_v1",
    "dataframe_split",
    "dataframe_records",
    "inputs",
    "seldon",
    "generate",
    "records",
    "wrapped",
    "columns",
    "object",
]


class Group(BaseModel):
    """A level of keys: immutable, and an unknown key in it is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class TapMapping(Group):
    """Where rows are in a format of one's own."""

    rows: str | None = Field(None, description="JMESPath of the rows in a request's JSON, tried before the known formats")
    names: str | None = Field(None, description="JMESPath of the names of their values, where rows are lists")
    prediction: str | None = Field(None, description="JMESPath of the predictions in an answer's JSON")
    columns: tuple[str, ...] = Field(
        (), description="names of the values of rows without names, in place of the baseline's order"
    )

    @field_validator("rows", "names", "prediction")
    @classmethod
    def _compiles(cls, expression: str | None) -> str | None:
        if expression is not None:
            import jmespath  # only who has a mapping pays for it

            try:
                jmespath.compile(expression)
            except jmespath.exceptions.JMESPathError as error:
                raise ValueError(f"no JMESPath expression: {str(error).splitlines()[0]}") from None
        return expression


class Tap(Group):
    """What is copied and read, and how much of it at most."""

    paths: tuple[str, ...] = Field(DEFAULT_PATHS, description="globs of request paths to decode")
    format: TapFormat = Field("auto", description="the decoder to use; `auto` finds it from path, headers and shape")
    mapping: TapMapping = TapMapping()
    max_body: Annotated[ByteSize, Field(ge=1, le=1 << 30)] = Field(
        ByteSize(8 * MEBIBYTE), description="largest body that is read, of the tap and of the monitor API"
    )
    buffer: Annotated[ByteSize, Field(ge=1 << 16, le=1 << 32)] = Field(
        ByteSize(16 * MEBIBYTE), description="bytes that may wait for the engine"
    )
    cpu: NotNegative = Field(0.25, description="cores that the engine may use on tapped traffic; 0 switches the tap off")


class Window(Group):
    """Which rows are compared with the baseline."""

    rows: Annotated[int, Field(ge=1, le=10_000_000)] = Field(1000, description="rows that the window holds at least")
    min_seconds: NotNegative = Field(0, description="seconds that the window spans at least; set minutes on busy models")
    seconds: Positive = Field(3600, description="age at which rows leave the window")

    @model_validator(mode="after")
    def _spans_agree(self) -> Self:
        if self.min_seconds > self.seconds:
            raise ValueError(f"min_seconds ({self.min_seconds:g}) is longer than seconds ({self.seconds:g})")
        return self


class Model(Group):
    """Labels, where neither payload nor path names them."""

    name: Label = Field("model", description="the model's name in alerts and reports")
    version: Label = Field("unknown", description="the model's version, where traffic names none")


class FeatureThresholds(Group):
    """Thresholds of one feature; what is not given falls back to the common ones.

    A `method` replaces the score of the feature; its thresholds are then on the scale of that method.
    """

    warning: Positive | None = None
    critical: Positive | None = None
    method: Method | None = None


class Thresholds(Group):
    """The scores at which a feature warns and is critical."""

    warning: Positive = Field(0.2, description="score above which a feature is in warning")
    critical: Positive = Field(0.5, description="score above which a feature is critical")
    features: dict[str, FeatureThresholds] = Field(
        default_factory=dict, description="the same by feature, and a `method` of its own (JSON in the environment)"
    )

    def of(self, feature: str) -> tuple[float, float]:
        """Return (warning, critical) of `feature`."""
        own = self.features.get(feature, _NO_OVERRIDE)
        return (own.warning or self.warning, own.critical or self.critical)

    def method_of(self, feature: str) -> str | None:
        """Return the method that `feature` is to be scored by, None for the ordinary one."""
        return self.features.get(feature, _NO_OVERRIDE).method

    @model_validator(mode="after")
    def _warning_comes_first(self) -> Self:
        if self.warning > self.critical:
            raise ValueError(f"warning ({self.warning:g}) is above critical ({self.critical:g})")
        for name in self.features:
            warning, critical = self.of(name)
            if warning > critical:
                raise ValueError(f"features.{name}: warning ({warning:g}) is above critical ({critical:g})")
        return self


_NO_OVERRIDE = FeatureThresholds()


class Evidence(Group):
    """How much evidence an alarm needs."""

    alpha: Annotated[float, Field(gt=0, le=1)] = Field(
        1e-6, description="chance of a false alarm that is accepted; 1 lets the bare score decide"
    )


class Quality(Group):
    """When odd values are worth an alert of their own."""

    threshold: Annotated[float, Field(gt=0, le=1)] | None = Field(
        None,
        description="share of the window's rows with one issue of a feature that is a quality alert; none: never",
    )


class Alerts(Group):
    """Who is told of a change of status."""

    webhook: str | None = Field(None, pattern=r"^https?://", description="URL that gets a JSON POST for every change of status")
    slack: str | None = Field(None, description="Slack incoming webhook (accepted, not acted on yet)")
    alertmanager: str | None = Field(None, description="Alertmanager URL (accepted, not acted on yet)")


class Redis(Group):
    """The store that replicas share."""

    url: str | None = Field(None, description="fleet window and baseline (accepted, not acted on yet)")


class Settings(Group):
    """Everything that can be set."""

    listen: AddressSetting = Field(Address("0.0.0.0", 8000), description="model traffic")  # noqa: S104 - a pod's port
    upstream: AddressSetting | None = Field(
        None, description="`host:port` or `unix:PATH` of the model; none: no relay, direct calls only"
    )
    monitor: AddressSetting = Field(Address("0.0.0.0", 8080), description="`/monitor/*`")  # noqa: S104 - a pod's port
    health: AddressSetting = Field(Address("0.0.0.0", 8081), description="the relay's probes, `/healthz/*`")  # noqa: S104 - a pod's port
    baseline: str | None = Field(None, description="baseline file; without an upstream the shipped sample is used when unset")
    tap: Tap = Tap()
    window: Window = Window()
    model: Model = Model()
    thresholds: Thresholds = Thresholds()
    evidence: Evidence = Evidence()
    quality: Quality = Quality()
    drain: NotNegative = Field(5, description="seconds that the relay goes on accepting after SIGTERM")
    alerts: Alerts = Alerts()
    redis: Redis = Redis()
    state: str | None = Field(None, description="file for the window across restarts (accepted, not acted on yet)")

    @model_validator(mode="after")
    def _model_is_somebody_else(self) -> Self:
        if self.upstream is not None and self.upstream.reaches(self.listen):
            raise ValueError(f"upstream ({self.upstream}) is where the sidecar itself listens ({self.listen})")
        return self

    def not_acted_on(self) -> list[str]:
        """Return the keys that are set but that this version does not act on, so that start-up can say so."""
        later = {
            "alerts.slack": self.alerts.slack,
            "alerts.alertmanager": self.alerts.alertmanager,
            "redis.url": self.redis.url,
            "state": self.state,
        }
        return [key for key, value in later.items() if value is not None]
