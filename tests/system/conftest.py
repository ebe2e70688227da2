"""A sidecar in front of a model that answers, with a baseline to compare with."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.relay.running import ROOT, Sidecar
from tests.system.load import model

BUSY = ROOT / "tests" / "system" / "busy"
CATEGORIES = ["books", "clothing", "electronics", "food"]


@pytest.fixture
def baseline(tmp_path: Path) -> Path:
    """Write a baseline of rows."""
    rows = [
        {"age": 20 + n % 50, "income": 30000 + 37 * n, "tenure_months": n % 60, "product_category": CATEGORIES[n % 4]}
        for n in range(1000)
    ]
    path = tmp_path / "baseline.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    return path


@pytest.fixture
def trigger(tmp_path: Path) -> Path:
    """The file whose appearance makes the engine hang."""
    return tmp_path / "hang"


@pytest.fixture
def further() -> dict[str, str]:
    """Settings of one test."""
    return {}


@pytest.fixture
def sidecar(baseline: Path, trigger: Path, further: dict[str, str]) -> Iterator[Sidecar]:
    """A sidecar whose engine is up."""
    environ = further | {
        "DRIFT_BASELINE": str(baseline),
        "DRIFT_DRAIN": "0",
        "PYTHONPATH": f"{BUSY}:{ROOT}",
        "HANG_WHEN_THERE_IS": str(trigger),
    }
    with model() as upstream:
        sidecar = Sidecar(upstream, environ)
        try:
            sidecar.event("engine_up")
            yield sidecar
        finally:
            sidecar.reap()
