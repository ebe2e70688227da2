"""The bodies that the benchmark sends: rows of the customer table that the shipped baseline comes from.

The rows differ from request to request. One constant body would be kinder to branch predictors and caches than any real
traffic, and a window filled with one value, or with a few hundred rows over and over, is in alarm for ever, which is
not the state that a service spends its life in. So there are as many rows as the baseline has.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from examples.customers import Record, draw

SMALL_BYTES = 160
LARGE_BYTES = 200_000
SMALL_PATH = "/predict"
LARGE_PATH = "/v1/models/churn:predict"
ANSWER = '{"predictions": [0.137], "model": "churn", "outcome": "stays"}'


def small_bodies(count: int, seed: int = 1) -> list[bytes]:
    """Return predict requests of one row, each of exactly ``SMALL_BYTES`` bytes (the name of the model's version fills them).

    >>> {len(body) for body in small_bodies(50)}
    {160}
    """
    return [_padded(row) for row in draw(count, seed)]


def _padded(row: Record) -> bytes:
    features = json.dumps(row)
    head = f'{{"features": {features}, "model_version": "'
    name = "churn-2025-06-01-stable"[: SMALL_BYTES - len(head) - 2]
    return f'{head}{name}"}}'.ljust(SMALL_BYTES).encode()


def large_body(size: int = LARGE_BYTES, seed: int = 2) -> bytes:
    """Return one KServe V1 batch request of about ``size`` bytes: some thousand rows.

    >>> 199_000 < len(large_body()) <= 200_000
    True
    """
    return b'{"instances": [' + b", ".join(_fitting(draw(size // 60, seed), size)) + b"]}"


def _fitting(rows: Sequence[Record], size: int) -> list[bytes]:
    parts, room = [], size - len('{"instances": []}')
    for row in rows:
        text = json.dumps(row).encode()
        room -= len(text) + 2
        if room < 0:
            break
        parts.append(text)
    return parts


def request(path: str, body: bytes) -> bytes:
    """Return a POST of a JSON body as a plain HTTP/1.1 client writes it."""
    head = f"POST {path} HTTP/1.1\r\nHost: model\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def write_bodies(path: Path, count: int = 10_000) -> Path:
    """Write small bodies, one a line, for ``wrk.lua`` to send round and round."""
    path.write_bytes(b"\n".join(small_bodies(count)) + b"\n")
    return path
