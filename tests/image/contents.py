"""What is inside, as somebody sees it who looks for vulnerable packages: the scanner Syft, and the interpreter of the image.

An image from scratch can hide what it is made of. Syft reads what scanners match with their lists of vulnerabilities: which
Debian packages the shared libraries came from, which Python packages there are, and which interpreter.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.image.containers import LIMITS, Container, claim

SYFT = Path(sys.executable).with_name("syft")
# Every shared library outside the interpreter's own folders has the sum that some listed package gives it; and what is listed.
INSIDE = """
import hashlib, importlib.metadata, json, pathlib, platform
status = pathlib.Path("/var/lib/dpkg/status.d")
known = {line.split()[0] for sums in status.glob("*.md5sums") for line in sums.read_text().splitlines()}
libraries = [file for file in pathlib.Path("/usr").rglob("*.so*") if file.is_file() and "/usr/local/" not in str(file)]
orphans = [str(file) for file in libraries if hashlib.md5(file.read_bytes()).hexdigest() not in known]
print(json.dumps({
    "deb": sorted(file.name for file in status.iterdir() if file.suffix != ".md5sums"),
    "python": sorted(f"{d.metadata['Name'].lower().replace('_', '-')} {d.version}" for d in importlib.metadata.distributions()),
    "interpreter": platform.python_version(), "libraries": len(libraries), "orphans": orphans}))
"""
CENTRAL = {"libc6", "libssl3", "libsqlite3-0", "libffi8", "zlib1g", "ca-certificates"}


def check_contents(engine: str, image: str) -> None:
    """What the interpreter says that it has, the scanner sees."""
    run = Container(engine, "")
    inside = json.loads(run.do("run", "--rm", *LIMITS, "--entrypoint", "python", image, "-c", INSIDE))
    claim("every library is a package's:", holds=inside["libraries"] and not inside["orphans"], seen=inside["libraries"])
    with tempfile.TemporaryDirectory() as folder:
        archive = str(Path(folder) / "image.tar")
        run.do("save", *(["--format", "docker-archive"] if engine == "podman" else []), "-o", archive, image)
        seen = scanned(archive)
    claim("a scanner sees Debian's packages:", holds=CENTRAL <= seen["deb"] == set(inside["deb"]), seen=len(seen["deb"]))
    claim("the Python packages:", holds=seen["python"] == set(inside["python"]), seen=len(seen["python"]))
    claim("and the interpreter:", holds=inside["interpreter"] in seen["interpreter"], seen=seen["interpreter"])


def scanned(archive: str) -> dict[str, set[str]]:
    """Return what the scanner finds in an image's archive, by what manages it."""
    scan = [str(SYFT), "-q", f"docker-archive:{archive}", "-o", "json", "--select-catalogers", "+sbom-cataloger"]
    done = subprocess.run(scan, check=True, capture_output=True, text=True)
    found = json.loads(done.stdout)
    claim("a scanner sees the distribution:", holds=found["distro"]["id"] == "debian", seen=found["distro"]["prettyName"])
    seen: dict[str, set[str]] = {"deb": set(), "python": set(), "interpreter": set()}
    for package in found["artifacts"]:
        name, version = package["name"], package["version"]
        if package["type"] == "deb":
            seen["deb"].add(name)
        elif package["type"] == "python":
            seen["python"].add(f"{name.lower().replace('_', '-')} {version}")
        elif name == "python":
            seen["interpreter"].add(version)
    return seen
