"""The same conversations with the model alone and through the Service of the watched one, compared byte for byte."""

import pytest

from tests.e2e.cluster import Json, address
from tests.e2e.report import note
from tests.e2e.wire import TALKS, Talk, conversation

MODELS = "models"


@pytest.mark.parametrize("talk", TALKS, ids=lambda talk: talk.name)
def test_bytes_are_the_same(talk: Talk, watched: Json, bare: Json) -> None:
    """The model saw the same bytes, and the client the same answer."""
    alone, through = (conversation(address(name, MODELS), talk) for name in ("bare", "watched"))
    assert alone, "the model itself said nothing"
    assert through == alone
    note(f"{sum(map(len, talk.parts))} bytes there, {len(alone)} back")
