"""A virtual environment for each server, made once from pins with hashes: it shares nothing with the sidecar beside it."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from tests.relay.running import ROOT

SECONDS = 900
_FINAL = ("No matching distribution found", "requires a different Python", "not a supported wheel")


class NotInstallableError(Exception):
    """The server cannot be had on this machine, for this Python or platform; the message is what pip says."""


def environment(name: str) -> Path:
    """Return the folder of programs of a server's environment, which is made if there is none with the same pins."""
    venv, pins = ROOT / ".cache" / "servers" / name, Path(__file__).parent / "requirements" / f"{name}.txt"
    digest, marker = hashlib.sha256(pins.read_bytes()).hexdigest(), venv / ".installed"
    if not (marker.exists() and marker.read_text(encoding="ascii") == digest):
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(venv)], check=True, timeout=SECONDS)
        _install(venv / "bin" / "python", pins)
        for stray in venv.glob("lib/python*/site-packages/tests"):
            shutil.rmtree(stray)  # Some distributions ship their own tests under this name, which would hide ours.
        marker.write_text(digest, encoding="ascii")
    return venv / "bin"


def _install(python: Path, pins: Path) -> None:
    command = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes", "-r", str(pins)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or ["pip failed"]
        if any(sign in line for line in said for sign in _FINAL):
            raise NotInstallableError(said[-1])
        raise RuntimeError(f"{pins.name}: {said[-1]}")


def version(programs: Path, package: str) -> str:
    """Return which version of a distribution an environment has."""
    ask = f"from importlib.metadata import version; print(version({package!r}))"
    return subprocess.run(
        [str(programs / "python"), "-c", ask], check=True, capture_output=True, text=True, timeout=60
    ).stdout.strip()
