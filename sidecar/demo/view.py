"""What a person sees of the sidecar at one moment, read from its own monitor API as anyone else would."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from sidecar.demo.children import DemoError
from sidecar.reasons import Status

# The families whose lines say what the demo shows; the rest of the metrics is for dashboards.
KEY_METRICS = (
    "drift_score{",
    "drift_status{",
    "drift_window_rows{",
    "drift_rows_total{",
    "drift_alerts_total{",
    "drift_tap_dropped_total{",
)


@dataclass(frozen=True, slots=True)
class FeatureView:
    """One line of the table."""

    name: str
    method: str
    score: float | None
    status: Status


@dataclass(frozen=True, slots=True)
class View:
    """The report of a moment, and the relay's figures."""

    status: Status
    reason: str
    score: float | None
    rows: int
    target: int
    features: tuple[FeatureView, ...]
    relay: Mapping[str, Any]
    tap: Mapping[str, Any]

    @property
    def alarms(self) -> tuple[str, ...]:
        """Names of the features in warning or critical, worst first."""
        return tuple(feature.name for feature in self.features if feature.status.alarming)


def view_of(report: Mapping[str, Any], health: Mapping[str, Any]) -> View:
    """Return the view of a ``/monitor/drift`` and a ``/monitor/health`` document; the highest score comes first."""
    features = [
        FeatureView(name, body["method"], body["score"], Status(body["status"])) for name, body in report["features"].items()
    ]
    features.sort(key=lambda feature: -(feature.score or 0.0))
    return View(
        status=Status(report["status"]),
        reason=report.get("reason") or "",
        score=report["drift_score"],
        rows=report["window"]["rows"],
        target=report["window"].get("target_rows", 0),
        features=tuple(features),
        relay=health.get("relay") or {},
        tap=health.get("tap") or {},
    )


class Monitor:
    """The sidecar's monitor API at `base`."""

    def __init__(self, client: aiohttp.ClientSession, base: str) -> None:
        self._client = client
        self.base = base

    async def view(self) -> View:
        """Return the view of now."""
        report = await self._json("/monitor/drift")
        return view_of(report, await self._json("/monitor/health"))

    async def key_metrics(self) -> list[str]:
        """Return the metric lines that tell the demo's story, without those that count nothing."""
        text = await self._text("/monitor/metrics")
        return [line for line in text.splitlines() if line.startswith(KEY_METRICS) and not _is_idle_counter(line)]

    async def _json(self, path: str) -> Mapping[str, Any]:
        try:
            async with self._client.get(self.base + path) as answer:
                answer.raise_for_status()
                document: Mapping[str, Any] = await answer.json()
                return document
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise DemoError(f"{self.base}{path} does not answer: {error}") from error

    async def _text(self, path: str) -> str:
        async with self._client.get(self.base + path) as answer:
            return await answer.text()


def _is_idle_counter(line: str) -> bool:
    """Whether the line is a counter at 0.

    >>> _is_idle_counter('drift_tap_dropped_total{reason="empty"} 0.0'), _is_idle_counter('drift_status{model_version="1"} 0.0')
    (True, False)
    """
    name, _, value = line.rpartition(" ")
    return "_total{" in name and float(value) == 0
