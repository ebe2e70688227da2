"""The README says what is so: its settings are the model's, and its commands exist."""

import re
from pathlib import Path

from sidecar.cli import COMMANDS
from tests.settings_table import split, table


def test_the_settings_table_is_the_settings_model(root: Path) -> None:
    """Every key stands in the README with its variable, default and meaning; ``make docs`` writes them."""
    assert split((root / "README.md").read_text(encoding="utf-8"))[1] == table()


def test_every_command_in_the_readme_exists(root: Path) -> None:
    """What the README says after ``drift-sidecar`` is a command."""
    named = set(re.findall(r"drift-sidecar (\w+)", (root / "README.md").read_text(encoding="utf-8")))
    assert named
    assert named <= set(COMMANDS)


def test_every_make_target_in_the_readme_exists(root: Path) -> None:
    """What the README says after ``make`` is a target."""
    targets = set(re.findall(r"(?m)^([a-z0-9-]+):", (root / "Makefile").read_text(encoding="utf-8")))
    assert set(re.findall(r"`?make ([a-z0-9-]+)", (root / "README.md").read_text(encoding="utf-8"))) <= targets
