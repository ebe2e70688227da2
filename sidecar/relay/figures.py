"""What the relay counts about itself, as plain integers that the hot path can add to."""

from dataclasses import asdict, dataclass, field

from sidecar.reasons import TapReason


def _no_drops() -> dict[TapReason, int]:
    return {TapReason.OVERFLOW: 0, TapReason.ENGINE_DOWN: 0, TapReason.BODY_TOO_LARGE: 0}


@dataclass(slots=True)
class Figures:
    """Counters since the relay started; gauges are marked so.

    Attributes
    ----------
    connections
        Gauge: client connections that are open now.
    exchanges
        Turns that may have begun an exchange, copied or not.
    sampled_out
        Those that were left out on purpose, to stay within the engine's share of the CPU.
    dropped
        Those that were lost, by reason.
    """

    upstream: str = ""
    connections: int = 0
    connections_total: int = 0
    refused_total: int = 0
    resets_total: int = 0
    accept_pauses_total: int = 0
    bytes_up_total: int = 0
    bytes_down_total: int = 0
    exchanges: int = 0
    sampled_out: int = 0
    sampled_share: float = 1.0
    tap_pending_bytes: int = 0
    tap_connections: int = 0
    engine_restarts_total: int = 0
    engine_last_exit: str = ""
    dropped: dict[TapReason, int] = field(default_factory=_no_drops)

    def as_dict(self) -> dict[str, object]:
        """Return the figures as JSON-ready values."""
        return asdict(self) | {"dropped": {reason.value: count for reason, count in self.dropped.items()}}
