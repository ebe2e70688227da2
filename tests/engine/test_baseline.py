"""The engine says which baseline it compares with, or why it has none, and serves all the same."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from sidecar.baseline import read_baseline, shipped_sample
from sidecar.engine.process import NO_BASELINE, find_baseline
from sidecar.settings import load_settings
from tests.relay.line import Model
from tests.relay.running import Sidecar


@contextmanager
def running(upstream: str | None, **environ: str) -> Iterator[Sidecar]:
    """Run a sidecar for one test."""
    sidecar = Sidecar(upstream, environ)
    try:
        yield sidecar
    finally:
        sidecar.reap()


def test_without_a_model_the_sample_is_read_and_named() -> None:
    """What is compared with what is in the log, by the fingerprint that reports carry."""
    with running(None) as sidecar:
        told = sidecar.event("baseline")
    sample = read_baseline(shipped_sample())
    assert (told["fingerprint"], told["rows"], told["features"]) == (sample.fingerprint, sample.rows, len(sample.names))


def test_beside_a_model_a_missing_file_is_told_and_keeps_nothing_from_running() -> None:
    """The traffic is none the worse for it."""
    with closing(Model()) as model, running(model.address, DRIFT_BASELINE="/no/such/file") as sidecar:
        told = sidecar.event("no_baseline")
        sidecar.event("engine_up")
        assert (told["level"], sidecar.all("baseline")) == ("warning", [])
        assert "/no/such/file: cannot be read" in told["why"]


@pytest.mark.parametrize(
    ("environ", "why"),
    [
        ({"DRIFT_UPSTREAM": "127.0.0.1:9"}, NO_BASELINE),
        ({"DRIFT_BASELINE": "redis:churn"}, "redis:churn: this version reads no baseline from Redis; name a file"),
    ],
)
def test_why_there_is_no_baseline_is_one_plain_sentence(environ: dict[str, str], why: str) -> None:
    """It is shown to people: in health, in the log, and where a baseline is asked for."""
    assert find_baseline(load_settings(None, environ)) == (None, why)


def test_a_file_that_is_named_wins_over_the_sample(tmp_path: Path) -> None:
    """With or without a model."""
    path = tmp_path / "rows.json"
    path.write_text('[{"age": 1}, {"age": 2}]')
    profile, why = find_baseline(load_settings(None, {"DRIFT_BASELINE": str(path)}))
    assert (profile is not None and profile.names, why) == (("age",), None)
