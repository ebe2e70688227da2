"""Traffic against a real server: everything is sent once, over keep-alive connections, and failures are counted."""

import asyncio
import socket
import struct
import time
from collections.abc import AsyncIterator

import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from sidecar.demo.own import wrap
from sidecar.demo.phases import Phase, play
from sidecar.demo.same import differences, request
from sidecar.demo.standin import application
from sidecar.demo.traffic import Traffic

ROWS = 200
POOLS = {"trained": [{"number": n} for n in range(ROWS)]}
PHASES = [Phase("calm", "", ROWS, "trained", "trained")]


class Recorder:
    """A model that keeps what it was asked, and by which connections."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.numbers: list[int] = []
        self.connections: set[object] = set()

    def application(self) -> web.Application:
        """Return the server."""
        app = web.Application()
        app.router.add_post("/predict", self._predict)
        return app

    async def _predict(self, asked: web.Request) -> web.Response:
        document = orjson.loads(await asked.read())
        rows = document if isinstance(document, list) else [document["features"]]
        self.numbers += [row["number"] for row in rows]
        self.connections.add(asked.transport)
        return web.Response(status=self.status, text="refused")


async def send(recorder: Recorder, rate: float = 1e6) -> Traffic:
    """Send the piece to a server."""
    async with TestServer(recorder.application()) as server:
        traffic = Traffic(str(server.make_url("/predict")), wrap, play(PHASES, POOLS, seed=1), rate=rate, connections=4)
        await traffic.run()
        return traffic


async def test_every_row_is_sent_once_over_a_few_connections() -> None:
    """All rows of the piece arrive, and no more connections are opened than were asked for."""
    recorder = Recorder()
    traffic = await send(recorder)
    assert sorted(recorder.numbers) == list(range(ROWS))
    assert 1 < len(recorder.connections) <= 4
    assert traffic.sent is not None
    assert (traffic.sent.rows, traffic.sent.failed) == (ROWS, 0)


async def test_refusals_are_counted_and_the_last_is_kept() -> None:
    """An answer of 400 or more is a failed request; the traffic goes on."""
    recorder = Recorder(status=503)
    traffic = await send(recorder)
    assert traffic.sent is not None
    assert traffic.sent.failed == traffic.sent.requests > 1
    assert traffic.sent.last_failure == "503: refused"
    assert len(recorder.numbers) == ROWS


async def test_the_rate_is_kept() -> None:
    """200 rows at 400 a second take about half a second, and never much less."""
    began = time.monotonic()
    await send(Recorder(), rate=400)
    assert time.monotonic() - began > 0.45


@pytest.fixture
async def model() -> AsyncIterator[int]:
    """Serve the stand-in; yield its port."""
    async with TestServer(application()) as server:
        assert server.port is not None
        yield server.port


async def test_a_server_answers_like_itself(model: int) -> None:
    """The same model asked twice gives no difference, whatever it is asked."""
    asked = [
        request("POST", "/predict", b'{"a": 1}'),
        request("POST", "/predict", b"{"),
        request("HEAD", "/ready"),
        request("GET", "/x"),
    ]
    assert await differences(asked, model, model) == []


async def test_another_answer_is_found_and_shown(model: int) -> None:
    """Two servers that answer differently are told apart, with the request that shows it."""
    async with TestServer(Recorder().application()) as other:
        assert other.port is not None
        found = await differences([request("POST", "/predict", b'{"features": {"number": 1}}')], model, other.port)
    assert len(found) == 1
    assert found[0].startswith("request 1 (POST /predict HTTP/1.1): direct b'HTTP/1.1 200 OK")


async def test_a_connection_that_is_reset_is_a_difference(model: int) -> None:
    """How a connection ends is a part of the answer."""

    async def reset(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.close()

    async with await asyncio.start_server(reset, "127.0.0.1", 0) as other:
        port = other.sockets[0].getsockname()[1]
        assert "reset by peer" in (await differences([request("GET", "/ready")], model, port))[0]
