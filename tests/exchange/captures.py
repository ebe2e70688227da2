"""The recorded conversations, beside the source tree: steps from the timelines, expectations from the recorder's own index."""

import csv
import json
import re
from functools import cache
from pathlib import Path

from tests.exchange.wire import Capture, Step

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "captures"

UPGRADED = "http2-upgrade_get-curl-hypercorn"
"""The one conversation in which HTTP/1 becomes HTTP/2. The index, which knows HTTP/1 alone, counts its prefaces too."""

_GRPC = {0: 200, 5: 404}
"""HTTP's statuses for those of gRPC that occur."""
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
    if wire["http2"]:
        return _http2(name, suffix)
    if name == UPGRADED:
        return Capture(
            name, _steps(FOLDER / name, suffix), 1, (("GET", str(wire["request_line"]).split()[1], 0),), 200, http2=True
        )
    status = str(wire.get("status_line") or "").split()
    return Capture(
        name=name + suffix,
        steps=_steps(FOLDER / name, suffix),
        # The index cuts long lists short, so requests are counted by their beginnings; their sizes are known for those in full.
        requests=len(re.findall(r"\('[A-Z]", known)),
        targets=tuple((method, target, int(size)) for method, target, size in _REQUEST.findall(known)),
        status=int(status[1]) if status else None,
        http2=False,
    )


def _http2(name: str, suffix: str) -> Capture:
    """Return a connection whose frames the recorder listed, with the requests among them."""
    text = (FOLDER / name / "frames.txt").read_text(encoding="utf-8")
    sent, received = text.split("# response.bin\n")
    requests = [
        (method, target, sum(int(size) for size in re.findall(rf"> DataFrame stream={stream} len=(\d+)", sent)))
        for stream, fields in re.findall(r"> HeadersFrame stream=(\d+) .*\n((?:    .*\n)+)", sent)
        for method in re.findall(r"    :method: (.*)", fields)
        for target in re.findall(r"    :path: (.*)", fields)
    ]
    grpc = re.findall(r"    grpc-status: (\d+)", received)
    return Capture(
        name=name + suffix,
        steps=_steps(FOLDER / name, suffix),
        requests=len(requests),
        targets=tuple(requests),
        status=_GRPC[int(grpc[0])] if grpc else int(re.findall(r"    :status: (\d+)", received)[0]),
        http2=True,
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
