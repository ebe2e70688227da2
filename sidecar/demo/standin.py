"""A stand-in for a model: it answers every row with a number made from the row, and knows nothing.

The sidecar does not care what a model computes. What matters here is that the answer depends on the bytes of the
question, so that an altered request would be seen in the answer, and that it is served over real HTTP by a process of
its own.

    python -m sidecar.demo.standin 9001
"""

import sys
from zlib import crc32

import orjson
from aiohttp import web

from sidecar.demo.ports import HOST


def predict(row: object) -> float:
    """Return a number from 0 to 1 that depends on the row.

    >>> predict({"age": 35}) == predict({"age": 35}), predict({"age": 35}) == predict({"age": 36})
    (True, False)
    """
    return round(crc32(orjson.dumps(row, option=orjson.OPT_SORT_KEYS)) / 0xFFFFFFFF, 6)


async def _predict(request: web.Request) -> web.Response:
    try:
        document = orjson.loads(await request.read())
    except orjson.JSONDecodeError:
        return web.json_response({"error": "the body is not JSON"}, status=400)
    rows = document if isinstance(document, list) else [document]
    return web.json_response({"predictions": [predict(row) for row in rows]})


async def _ready(_request: web.Request) -> web.Response:
    return web.json_response({"ready": True})


def application() -> web.Application:
    """Return the stand-in: ``POST /predict`` and ``GET /ready``."""
    app = web.Application()
    app.router.add_post("/predict", _predict)
    app.router.add_get("/ready", _ready)
    return app


if __name__ == "__main__":
    web.run_app(application(), host=HOST, port=int(sys.argv[1]), print=None, access_log=None, shutdown_timeout=1)
