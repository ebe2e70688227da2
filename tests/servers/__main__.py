"""Real model servers with their own clients, and the sidecar between them.

    python -m tests.servers [fastapi kserve ...]

For each server and each of its doors the same calls are made twice: directly, and through the sidecar. Then

- every answer through the sidecar is the direct one: status, header fields and body, all but the date;
- the window holds the rows that were sent: as many, as many of each feature, and in each of its bins as many as the same rows
  have when they are given to ``POST /monitor/batch``.

A server that pip cannot install for this Python or platform is named and not shown; anything else that goes wrong is a failure.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from sysconfig import get_config_var
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from tests.relay.running import ROOT, Sidecar, until
from tests.servers.environments import NotInstallableError, environment, version
from tests.servers.people import Row, baseline, people
from tests.servers.processes import adopt_orphans, free_ports, running
from tests.servers.servers import SERVERS, Server
from tests.servers.wire import answers, statuses, wire

START_SECONDS, CALL_SECONDS, COUNT_SECONDS = 180.0, 180.0, 30.0
Report = dict[str, Any]


class DifferenceError(Exception):
    """Something is not as it has to be; the message says what."""


@dataclass(frozen=True)
class Shown:
    """What one door of one server showed."""

    calls: int
    rows: int
    answers: int
    statuses: str


def filled(words: tuple[str, ...], places: Mapping[str, object]) -> list[str]:
    """Return a command with its places filled in."""
    return [word.format_map(places) for word in words]


@contextmanager
def started(server: Server, programs: Path, places: Mapping[str, object]) -> Iterator[None]:
    """Run a server until it is ready, and then until the end of the block."""
    folder = Path(str(places["folder"]))
    own = {name: value.format_map(places) for name, value in server.environ.items()}
    environ = clean() | own | {"PATH": f"{programs}:{os.environ['PATH']}"}
    if server.prepare:
        output(filled(server.prepare, places), environ, folder)
    with running(filled(server.command, places), environ, folder) as process:

        def ready() -> bool:
            if process.poll() is not None:
                raise DifferenceError(f"it ended with {process.returncode}: {tail(folder)}")
            return answers_ok(f"http://127.0.0.1:{places['http']}{server.ready}")

        until(ready, lambda: f"{server.name} is ready: {tail(folder)}", seconds=START_SECONDS)
        yield


def clean() -> dict[str, str]:
    """Return an environment in which servers find this repository, and send nobody any figures."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("DRIFT_", "VIRTUAL_ENV"))}
    return inherited | {"PYTHONPATH": str(ROOT), "DO_NOT_TRACK": "1", "PYTHONDONTWRITEBYTECODE": "1", "NO_PROXY": "*"}


def tail(folder: Path) -> str:
    """Return the end of a server's log."""
    return (folder / "server.log").read_text(encoding="utf-8", errors="replace")[-2000:]


def answers_ok(url: str) -> bool:
    """Whether a URL answers 200."""
    try:
        with urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        time.sleep(0.2)
        return False


def called(server: Server, door: str, programs: Path, target: tuple[str, int]) -> tuple[dict[str, list[Row]], list[bytes]]:
    """Let the server's clients call `target`; return what they sent in each call, and what came back."""
    sent: dict[str, list[Row]] = {}
    with wire(target) as laid:
        for module in server.clients:
            command = [str(programs / "python"), "-m", "tests.servers.client", module, door, laid.address, *server.without]
            sent |= json.loads(output(command, clean(), ROOT).splitlines()[-1])
        back = laid.end()
    return sent, answers(back, server.volatile)


def output(command: list[str], environ: Mapping[str, str], folder: Path) -> str:
    """Return what a program prints; fail with its errors."""
    done = subprocess.run(command, env=environ, cwd=folder, capture_output=True, text=True, timeout=CALL_SECONDS, check=False)
    if done.returncode:
        raise DifferenceError(f"{' '.join(command[2:4])} failed: {done.stderr[-2000:]}")
    return done.stdout


def check(server: Server, door: str, programs: Path, port: int, profile: Path) -> Shown:
    """Compare answers and counts at one door."""
    sent, direct = called(server, door, programs, ("127.0.0.1", port))
    settings = {"DRIFT_BASELINE": str(profile), "DRIFT_TAP__CPU": "2", "DRIFT_WINDOW__ROWS": "1000000", "DRIFT_DRAIN": "0"}
    sidecar = Sidecar(f"127.0.0.1:{port}", settings)
    try:
        sidecar.event("engine_up")
        _, through = called(server, door, programs, sidecar.traffic)
        same_answers(direct, through)
        rows = [row for call in sent.values() for row in call]
        same_counts(sidecar, rows)
    finally:
        sidecar.reap()
    told = ", ".join(f"{count} x {status}" for status, count in sorted(Counter(statuses(through)).items()))
    return Shown(len(sent), len(rows), len(statuses(through)), told)


def same_answers(direct: list[bytes], through: list[bytes]) -> None:
    """Compare what came back."""
    if len(direct) != len(through):
        raise DifferenceError(f"{len(direct)} answers directly and {len(through)} through the sidecar")
    for one, other in zip(direct, through, strict=True):
        if one != other:
            place = next((at for at, (left, right) in enumerate(zip(one, other, strict=False)) if left != right), 0)
            raise DifferenceError(
                f"an answer differs: {one[max(0, place - 80) :][:160]!r} {other[max(0, place - 80) :][:160]!r}"
            )


def same_counts(sidecar: Sidecar, rows: list[Row]) -> None:
    """Compare what was counted with what was sent."""
    seen: Report = {}

    def counted() -> bool:
        seen.update(asked(sidecar, "drift"))
        return int(seen["window"]["rows"]) >= len(rows)

    try:
        until(counted, "the rows", seconds=COUNT_SECONDS)
    except AssertionError:
        dropped = asked(sidecar, "health")["tap"]["dropped"]
        raise DifferenceError(f"{seen['window']['rows']} of {len(rows)} rows are counted; not read: {dropped}") from None
    expected = asked(sidecar, "batch", json.dumps(rows).encode())
    if seen["window"]["rows"] != len(rows) or counts(seen) != counts(expected):
        raise DifferenceError(f"counted {seen['window']} {counts(seen)}, sent {len(rows)} {counts(expected)}")
    dropped = {reason: count for reason, count in asked(sidecar, "health")["tap"]["dropped"].items() if count}
    if set(dropped) - {"status"}:
        raise DifferenceError(f"not everything was read: {dropped}")


def counts(report: Report) -> Report:
    """Return the counts of a report's features."""
    return {
        name: {key: feature[key] for key in ("rows", "missing", "absent")}
        | {"bins": [one["window"] for one in feature["bins"]]}
        for name, feature in report["features"].items()
    }


def asked(sidecar: Sidecar, what: str, body: bytes | None = None) -> Report:
    """Return what the monitor answers."""
    host, port = sidecar.monitor
    request = Request(f"http://{host}:{port}/monitor/{what}", body, {"Content-Type": "application/json"})
    with urlopen(request, timeout=CALL_SECONDS) as answer:
        report: Report = json.load(answer)
    return report


def show(server: Server) -> str | None:
    """Show one server; return why it failed."""
    try:
        programs = environment(server.name)
    except NotInstallableError as error:
        print(f"{server.name:10} not shown: {error}", flush=True)
        return None
    with tempfile.TemporaryDirectory() as folder:
        profile = Path(folder) / "baseline.json"
        profile.write_text(json.dumps(baseline(people(2000, 0))), encoding="utf-8")
        own = Path(folder) / server.name
        own.mkdir()
        ports = dict(zip(("http", "grpc", "metrics"), free_ports(3), strict=True))
        places: dict[str, object] = {"bin": programs, "folder": own, "libraries": get_config_var("LIBDIR"), **ports}
        try:
            with started(server, programs, places):
                for door in server.doors:
                    found = check(server, door, programs, ports[door], profile)
                    name = f"{server.name} {version(programs, server.package)}"
                    print(f"{name:22} {door:5} {found.calls:3} calls {found.rows:6} rows, answers {found.statuses}", flush=True)
        except (DifferenceError, AssertionError, subprocess.SubprocessError) as error:
            return f"{server.name}: {error}"
    return None


def main() -> int:
    """Show the servers that are named, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.servers", description="Real model servers behind the sidecar.")
    names = [server.name for server in SERVERS]
    parser.add_argument("servers", nargs="*", metavar="SERVER", help=f"any of {', '.join(names)}; all of them if none is named")
    chosen = parser.parse_args().servers or names
    if unknown := set(chosen) - set(names):
        parser.error(f"no such server: {', '.join(sorted(unknown))}")
    adopt_orphans()
    failures = [failure for server in SERVERS if server.name in chosen and (failure := show(server))]
    print(*(f"FAILED {failure}" for failure in failures), sep="\n", file=sys.stderr)
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
