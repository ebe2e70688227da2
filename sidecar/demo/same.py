"""Whether an answer through the sidecar is the direct one, byte for byte.

Raw sockets on purpose: an HTTP library would hide exactly what could go wrong, which is the order and case of headers,
chunk boundaries and how the connection ends. Only the value of the ``Date`` header may differ, since two answers may
fall into two seconds.
"""

import asyncio
import json
import re
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice

from sidecar.demo.ports import HOST, Ports
from sidecar.demo.scenario import Scenario

_DATE = re.compile(rb"(?im)^(date: )[^\r\n]*")


ROWS_COMPARED = 10
ANSWER_SECONDS = 10


async def compare(scenario: Scenario, ports: Ports) -> list[str]:
    """Ask for predictions, and for some things that the model refuses, both ways; return a line for every difference."""
    pool = next(iter(scenario.pools.values()))
    asked = [json.dumps(scenario.wrap((row,))).encode() for row in islice(pool, ROWS_COMPARED)]
    requests = [
        *(request("POST", scenario.model.predict, body) for body in asked),
        request("POST", scenario.model.predict, b"{ not JSON"),
        request("GET", scenario.model.ready),
        request("HEAD", scenario.model.ready),
        request("GET", "/no/such/path"),
    ]
    return await differences(requests, ports.model, ports.traffic)


def request(method: str, path: str, body: bytes = b"") -> bytes:
    """Return the bytes of an HTTP/1.1 request whose answer ends with the connection."""
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: model\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def differences(requests: Sequence[bytes], direct: int, relayed: int) -> list[str]:
    """Send each request to both ports; return a line for every answer that differs."""
    found = []
    for number, sent in enumerate(requests, 1):
        one, two = await _answer(direct, sent), await _answer(relayed, sent)
        if one != two:
            line = sent.split(b"\r\n", 1)[0].decode()
            found.append(f"request {number} ({line}): direct {one[:200]!r}, through the sidecar {two[:200]!r}")
    return found


async def _answer(port: int, sent: bytes) -> bytes:
    """Return the answer and how the connection ended, which belongs to it."""
    reader, writer = await asyncio.open_connection(HOST, port)
    received = b""
    try:
        writer.write(sent)
        async with asyncio.timeout(ANSWER_SECONDS):
            while chunk := await reader.read(1 << 16):
                received += chunk
        end = b""
    except OSError as error:
        end = f" and then {error.strerror or 'nothing more'}".encode()
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
    return _DATE.sub(rb"\1", received) + end
