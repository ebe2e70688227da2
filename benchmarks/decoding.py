"""Table 8: values (rows times features) a second that one core decodes and counts, from the bodies of large requests.

What is timed is what the engine does with such a request: decode it, turn rows into columns, find the bins, count. The bodies
have ten thousand rows of eight features, normal, lognormal and whole numbers among them, because a bin is found at another
price in each. The bytes of gRPC calls are read as HTTP/2 besides.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import grpc_calls
from benchmarks.percentiles import middle
from benchmarks.report import table
from sidecar.baseline.read import profile_of_document
from sidecar.columns import batches, slices
from sidecar.decode import Decoded, decode
from sidecar.exchange import Exchange
from sidecar.histogram import Layout, encode, tally

FEATURES = 8
BASELINE_ROWS = 5000
ROWS = 10_000
LARGE_ROWS = 50_000
MAX_BODY = 64 << 20
NAMES = tuple(f"f{number}" for number in range(FEATURES))


@dataclass(frozen=True, slots=True)
class Run:
    """One run: million values a second, decoded, and decoded and counted."""

    decoded: float
    counted: float


def draw(rows: int, seed: int) -> NDArray[np.float64]:
    """Return rows of unlike features."""
    values = np.random.default_rng(seed).normal(size=(rows, FEATURES))
    values[:, 1] = np.exp(values[:, 1])
    values[:, 2] = np.round(values[:, 2] * 10)
    return values


def _json(document: object, path: str) -> Exchange:
    return _exchange(json.dumps(document).encode(), path, {b"content-type": b"application/json"})


def _exchange(body: bytes, path: str, headers: Mapping[bytes, bytes]) -> Exchange:
    return Exchange(b"POST", path.encode(), path, headers, body, 200, {}, b"", 0.0, 1.0, watched=True)


def _records() -> Exchange:
    return _json([dict(zip(NAMES, row, strict=True)) for row in draw(ROWS, 2).tolist()], "/predict")


def _v1() -> Exchange:
    return _json({"instances": draw(ROWS, 2).tolist()}, "/v1/models/m:predict")


def _v2_json() -> Exchange:
    values = draw(ROWS, 2)
    tensor = {"name": "x", "shape": [*values.shape], "datatype": "FP64", "data": values.ravel().tolist()}
    return _json({"inputs": [tensor]}, "/v2/models/m/infer")


def _v2_binary(dtype: str, datatype: str) -> Exchange:
    values = draw(LARGE_ROWS, 2).astype(dtype)
    parameters = {"binary_data_size": values.nbytes}
    tensor: dict[str, Any] = {"name": "x", "shape": [*values.shape], "datatype": datatype, "parameters": parameters}
    head = json.dumps({"inputs": [tensor]}).encode()
    return _exchange(head + values.tobytes(), "/v2/models/m/infer", {b"inference-header-content-length": b"%d" % len(head)})


def _same(one: Exchange) -> Callable[[], Exchange]:
    return lambda: one


BODIES: dict[str, Callable[[], Callable[[], Exchange]]] = {
    "JSON, a list of objects": lambda: _same(_records()),
    "JSON, KServe V1": lambda: _same(_v1()),
    "JSON, KServe V2": lambda: _same(_v2_json()),
    "V2 binary, FP32": lambda: _same(_v2_binary("<f4", "FP32")),
    "V2 binary, FP64": lambda: _same(_v2_binary("<f8", "FP64")),
    "gRPC raw, FP32": lambda: grpc_calls.raw(draw(LARGE_ROWS, 2).astype("<f4"), "FP32"),
    "gRPC raw, FP64": lambda: grpc_calls.raw(draw(LARGE_ROWS, 2), "FP64"),
    "gRPC typed, FP32": lambda: grpc_calls.typed(draw(LARGE_ROWS, 2).astype("<f4"), "FP32", 6),
}
"""What reads each of them: its exchange is there already, or is read from HTTP/2 first."""


def measure(name: str, *, times: int) -> Run:
    """Read the same body some times; the best counts, for whatever else the machine does only ever adds."""
    columns = draw(BASELINE_ROWS, 1)
    layout = Layout(profile_of_document({name: columns[:, place].tolist() for place, name in enumerate(NAMES)}))
    read = BODIES[name]()
    spent = [_once(read, layout) for _ in range(times)]
    decoding, both = (min(each) for each in zip(*spent, strict=True))
    values = FEATURES * (ROWS if name.startswith("JSON") else LARGE_ROWS) / 1e6
    return Run(values / decoding, values / both)


def _once(read: Callable[[], Exchange], layout: Layout) -> tuple[float, float]:
    """Return the CPU seconds of decoding, and of decoding and counting."""
    started = time.process_time()
    found = decode(read(), order=NAMES, max_body=MAX_BODY)
    decoded = time.process_time()
    if not isinstance(found, Decoded):
        raise TypeError(f"not read: {found}")
    pieces = batches(found.records or [], frozenset(NAMES)) if found.columns is None else slices(found.columns)
    for piece in pieces:
        tally(encode(piece, layout), layout)
    return decoded - started, time.process_time() - started


def rounds(*, count: int, times: int = 10) -> dict[str, list[Run]]:
    """Measure every body some times, in turn."""
    runs: dict[str, list[Run]] = {name: [] for name in BODIES}
    for _ in range(count):
        for name, found in runs.items():
            found.append(measure(name, times=times))
    return runs


def rate(runs: Mapping[str, Sequence[Run]], kind: str) -> float | None:
    """Return the least middle rate of the bodies whose names begin like this, decoded and counted."""
    rates = [middle(run.counted for run in found) for name, found in runs.items() if name.startswith(kind)]
    return min((each for each in rates if each is not None), default=None)


def text(runs: Mapping[str, Sequence[Run]]) -> str:
    """Return the table for people."""
    lines = [
        {
            "body": name,
            "decoded M/s": middle(run.decoded for run in found),
            "and counted M/s": middle(run.counted for run in found),
        }
        for name, found in runs.items()
    ]
    return table("Decoding: million values a second on one core", lines)


def as_json(runs: Mapping[str, Sequence[Run]]) -> dict[str, list[dict[str, float]]]:
    """Return every run, for the file."""
    return {name: [asdict(run) for run in found] for name, found in runs.items()}


if __name__ == "__main__":
    print(text(rounds(count=3)))
