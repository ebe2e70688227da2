"""A monitor with a real detector behind it, on a real socket, in a world whose clock is moved by hand."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from aiohttp.test_utils import BaseTestServer
from aiohttp.web import AppRunner

from sidecar.alerts import Dispatcher
from sidecar.baseline import Profile, profile_of_records
from sidecar.engine.detector import detector_of
from sidecar.monitor import MonitorState, make_runner
from sidecar.settings import load_settings

Row = dict[str, object]


@dataclass
class Clock:
    """Epoch seconds that stand still until they are moved."""

    now: float = 1_000_000_000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


class MonitorServer(BaseTestServer):
    """The monitor as the engine runs it."""

    def __init__(self, state: MonitorState) -> None:
        super().__init__()
        self._state = state

    async def _make_runner(self, **_options: Any) -> AppRunner:
        return make_runner(self._state)


def rows(count: int, seed: int = 1, older: float = 0.0) -> list[Row]:
    """Return rows of customers; `older` moves their ages."""
    dice = random.Random(seed)  # noqa: S311 - customers, not secrets
    return [{"age": round(dice.gauss(40 + older, 10), 2), "plan": dice.choice(["free", "basic", "pro"])} for _ in range(count)]


@cache
def baseline() -> Profile:
    """Return the profile of 2000 customers."""
    return profile_of_records(rows(2000))


def make_state(
    environ: dict[str, str] | None = None, *, profile: Profile | None = None, clock: Clock | None = None
) -> MonitorState:
    """Return a state with the settings that `environ` makes."""
    settings = load_settings(None, environ or {})
    detector = detector_of(settings, profile)
    error = "no baseline is set" if profile is None else None
    return MonitorState(
        settings=settings, detector=detector, dispatcher=Dispatcher(settings), baseline_error=error, clock=clock or Clock()
    )


def envelopes(given: Sequence[Row], version: str | None = None) -> list[dict[str, object]]:
    """Wrap rows as direct calls have them."""
    return [{"features": row} if version is None else {"features": row, "model_version": version} for row in given]
