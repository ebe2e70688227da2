"""The recorded conversations, beside the source tree: steps from the timelines, expectations from the recorder's own index."""

import csv
import json
import re
from functools import cache
from pathlib import Path

from tests.exchange.wire import Capture, Step

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "captures"

_REQUEST = re.compile(r"\('(\w+)', '([^']*)', (\d+)\)")


@cache
def captures() -> tuple[Capture, ...]:
    """Return every recorded connection."""
    index = FOLDER / "INDEX.tsv"
    if not index.is_file():
        raise FileNotFoundError(
            f"{index} is missing: the recorded conversations belong beside the source tree, in ../shared/captures"
        )
    with index.open(newline="", encoding="utf-8") as lines:
        known = {row["name"]: row["h11"] for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)}
    return tuple(capture for name in sorted(known) for capture in _connections(name, known[name]))


def _connections(name: str, known: str) -> list[Capture]:
    folder = FOLDER / name
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    return [
        _connection(name, "" if number == 1 else f".{number}", meta["wire"], known)
        for number in range(1, meta["connections"] + 1)
    ]


def _connection(name: str, suffix: str, wire: dict[str, object], known: str) -> Capture:
    status = str(wire.get("status_line") or "").split()
    return Capture(
        name=name + suffix,
        steps=_steps(FOLDER / name, suffix),
        # The index cuts long lists short, so requests are counted by their beginnings; their sizes are known for those in full.
        requests=len(re.findall(r"\('[A-Z]", known)),
        targets=tuple((method, target, int(size)) for method, target, size in _REQUEST.findall(known)),
        status=int(status[1]) if status else None,
        http2=bool(wire["http2"]),
    )


def _steps(folder: Path, suffix: str) -> tuple[Step, ...]:
    left = {">": (folder / f"request{suffix}.bin").read_bytes(), "<": (folder / f"response{suffix}.bin").read_bytes()}
    steps: list[Step] = []
    for line in (folder / f"timeline{suffix}.jsonl").read_text(encoding="utf-8").splitlines():
        _, side, what = json.loads(line)
        direction = "up" if side == ">" else "down"
        if isinstance(what, int):
            steps.append((direction, left[side][:what]))
            left[side] = left[side][what:]
        elif what == "eof":
            steps.append((f"{direction}_end", b""))
    if any(left.values()):
        raise ValueError(f"{folder.name}: the timeline does not account for all bytes")
    return tuple(steps)
