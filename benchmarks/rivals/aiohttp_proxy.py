"""A reverse proxy as one writes it first: an aiohttp server that passes every request to an aiohttp ``ClientSession``.

It runs on asyncio's own loop with aiohttp's defaults, no access log, and connections to the model kept alive without a
limit.

Usage: ``python benchmarks/rivals/aiohttp_proxy.py LISTEN_PORT MODEL_PORT``
"""

import sys
from collections.abc import AsyncIterator

from aiohttp import ClientSession, TCPConnector, web

_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "content-length"})
_SESSION = web.AppKey("session", ClientSession)
_UPSTREAM = web.AppKey("upstream", str)


async def relay(request: web.Request) -> web.Response:
    """Send the request on, wait for the whole answer, and answer with it."""
    headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP_BY_HOP}
    url = request.app[_UPSTREAM] + request.raw_path
    body = await request.read()
    async with request.app[_SESSION].request(request.method, url, headers=headers, data=body, allow_redirects=False) as answer:
        kept = {name: value for name, value in answer.headers.items() if name.lower() not in _HOP_BY_HOP}
        return web.Response(status=answer.status, headers=kept, body=await answer.read())


async def session(app: web.Application) -> AsyncIterator[None]:
    """Keep one client session while the server runs."""
    async with ClientSession(connector=TCPConnector(limit=0), auto_decompress=False) as client:
        app[_SESSION] = client
        yield


def main(listen: int, model: int) -> None:
    """Serve until told to stop."""
    app = web.Application(client_max_size=2**24)
    app[_UPSTREAM] = f"http://127.0.0.1:{model}"
    app.cleanup_ctx.append(session)
    app.router.add_route("*", "/{path:.*}", relay)
    web.run_app(app, host="127.0.0.1", port=listen, access_log=None, print=None)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
