"""The engine says which baseline it compares with, or why it has none, serves all the same, and takes one that comes later."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from sidecar.baseline import read_baseline, shipped_sample
from sidecar.engine.baseline import NO_BASELINE, BaselineFile, find_baseline
from sidecar.settings import load_settings
from tests.relay.line import Model
from tests.relay.running import Sidecar, until
from tests.system.load import load, model
from tests.system.monitor import drift, health


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


def config_map(mount: Path, version: str, baseline: str | None) -> None:
    """Mount a version of a ConfigMap as kubelet does: a folder of its own, and a link that is swapped for it."""
    (mount / version).mkdir(parents=True)
    if baseline is not None:
        (mount / version / "baseline.json").write_text(baseline, encoding="utf-8")
    (mount / "..new").symlink_to(version)
    (mount / "..new").replace(mount / "..data")
    link = mount / "baseline.json"
    if baseline is not None and not link.is_symlink():
        link.symlink_to("..data/baseline.json")


def test_a_file_has_changed_when_it_is_another_one_than_before(tmp_path: Path) -> None:
    """Once for each version; one that goes away is no new one."""
    file = BaselineFile(str(tmp_path / "baseline.json"))
    assert not file.changed()
    for version in ("..1", "..2"):
        config_map(tmp_path, version, "[]")
        assert (file.changed(), file.changed()) == (True, False)
    (tmp_path / "baseline.json").unlink()
    assert not file.changed()


@pytest.mark.parametrize("path", [None, "redis:churn"])
def test_what_is_no_file_never_changes(path: str | None) -> None:
    """There is nothing to look at."""
    assert not BaselineFile(path).changed()


def test_a_baseline_that_comes_after_the_pod_is_taken(tmp_path: Path) -> None:
    """First broken, then mended: from then on rows are counted in its bins; the next version waits for a restart."""
    mount = tmp_path / "mount"
    with model() as upstream, running(upstream, DRIFT_BASELINE=str(mount / "baseline.json")) as sidecar:
        sidecar.event("engine_up")
        assert health(sidecar)["reasons"] == ["no_baseline"]
        config_map(mount, "..1", "[")
        assert "is no JSON" in sidecar.event("no_baseline", 2)["why"]
        config_map(mount, "..2", json.dumps([{"age": n, "income": 10 * n} for n in range(100)]))
        assert sidecar.event("baseline")["features"] == 2
        assert (health(sidecar)["reasons"], health(sidecar)["baseline"]["error"]) == ([], None)
        with load(sidecar.traffic, 1) as clients:
            clients.goes_on(50)
        until(lambda: drift(sidecar)["features"]["age"]["rows"] >= 50, "the rows are in the new bins")
        config_map(mount, "..3", json.dumps([{"age": n} for n in range(100)]))
        assert sidecar.event("baseline_changed")["level"] == "warning"
        assert len(health(sidecar)["baseline"]["fingerprint"]) > 0
        assert set(drift(sidecar)["features"]) == {"age", "income"}
