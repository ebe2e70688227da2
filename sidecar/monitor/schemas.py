"""What the monitor answers, as models: the source of the OpenAPI document.

Answers are not built from these models, because the numbers come checked out of our own core and a model would only copy them;
the tests hold every real answer against the document instead. Nothing that is not listed here is ever answered.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from sidecar.reasons import Insufficiency, Issue, Status, TapReason
from sidecar.verdict import Method


class Answer(BaseModel):
    """A JSON object with these members and no others."""

    model_config = ConfigDict(extra="forbid")


class FieldErrorSchema(Answer):
    """One field that does not fit."""

    field: str
    message: str


class ProblemSchema(Answer):
    """A problem document (RFC 9457)."""

    type: Literal["about:blank"]
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str = ""
    errors: list[FieldErrorSchema] = []


class WindowSchema(Answer):
    """The rows that were judged."""

    rows: Annotated[int, Field(ge=0, description="Rows in the window.")]
    panes: Annotated[int, Field(ge=0, description="Panes that hold them.")]
    seconds: Annotated[float, Field(ge=0, description="From the oldest row to the newest.")]
    started: Annotated[float | None, Field(description="Epoch seconds of the oldest row.")]
    target_rows: Annotated[int, Field(ge=1, description="Rows that the window is to hold.")]
    unknown: Annotated[int, Field(ge=0, description="Rows with a feature that the baseline does not have.")]
    stale: Annotated[int, Field(ge=0, description="Rows with a timestamp older than the window may be.")]


class BaselineSchema(Answer):
    """What the rows were compared with."""

    fingerprint: Annotated[str, Field(description="Identifies the baseline's content.")]
    rows: Annotated[int, Field(ge=0)]


class BinSchema(Answer):
    """One bin of a feature: a label, or an interval that is open below and closed above."""

    label: str | None = None
    from_: Annotated[float | None, Field(alias="from")] = None
    to: float | None = None
    baseline: Annotated[int, Field(ge=0, description="Rows of the baseline.")]
    window: Annotated[int, Field(ge=0, description="Rows of the window.")]


class ThresholdsSchema(Answer):
    """The scores above which a feature is in alarm."""

    warning: float
    critical: float


class ScanSchema(Answer):
    """The newest part of the window, where it is in alarm by itself."""

    rows: Annotated[int, Field(ge=0, description="Its rows.")]
    score: float
    evidence: float | None


class FeatureSchema(Answer):
    """One feature: its verdict, its score, and the plain numbers that can be checked by hand."""

    kind: Literal["numeric", "categorical"]
    method: Annotated[Method, Field(description="What the score is.")]
    score: Annotated[float | None, Field(ge=0, description="What the thresholds compare with; null without rows.")]
    status: Status
    reason: Annotated[Insufficiency | None, Field(description="What is lacking where the status is insufficient_data.")]
    evidence: Annotated[float | None, Field(description="ln E: evidence that window and baseline differ.")]
    psi: Annotated[float | None, Field(description="Population stability index; an empty bin counts as 1e-4.")]
    kl: Annotated[float | None, Field(description="Kullback-Leibler divergence of the window from the baseline, nats.")]
    js: Annotated[float | None, Field(ge=0, le=1, description="Jensen-Shannon distance, base 2.")]
    statistic: Annotated[float | None, Field(description="Chi-square test of homogeneity.")]
    dof: Annotated[int | None, Field(ge=0, description="Its degrees of freedom.")]
    p_value: Annotated[float | None, Field(ge=0, le=1, description="Its p-value.")]
    ks: Annotated[float | None, Field(ge=0, le=1, description="Kolmogorov-Smirnov statistic; null for categories.")]
    wasserstein: Annotated[float | None, Field(ge=0, description="In the feature's unit; null for categories.")]
    rows: Annotated[int, Field(ge=0, description="Rows of the window in this feature's histogram.")]
    missing: Annotated[int, Field(ge=0, description="Those of them without a value.")]
    absent: Annotated[int, Field(ge=0, description="Rows that did not carry the feature at all.")]
    scan: Annotated[ScanSchema | None, Field(description="A part of the window that raises the alarm; null where none does.")]
    thresholds: ThresholdsSchema


class FeatureWithBinsSchema(FeatureSchema):
    """One feature with its histogram."""

    bins: list[BinSchema]


class QualityIssueSchema(Answer):
    """Something odd about a row that was accepted all the same."""

    feature: str
    issue: Issue


class CountedIssueSchema(Answer):
    """Something odd about rows of the window; what is odd about rows and not about a feature has no name."""

    feature: str
    issue: Issue
    rows: Annotated[int, Field(ge=1, description="Rows of the window that have it.")]
    rate: Annotated[float, Field(gt=0, le=1, description="Their share of all rows of the window.")]


class PredictAnswer(Answer):
    """The state that includes the row of this call."""

    status: Status
    drift_score: Annotated[float | None, Field(ge=0, description="The largest score of a feature.")]
    model_version: str
    window: WindowSchema
    features: dict[str, FeatureSchema]
    quality: Annotated[list[QualityIssueSchema], Field(description="What was odd about this row.")]


class BatchAnswer(Answer):
    """The report on some rows."""

    status: Status
    drift_score: Annotated[float | None, Field(ge=0, description="The largest score of a feature.")]
    reason: Annotated[Insufficiency | None, Field(description="What is lacking where the status is insufficient_data.")]
    model_version: str
    window: WindowSchema
    baseline: BaselineSchema | None
    features: dict[str, FeatureWithBinsSchema]
    quality: Annotated[list[CountedIssueSchema], Field(description="What was odd about the rows of the window.")]


class DriftAnswer(BatchAnswer):
    """The live report of one model version."""

    versions: Annotated[list[str], Field(description="Model versions that are followed, newest seen first.")]


class HealthDrift(Answer):
    """The drift status of the most recent version."""

    status: Status
    drift_score: float | None
    features_in_alarm: list[str]
    model_version: str


class HealthEngine(Answer):
    """The process that answers here."""

    version: str
    started: Annotated[float, Field(description="Epoch seconds.")]
    restarts: Annotated[int, Field(ge=0, description="How often the relay had to start another engine.")]
    resident_bytes: Annotated[int | None, Field(description="Memory that the engine occupies.")]
    rows: Annotated[dict[Literal["tap", "direct"], int], Field(description="Rows counted since the engine started.")]


class HealthRelay(BaseModel):
    """The process that relays, as it last described itself; its further figures are numbers or text."""

    model_config = ConfigDict(extra="allow")

    upstream: Annotated[str | None, Field(description="The model's address; null: direct calls only.")]
    connections: Annotated[int, Field(ge=0)]
    heard: Annotated[float | None, Field(description="Seconds since the relay was last heard of; null: never.")]


class HealthBaseline(Answer):
    """The baseline in use."""

    fingerprint: str | None
    rows: int | None
    features: int
    built: Annotated[Any, Field(description="When and from what it was built.")]
    error: Annotated[str | None, Field(description="Why there is no baseline.")]


class HealthTap(Answer):
    """The copy of the traffic."""

    sampled_share: Annotated[float, Field(ge=0, le=1, description="Share of the exchanges that is read.")]
    dropped: Annotated[dict[TapReason, int], Field(description="Exchanges that were not read, by reason.")]


class HealthAnswer(Answer):
    """Whether the service can do its work, and what it has found."""

    status: Literal["ok", "degraded"]
    reasons: Annotated[list[str], Field(description="What is wrong where the status is degraded.")]
    drift: HealthDrift
    engine: HealthEngine
    relay: HealthRelay
    baseline: HealthBaseline
    tap: HealthTap
