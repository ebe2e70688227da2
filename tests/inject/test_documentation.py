"""The page about injection is what the code says."""

from pathlib import Path

import pytest

from sidecar.inject.annotations import ANNOTATIONS, LABELS, Key
from sidecar.inject.reasons import CAUTION_TEXT, SKIP_TEXT, Caution, Skip
from tests.inject.tables import parts, tables


@pytest.mark.parametrize("name", list(tables()))
def test_each_table_is_made_from_the_code(root: Path, name: str) -> None:
    """`make docs` has been run since the code changed."""
    head, body, tail = parts((root / "docs" / "injection.md").read_text(encoding="utf-8"), name)
    assert head
    assert tail.startswith(f"<!-- end of {name} -->")
    assert body == tables()[name]


def test_every_annotation_reason_and_warning_is_in_its_registry() -> None:
    """No enum has a member without an entry that says what it means."""
    assert set(ANNOTATIONS) == set(Key)
    assert set(SKIP_TEXT) == set(Skip)
    assert set(CAUTION_TEXT) == set(Caution)
    assert all(meaning.values and meaning.effect for meaning in (*ANNOTATIONS.values(), *LABELS.values()))
