"""One world for all tests that ask a running Prometheus; each brings the traffic that it needs."""

from collections.abc import Iterator

import pytest

from tests.observe.world import World, world


@pytest.fixture(scope="session")
def on_call(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Start it when the first test asks, stop it behind the last."""
    with world(tmp_path_factory.mktemp("on-call")) as started:
        yield started
