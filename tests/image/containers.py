"""Containers that an engine runs, what is asked of them, and claims that hold or end the check."""

import json
import secrets
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from typing import Any

LIMITS = ["--cpus=0.5", "--memory=1g", "--pids-limit=256", "--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges"]


class Container:
    """A container that an engine runs: what is asked of it is asked through the engine's command line."""

    def __init__(self, engine: str, name: str) -> None:
        self.engine = engine
        self.name = name

    def do(self, *words: str) -> str:
        """Run one command of the engine and return what it printed."""
        done = subprocess.run([self.engine, *words], check=False, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{self.engine} {' '.join(words)}: {done.stderr.strip()}")
        return done.stdout.strip()

    def logs(self) -> str:
        """Return all that it has printed."""
        done = subprocess.run(
            [self.engine, "logs", self.name], check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        return done.stdout

    def logs_until(self, text: str, *, seconds: float = 60) -> str:
        """Return what it has printed, once that has `text` in it."""
        began = time.monotonic()
        while text not in (printed := self.logs()):
            if time.monotonic() - began > seconds:
                raise TimeoutError(f"{self.name} has not printed {text} within {seconds} s")
            time.sleep(0.1)  # it is starting
        return printed

    def state(self) -> dict[str, Any]:
        """Return how it is, as the engine says."""
        state: dict[str, Any] = json.loads(self.do("inspect", self.name))[0]["State"]
        return state

    def python(self, source: str) -> str:
        """Run `source` inside, with the image's own interpreter."""
        return self.do("exec", self.name, "python", "-c", source)


@contextmanager
def running(engine: str, name: str, *words: str) -> Iterator[Container]:
    """Start a container, hand it over, and remove it whatever happens.

    Podman may need a name for a moment longer than it takes to remove the container, so no name is used twice.
    """
    container = Container(engine, f"{name}-{secrets.token_hex(4)}")
    container.do("run", "-d", "--name", container.name, *words)
    try:
        yield container
    except Exception:
        print(container.logs(), file=sys.stderr)
        raise
    finally:
        container.do("rm", "-f", container.name)


def ask(port: int, path: str, body: object = None) -> tuple[int, str]:
    """Send one request and return the answer's status and text."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.status, answer.read().decode()


def until_answered(port: int, path: str, *, seconds: float = 30) -> float:
    """Ask until there is an answer, and return how many seconds that took."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        try:
            ask(port, path)
        except (OSError, HTTPException):
            time.sleep(0.02)  # the process is starting; a refused connection is not worth a busy loop
        else:
            return time.monotonic() - began
    raise TimeoutError(f"no answer from {path} within {seconds} s")


def claim(what: str, *, holds: bool, seen: object = "") -> None:
    """Print one claim with what was seen, and end the run when it does not hold."""
    print(f"{'ok  ' if holds else 'FAIL'} {what} {seen}".rstrip(), flush=True)
    if not holds:
        raise AssertionError(what)
