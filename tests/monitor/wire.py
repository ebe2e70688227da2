"""Requests that no client library would send: bytes on a socket, and whatever comes back."""

import asyncio
from dataclasses import dataclass
from typing import Any

from aiohttp.test_utils import TestClient


@dataclass(frozen=True)
class Raw:
    """An answer as it came."""

    head: bytes
    body: bytes

    @property
    def status(self) -> int:
        """The status of the first answer."""
        return int(self.head.split(b" ", 2)[1])

    def header(self, name: str) -> str | None:
        """The value of a header field."""
        for line in self.head.decode("latin-1").split("\r\n")[1:]:
            key, _, value = line.partition(":")
            if key.lower() == name.lower():
                return value.strip()
        return None


async def exchange(client: TestClient[Any, Any], data: bytes) -> Raw:
    """Send `data` on a connection of its own and read until the server ends it."""
    reader, writer = await asyncio.open_connection(client.host, client.port)
    try:
        writer.write(data)
        answer = await asyncio.wait_for(reader.read(), 30)
    finally:
        writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return Raw(head, body)
