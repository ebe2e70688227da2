"""``GET /monitor/health``: whether the service can do its work, and what it has found.

The answer is 200 while the engine can give it; whether the pod should live is the relay's to say. *Degraded* means that the
sidecar cannot do what it is there for, not that the data drifts: no baseline, a settings file that was changed to one that
cannot be taken, a model that cannot be reached, a relay that has gone silent (see `sidecar.reasons.Impairment`).
"""

import os
from typing import Any

import sidecar
from sidecar.metrics.process import resident_bytes
from sidecar.monitor.state import MonitorState


def health_of(state: MonitorState, at: float) -> dict[str, Any]:
    """Return the health document as of `at`."""
    reasons = state.impairments(at)
    return {
        "status": "degraded" if reasons else "ok",
        "reasons": reasons,
        "drift": _drift(state, at),
        "engine": _engine(state),
        "relay": _relay(state, at),
        "baseline": _baseline(state),
        "tap": _tap(state),
    }


def _drift(state: MonitorState, at: float) -> dict[str, Any]:
    report = state.detector.report(at)
    return {
        "status": report.status,
        "drift_score": report.drift_score,
        "features_in_alarm": list(report.alarms),
        "model_version": report.model_version,
    }


def _engine(state: MonitorState) -> dict[str, Any]:
    return {
        "version": sidecar.__version__,
        "started": state.started_at,
        "restarts": state.relay.get("engine_restarts_total", 0),
        "resident_bytes": resident_bytes(os.getpid()),
        "rows": dict(state.rows),
    }


def _relay(state: MonitorState, at: float) -> dict[str, Any]:
    upstream = state.settings.upstream
    figures = {name: value for name, value in state.relay.items() if isinstance(value, int | float | str)}
    return figures | {
        "upstream": None if upstream is None else str(upstream),
        "connections": state.relay.get("connections", 0),
        "heard": None if state.relay_at is None else max(0.0, at - state.relay_at),
    }


def _baseline(state: MonitorState) -> dict[str, Any]:
    profile = state.detector.profile
    return {
        "fingerprint": None if profile is None else profile.fingerprint,
        "rows": None if profile is None else profile.rows,
        "features": len(state.detector.names),
        "built": None if profile is None else dict(profile.built or {}),
        "error": state.baseline_error,
    }


def _tap(state: MonitorState) -> dict[str, Any]:
    dropped = {reason.value: count for reason, count in state.tap.dropped().items()}
    return {"sampled_share": state.tap.sampled_share, "dropped": dropped}
