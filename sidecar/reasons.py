"""The closed lists: every status, quality issue and reason for leaving traffic unread.

These words leave the process as metric labels, JSON fields and log keys, so each list is one enum, in one file, without
imports: the relay and the engine share it, and the number of time series is known before the first request.
"""

from collections.abc import Iterable
from enum import StrEnum


class Status(StrEnum):
    """What the rule says of a feature, or of a whole window."""

    OK = "ok"
    WARNING = "warning"
    CRITICAL = "critical"
    INSUFFICIENT = "insufficient_data"

    @property
    def rank(self) -> int:
        """Position from harmless to worst: ok 0, insufficient_data 1, warning 2, critical 3."""
        return _RANK[self]

    @property
    def gauge(self) -> int:
        """The value of the metric ``drift_status``: insufficient_data -1, ok 0, warning 1, critical 2."""
        return _GAUGE[self]

    @property
    def alarming(self) -> bool:
        """Whether a person should look: warning or critical."""
        return self.rank >= _RANK[Status.WARNING]

    @staticmethod
    def worst(statuses: Iterable["Status"]) -> "Status":
        """Return the highest ranked status; ``INSUFFICIENT`` when there is none to rank."""
        return max(statuses, key=lambda status: status.rank, default=Status.INSUFFICIENT)


_RANK = {Status.OK: 0, Status.INSUFFICIENT: 1, Status.WARNING: 2, Status.CRITICAL: 3}
_GAUGE = {Status.INSUFFICIENT: -1, Status.OK: 0, Status.WARNING: 1, Status.CRITICAL: 2}


class Issue(StrEnum):
    """What can be odd about one value, or one row, that is accepted all the same."""

    MISSING = "missing"
    ABSENT = "absent"
    OUTLIER = "outlier"
    WRONG_TYPE = "wrong_type"
    OUT_OF_RANGE = "out_of_range"
    UNSEEN_CATEGORY = "unseen_category"
    UNKNOWN_FEATURE = "unknown_feature"
    INFINITE = "infinite"
    STALE_TIMESTAMP = "stale_timestamp"


class Insufficiency(StrEnum):
    """Why nothing can be said: what a status of insufficient_data lacks."""

    NO_BASELINE = "no_baseline"
    NO_ROWS = "no_rows"
    BASELINE_TOO_SMALL = "baseline_too_small"
    TOO_FEW_ROWS = "too_few_rows"
    NO_EVIDENCE = "no_evidence"


class Impairment(StrEnum):
    """What keeps the sidecar from its work, though it runs."""

    NO_BASELINE = "no_baseline"
    SETTINGS_REJECTED = "settings_rejected"
    RELAY_SILENT = "relay_silent"
    UPSTREAM_UNREACHABLE = "upstream_unreachable"


class TapReason(StrEnum):
    """Why an exchange, or a connection, was relayed but not read."""

    # Decided by the relay, before the engine saw the exchange.
    OVERFLOW = "overflow"
    ENGINE_DOWN = "engine_down"
    SAMPLED_OUT = "sampled_out"
    # Decided by the engine from the bytes on the wire.
    NOT_HTTP1 = "not_http1"
    HTTP2 = "http2"
    UPGRADED = "upgraded"
    BAD_HTTP = "bad_http"
    DESYNCHRONISED = "desynchronised"
    INCOMPLETE = "incomplete"
    HEADER_TOO_LARGE = "header_too_large"
    BODY_TOO_LARGE = "body_too_large"
    TOO_MANY_PIPELINED = "too_many_pipelined"
    # Decided by the decoders from the exchange.
    STATUS = "status"
    BAD_ENCODING = "bad_encoding"
    UNSUPPORTED_ENCODING = "unsupported_encoding"
    INFLATED_TOO_LARGE = "inflated_too_large"
    NOT_JSON = "not_json"
    TOO_DEEP = "too_deep"
    UNKNOWN_FORMAT = "unknown_format"
    BAD_ENVELOPE = "bad_envelope"
    EMPTY = "empty"
    WIDTH_MISMATCH = "width_mismatch"
    DECODER_ERROR = "decoder_error"
