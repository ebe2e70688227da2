"""The import boundaries: what each part of the house may load, found by loading it and by reading its source.

The relay must start within half a second of half a core and stay small, so numpy may not come in by the back door; the core
must be testable without a socket or a clock, so I/O may not come in at all.
"""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

LIGHT = ["sidecar", "sidecar.reasons", "sidecar.frames", "sidecar.settings", "sidecar.relay", "sidecar.cli", "sidecar.cli.run"]
RELAY = "sidecar.relay.__main__"
HEAVY = {"numpy", "scipy", "aiohttp", "pandas", "polars"}
PURE = [
    "frames",
    "exchange",
    "decode",
    "columns",
    "histogram",
    "score",
    "verdict",
    "window",
    "reasons.py",
    "baseline/profile.py",
    "inject",
    "admission/review.py",
    "redirect/rules.py",
]
IMPURE = {"asyncio", "aiohttp", "uvloop", "socket", "selectors", "select", "subprocess", "threading", "time", "os", "pathlib"}
NOWHERE = {"scipy.stats", "pandas", "polars"}


def loaded_by(module: str, root: Path) -> set[str]:
    """Import `module` in a fresh interpreter and return the names of every module that came with it."""
    source = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", source], cwd=root, check=True, capture_output=True, text=True, timeout=60)
    return set(done.stdout.split())


def imported_in(file: Path) -> set[str]:
    """Return the dotted names that the source of `file` imports, at its top or later."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def sources(place: Path) -> list[Path]:
    """Return the Python files at or below `place`."""
    return [place] if place.is_file() else sorted(place.rglob("*.py"))


def test_the_relay_carries_nothing_for_life_that_it_needs_only_to_start(root: Path) -> None:
    """Settings are read by another program, which the relay replaces."""
    loaded = {name.partition(".")[0] for name in loaded_by(RELAY, root)}
    assert loaded & (HEAVY | {"pydantic", "yaml", "orjson", "argparse"}) == set()


@pytest.mark.parametrize("module", LIGHT)
def test_what_starts_first_loads_nothing_heavy(module: str, root: Path) -> None:
    """The relay's process, and whatever it needs, starts without numpy, scipy, aiohttp or a data frame library."""
    assert {name.partition(".")[0] for name in loaded_by(module, root)} & HEAVY == set()


def test_the_injector_starts_without_the_engine(root: Path) -> None:
    """The webhook carries none of the numbers that the engine needs, and a sidecar nothing of the injector."""
    assert {name.partition(".")[0] for name in loaded_by("sidecar.admission", root)} & (HEAVY - {"aiohttp"}) == set()
    assert "sidecar.inject" not in loaded_by("sidecar.cli.run", root) | loaded_by("sidecar.engine.__main__", root)


def test_the_engine_loads_no_slow_or_large_library(root: Path) -> None:
    """The engine gets by without scipy.stats, which alone costs four seconds of half a core, and without data frames."""
    assert loaded_by("sidecar.engine.__main__", root) & NOWHERE == set()


@pytest.mark.parametrize("place", PURE)
def test_the_core_reads_no_clock_and_does_no_io(place: str, root: Path) -> None:
    """Between the sockets there are only functions of bytes, columns and counts, with time as an argument."""
    found = sources(root / "sidecar" / place)
    assert found, f"sidecar/{place} is gone; is this list still right?"
    impure = {str(file): names for file in found if (names := {name.partition(".")[0] for name in imported_in(file)} & IMPURE)}
    assert impure == {}


def test_no_source_names_a_library_that_is_too_slow_to_load(root: Path) -> None:
    """Neither scipy.stats nor a data frame library is imported, not even late; polars by the reader of Parquet alone."""
    guilty = {file.name: names for file in sources(root / "sidecar") if (names := imported_in(file) & NOWHERE)}
    assert guilty == {"parquet_files.py": {"polars"}}
