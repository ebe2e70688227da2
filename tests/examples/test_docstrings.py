"""The examples in the docstrings of those examples that need no environment of their own."""

import doctest
from types import ModuleType

import pytest

from examples import customers, flights


@pytest.mark.parametrize("module", [customers, flights])
def test_what_a_docstring_shows_is_what_happens(module: ModuleType) -> None:
    """Every example in a docstring gives the value that it shows."""
    results = doctest.testmod(module)
    assert results.attempted > 0
    assert results.failed == 0
