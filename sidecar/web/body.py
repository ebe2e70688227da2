"""Read a request's body: whole, inflated, and never more of it than the bound.

The bound (``tap.max_body``) holds for what arrives and for what it inflates to. All bodies together are bounded as well,
because many clients that are each within the bound would otherwise fill the engine's memory; who comes when there is
no room is asked to come again. A body that arrives in one piece, as nearly all do, is past all that in one step.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import hdrs, web
from aiohttp.http_exceptions import HttpProcessingError

from sidecar.exchange import Refusal, inflate
from sidecar.reasons import TapReason
from sidecar.web.problems import Problem

PATIENCE_SECONDS = 30.0


class Room:
    """Bytes that bodies may take up together while they arrive.

    Parameters
    ----------
    capacity
        How many.
    """

    def __init__(self, capacity: int) -> None:
        self._free = capacity

    @asynccontextmanager
    async def share(self) -> AsyncIterator["Share"]:
        """Lend a share of the room to one body, until it has been read."""
        share = Share()
        try:
            yield share
        finally:
            self._free += share.size

    def grow(self, share: "Share", size: int) -> None:
        """Give `share` another `size` bytes.

        Raises
        ------
        Problem
            There is no room for them now.
        """
        if size > self._free:
            raise Problem(503, "too many large bodies are being read at the moment", headers={"Retry-After": "1"})
        self._free -= size
        share.size += size


class Share:
    """What one body holds of a `Room`."""

    size = 0


async def read_body(request: web.Request, limit: int, room: Room) -> bytes:
    """Return the body of `request`, without its Content-Encoding.

    Raises
    ------
    Problem
        It is too large, incomplete, too slow, or encoded in a way that cannot be undone.
    """
    encoding = request.headers.get(hdrs.CONTENT_ENCODING, "")
    refuse_announced_size(request, limit)
    body = await _arrived(request, limit, room)
    return _inflated(body, encoding, limit) if encoding else body


async def _arrived(request: web.Request, limit: int, room: Room) -> bytes:
    if not request.content.is_eof():
        return await _arriving(request, limit, room)
    body = request.content.read_nowait()
    if len(body) > limit:
        raise too_large(limit)
    return body


async def _arriving(request: web.Request, limit: int, room: Room) -> bytes:
    """Collect a body of which not all is here yet."""
    body = bytearray()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), room.share() as share:
            while not request.content.at_eof():
                piece = await request.content.readany()
                if len(body) + len(piece) > limit:
                    raise too_large(limit)
                room.grow(share, len(piece))
                body += piece
    except TimeoutError:
        raise Problem(408, f"the body took longer than {PATIENCE_SECONDS:g} s") from None
    except (web.RequestPayloadError, HttpProcessingError):
        raise Problem(400, "the body is not framed as its headers say") from None
    return bytes(body)


def refuse_announced_size(request: web.Request, limit: int) -> None:
    """Refuse a body that says of itself that it is too large, before it is sent."""
    if (request.content_length or 0) > limit:
        raise too_large(limit)


def too_large(limit: int) -> Problem:
    """Return the problem of a body beyond `limit` bytes."""
    return Problem(413, f"the body is larger than {limit} bytes")


def _inflated(body: bytes, encoding: str, limit: int) -> bytes:
    result = inflate(body, encoding.encode("ascii", "replace"), limit)
    if not isinstance(result, Refusal):
        return result
    if result.reason is TapReason.UNSUPPORTED_ENCODING:
        raise Problem(415, "this Content-Encoding is not supported", headers={"Accept-Encoding": "gzip, deflate"})
    if result.reason is TapReason.INFLATED_TOO_LARGE:
        raise too_large(limit)
    raise Problem(400, "the body is not encoded as its Content-Encoding says")
