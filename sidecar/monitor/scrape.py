"""``GET /monitor/metrics``: the exposition, written without haste.

The container's share of CPU is the relay's too, and a scrape of many features is long enough to use it up. So the handler rests
three times as long as each piece took to write: it takes a quarter of a core at most, and the loop does other things meanwhile.
A page of thousands of series thus takes about a second, of the ten that Prometheus waits.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from time import thread_time

from aiohttp import hdrs, web

from sidecar.metrics.exposition import content_type, expose
from sidecar.monitor.negotiate import quality
from sidecar.monitor.reply import document
from sidecar.monitor.state import MonitorState

REST = 3.0
_OPENMETRICS = "application/openmetrics-text"


def scrape(state: MonitorState) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Return the handler over `state`."""

    async def metrics(request: web.Request) -> web.Response:
        accept = request.headers.get(hdrs.ACCEPT, "")
        wanted = quality(accept, _OPENMETRICS)
        openmetrics = wanted > 0 and wanted >= quality(accept, "text/plain", "text/*", "*/*")
        body = await unhurried(expose(state, openmetrics=openmetrics))
        return document(request, body, content_type(openmetrics=openmetrics))

    return metrics


async def unhurried(pieces: Iterable[bytes]) -> bytes:
    """Return all `pieces` together, with a rest after each that is in proportion to its work."""
    gathered, began = [], thread_time()
    for piece in pieces:
        gathered.append(piece)
        await asyncio.sleep(REST * (thread_time() - began))
        began = thread_time()
    return b"".join(gathered)
