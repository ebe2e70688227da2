"""The rules of the house that no linter knows: what the repository may hold, how long things may be, what the wheel ships."""

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import sidecar

MODULE_LINES, FUNCTION_LINES = 400, 45
Function = ast.FunctionDef | ast.AsyncFunctionDef
LARGEST_FILE = 1 << 20
# Written in two halves, so that this file passes its own tests.
HOSTS = ["py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "deb." + "debian.org"]
PLACES = ["/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/"]
PYTHON = ["sidecar", "tests", "examples", "benchmarks"]


def tracked(root: Path) -> list[Path]:
    """Return the files that the repository holds."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, check=True, capture_output=True, text=True).stdout
    return [file for name in listed.split("\0") if name and (file := root / name).is_file()]


def mentions(root: Path, words: list[str]) -> list[str]:
    """Return each place of the repository where one of `words` stands."""
    pattern = re.compile("|".join(map(re.escape, words)).encode())
    return [
        f"{file.relative_to(root)}: {found.group().decode()}"
        for file in tracked(root)
        if (found := pattern.search(file.read_bytes()))
    ]


def test_no_file_names_a_package_registry(root: Path) -> None:
    """Where packages come from is the business of the machine that installs them."""
    assert mentions(root, HOSTS) == []


def test_no_file_names_a_folder_of_some_machine(root: Path) -> None:
    """Whatever works here works in any folder of any machine."""
    assert mentions(root, PLACES) == []


def test_no_binary_and_no_large_file_is_tracked(root: Path) -> None:
    """Everything in the repository can be read and reviewed."""
    odd = [file for file in tracked(root) if b"\0" in file.read_bytes() or file.stat().st_size > LARGEST_FILE]
    assert odd == []


def python_files(root: Path) -> list[Path]:
    """Return the Python files that are ours."""
    return [file for name in PYTHON for file in sorted((root / name).rglob("*.py"))]


def test_no_module_is_longer_than_can_be_read_in_one_sitting(root: Path) -> None:
    """A module has at most 400 lines."""
    lengths = {str(file): len(file.read_text(encoding="utf-8").splitlines()) for file in python_files(root)}
    assert {name: length for name, length in lengths.items() if length > MODULE_LINES} == {}


def code_lines(function: Function) -> int:
    """Return how many lines `function` takes, less its docstring."""
    docstring = function.body[0] if ast.get_docstring(function) else None
    spent = (docstring.end_lineno or 0) - docstring.lineno + 1 if docstring else 0
    return (function.end_lineno or 0) - function.lineno + 1 - spent


def test_no_function_is_longer_than_a_screen(root: Path) -> None:
    """A function has at most 45 lines beside its docstring."""
    long = [
        f"{file}:{node.lineno} {node.name}"
        for file in python_files(root)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, Function) and code_lines(node) > FUNCTION_LINES
    ]
    assert long == []


def pins(file: Path) -> dict[str, tuple[str, list[str]]]:
    """Return for each requirement of a pinned file its version with marker, and its hashes."""
    logical = re.sub(r"\\\n", " ", re.sub(r"(?m)^\s*#.*\n", "", file.read_text(encoding="utf-8")))
    found = {}
    for line in filter(None, map(str.strip, logical.splitlines())):
        name, equals, rest = line.partition("==")
        assert equals, f"{file.name}: {line!r} pins nothing"
        version, *hashes = re.split(r"\s+--hash=", rest)
        found[name] = (version.strip(), hashes)
    return found


@pytest.mark.parametrize(
    "name",
    ["requirements.txt", "requirements-dev.txt"]
    + [f"{folder}/requirements.txt" for folder in ("benchmarks", "benchmarks/peers", "tests/chart")],
)
def test_every_requirement_is_pinned_with_hashes(name: str, root: Path) -> None:
    """What is installed is, byte for byte, what was tested; a mirror cannot slip in another file."""
    found = pins(root / name)
    assert found
    assert {
        package
        for package, (_, hashes) in found.items()
        if not all(map(re.compile(r"sha256:[0-9a-f]{64}").fullmatch, hashes)) or not hashes
    } == set()


def test_tests_run_with_the_versions_that_are_shipped(root: Path) -> None:
    """The environment of the tests holds every pin of the image, and no other version of it."""
    shipped, tested = pins(root / "requirements.txt"), pins(root / "requirements-dev.txt")
    assert {name: pin for name, pin in shipped.items() if tested.get(name) != pin} == {}


def test_the_package_asks_for_what_the_pins_were_made_from(root: Path) -> None:
    """The list in pyproject.toml is the list in requirements.in."""
    wanted = re.findall(r"(?m)^[A-Za-z].*$", (root / "requirements.in").read_text(encoding="utf-8"))
    assert sorted(tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]) == sorted(
        wanted
    )


def test_the_wheel_holds_the_sidecar_its_sample_baseline_and_nothing_else(root: Path, tmp_path: Path) -> None:
    """An installed sidecar finds its baseline; tests and tools stay at home."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=root, check=True, capture_output=True, timeout=60)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = wheel.namelist()
        entry_points = next(wheel.read(name).decode() for name in names if name.endswith("entry_points.txt"))
    assert "drift-sidecar = sidecar.cli:main" in entry_points
    assert {"sidecar/baseline_data.json", "sidecar/__main__.py", "sidecar/relay/tee.py"} <= set(names)
    assert {name for name in names if not name.startswith("sidecar/") and ".dist-info/" not in name} == set()


@pytest.mark.parametrize(
    "target", ["demo", "test", "lint", "bench", "bench-peers", "calibrate", "soak", "e2e", "image", "chart"]
)
def test_make_alone_lists_what_it_can_do(target: str, root: Path) -> None:
    """Whoever types ``make`` is told every target."""
    shown = subprocess.run(["make"], cwd=root, check=True, capture_output=True, text=True, timeout=20).stdout
    assert f"make {target} " in shown


def test_the_image_runs_as_a_numbered_user_without_a_shell(root: Path) -> None:
    """Kubernetes can prove ``runAsNonRoot`` only of a number, and a signal reaches the sidecar only without a shell between."""
    lines = (root / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert "USER 10001:10001" in lines
    assert 'ENTRYPOINT ["python", "-m", "sidecar"]' in lines
    assert 'CMD ["run"]' in lines
    assert all(re.search(r":[\d.]+|^FROM scratch$", line) for line in lines if line.startswith("FROM "))
    assert f"ARG VERSION={sidecar.__version__}" in lines


LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)[^)]*\)")


def test_every_link_in_the_documentation_leads_somewhere(root: Path) -> None:
    """A relative link in a Markdown file names a file or a folder that is there."""
    pages = [file for file in tracked(root) if file.suffix == ".md"]
    dead = [
        f"{page.name}: {link}"
        for page in pages
        for link in LINK.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / link).exists()
    ]
    assert dead == []


def test_every_decision_is_numbered_and_says_what_it_cost(root: Path) -> None:
    """The decisions are numbered without a gap, and each has its context, its decision and its cost."""
    records = sorted((root / "docs" / "adr").glob("[0-9]*.md"))
    assert [record.name[:4] for record in records] == [f"{number:04d}" for number in range(1, len(records) + 1)]
    for record in records:
        assert re.findall(r"(?m)^## (.+)$", record.read_text(encoding="utf-8"))[:3] == ["Context", "Decision", "What it cost"]
