"""A running sidecar, and a model behind it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Protocol

import pytest

from tests.relay.engine_end import EngineEnd
from tests.relay.line import Line, Model, line
from tests.relay.running import Sidecar


class Start(Protocol):
    """Starts sidecars that end with the test."""

    def __call__(self, upstream: str | None, *, descriptors: int | None = None, **environ: str) -> Sidecar:
        """Return a sidecar that listens."""


@pytest.fixture(scope="module")
def start() -> Iterator[Start]:
    """Start sidecars that are gone when the module's tests are done."""
    with ExitStack() as running:

        def started(upstream: str | None, *, descriptors: int | None = None, **environ: str) -> Sidecar:
            sidecar = Sidecar(upstream, environ, descriptors)
            running.callback(sidecar.reap)
            return sidecar

        yield started


@pytest.fixture(scope="module")
def model() -> Iterator[Model]:
    """A model that the tests play themselves."""
    model = Model()
    yield model
    model.close()


@pytest.fixture(scope="module")
def sidecar(start: Start, model: Model) -> Sidecar:
    """A sidecar in front of `model`, shared by the module."""
    return start(model.address)


@pytest.fixture
def lines(sidecar: Sidecar, model: Model) -> Iterator[Callable[[], Line]]:
    """Open connections through the relay that are closed when the test is done."""
    with ExitStack() as opened:

        def open_one() -> Line:
            one = line(sidecar, model)
            opened.callback(one.close)
            return one

        yield open_one


@pytest.fixture
def engine() -> Iterator[EngineEnd]:
    """The engine's end of a tap with plenty of room."""
    with closing(EngineEnd()) as engine:
        yield engine
