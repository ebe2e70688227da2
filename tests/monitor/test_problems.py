"""Every error is a problem document: right status, right media type, and nothing about our insides."""

import asyncio
import gzip
import io
import json
import zlib
from collections.abc import AsyncIterator
from contextlib import nullcontext
from typing import Any

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient
from structlog.testing import capture_logs

from sidecar.monitor import MonitorState
from sidecar.web import body
from sidecar.web.body import Room
from sidecar.web.problems import Problem
from tests.monitor.wire import Raw, exchange

Client = TestClient[Any, Any]
PREDICT = "/monitor/predict"
JSON = {"Content-Type": "application/json"}
GOOD = b'{"features": {"age": 40, "plan": "free"}}'
MAX_BODY = 10_000


@pytest.fixture
def environ() -> dict[str, str]:
    """Return settings with small bounds, so that they are reached."""
    return {"DRIFT_TAP__MAX_BODY": str(MAX_BODY), "DRIFT_TAP__BUFFER": "65536"}


async def problem(answer: ClientResponse, status: int) -> dict[str, Any]:
    """Check that `answer` is a problem document with `status`, and return it."""
    text = await answer.text()
    assert answer.status == status, text
    assert answer.content_type == "application/problem+json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Traceback" not in text
    assert "aiohttp" not in text + answer.headers["Server"]
    return checked(json.loads(text), status)


def checked(document: dict[str, Any], status: int) -> dict[str, Any]:
    """Check what every document has."""
    assert document["status"] == status
    assert (document["type"], bool(document["title"]), bool(document["detail"])) == ("about:blank", True, True)
    return document


def raw_problem(answer: Raw, status: int) -> dict[str, Any]:
    """Check the same of an answer that was read from the socket."""
    assert answer.status == status, answer.head
    assert answer.header("Content-Type") == "application/problem+json"
    return checked(json.loads(answer.body), status)


@pytest.mark.parametrize(
    "path", ["/", "/monitor/nothing", "/monitor/predict/", "/monitor/drift/x", "/favicon.ico", "/monitor%2Fdrift"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_path_that_does_not_exist_is_404(client: Client, path: str, method: str) -> None:
    """Any method on a path that nobody serves."""
    async with client.request(method, path) as answer:
        await problem(answer, 404)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", PREDICT, "POST"),
        ("DELETE", PREDICT, "POST"),
        ("OPTIONS", PREDICT, "POST"),
        ("POST", "/monitor/drift", "GET, HEAD"),
        ("PUT", "/monitor/baseline", "GET, HEAD"),
        ("POST", "/monitor/", "GET, HEAD"),
        ("PATCH", "/monitor/health", "GET, HEAD"),
    ],
)
async def test_method_that_is_not_served_is_405_with_those_that_are(
    client: Client, method: str, path: str, allowed: str
) -> None:
    """The answer says what would have been right."""
    async with client.request(method, path) as answer:
        await problem(answer, 405)
        assert answer.headers["Allow"] == allowed


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b" ",
        b'{"features": {"age": 40',
        b'{"features": {"age": 40}} x',
        b"features=1",
        b"{'features': 1}",
        b'{"features": {"age": \xff}}',
        b'{"features": {"age": "\xc3\x28"}}',
        b'{"features": {"age": 01}}',
        b"[" * 4_999 + b"]" * 4_999,
        b'{"features": {"age": ' + b"[" * 4_900 + b"]" * 4_900 + b"}}",
        b"\x00\x01\x02",
        b"\xff\xfe{\x00}\x00",
    ],
    ids=lambda text: str(text[:24]),
)
async def test_body_that_is_not_json_is_400(client: Client, state: MonitorState, text: bytes) -> None:
    """What cannot be parsed is an error and no row."""
    async with client.post(PREDICT, data=text, headers=JSON) as answer:
        await problem(answer, 400)
    assert state.rows["direct"] == 0


@pytest.mark.parametrize("depth", [10_000, 100_000])
async def test_nesting_without_end_is_400(aiohttp_client: Any, depth: int) -> None:
    """Ten thousand levels neither break nor delay the parser."""
    from tests.monitor.world import MonitorServer, baseline, make_state

    client: Client = await aiohttp_client(MonitorServer(make_state(profile=baseline())))
    nested = b'{"features": {"age": ' + b'{"a":' * depth + b"1" + b"}" * depth + b"}}"
    async with client.post(PREDICT, data=io.BytesIO(nested), headers=JSON) as answer:
        await problem(answer, 400)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        (b"{}", ["features"]),
        (b"[]", ["(body)"]),
        (b"null", ["(body)"]),
        (b'"features"', ["(body)"]),
        (b'[{"features": {"age": 1}}]', ["(body)"]),
        (b'{"features": {}}', ["features"]),
        (b'{"features": []}', ["features"]),
        (b'{"features": null}', ["features"]),
        (b'{"features": "age"}', ["features"]),
        (b'{"Features": {"age": 1}}', ["features"]),
        (b'{"features": {"age": 1}, "model_version": 7}', ["model_version"]),
        (b'{"features": {"age": 1}, "model_version": ["7"]}', ["model_version"]),
        (b'{"features": {"age": 1}, "model_version": ""}', ["model_version"]),
        (b'{"features": {"age": 1}, "model_version": "%b"}' % (b"v" * 129), ["model_version"]),
        (b'{"features": {"age": 1}, "timestamp": "yesterday"}', ["timestamp"]),
        (b'{"features": {"age": 1}, "timestamp": ""}', ["timestamp"]),
        (b'{"features": {"age": 1}, "timestamp": true}', ["timestamp"]),
        (b'{"features": {"age": 1}, "timestamp": NaN}', ["timestamp"]),
        (b'{"features": {"age": 1}, "timestamp": 1e300}', ["timestamp"]),
        (b'{"features": {"age": 1}, "timestamp": {"at": 1}}', ["timestamp"]),
        (b'{"features": 1, "model_version": 7, "timestamp": "x"}', ["features", "model_version", "timestamp"]),
    ],
    ids=lambda value: str(value[:60]) if isinstance(value, bytes) else "",
)
async def test_envelope_that_does_not_fit_is_422_and_names_the_fields(
    client: Client, state: MonitorState, text: bytes, fields: list[str]
) -> None:
    """Each field that is wrong is named with a reason."""
    async with client.post(PREDICT, data=text, headers=JSON) as answer:
        document = await problem(answer, 422)
    assert [error["field"] for error in document["errors"]] == fields
    assert all(error["message"] for error in document["errors"])
    assert state.rows["direct"] == 0


async def test_longest_model_version_is_accepted(client: Client) -> None:
    """128 characters are one less than too many."""
    async with client.post(PREDICT, json={"features": {"age": 1}, "model_version": "ü" * 128}) as answer:
        assert (await answer.json())["model_version"] == "ü" * 128


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/octet-stream"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": "nonsense"},
        {"Content-Type": "application/json", "Content-Encoding": "br"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip, zstd"},
    ],
    ids=str,
)
async def test_body_of_another_kind_is_415(client: Client, state: MonitorState, headers: dict[str, str]) -> None:
    """What curl sends by default, other charsets, codings that are not supported."""
    async with client.post(PREDICT, data=GOOD, headers=headers) as answer:
        await problem(answer, 415)
        assert {"Accept", "Accept-Encoding"} & set(answer.headers)
    assert state.rows["direct"] == 0


def of_size(size: int) -> bytes:
    """Return an envelope of exactly so many bytes."""
    text = b'{"features": {"age": 40}, "padding": "%b"}'
    return text % (b"x" * (size - len(text) + 2))


async def in_pieces(data: bytes) -> AsyncIterator[bytes]:
    """Yield `data` a thousand bytes at a time, which has no length in advance."""
    for start in range(0, len(data), 1000):
        yield data[start : start + 1000]


@pytest.mark.parametrize(("size", "status"), [(MAX_BODY - 1, 200), (MAX_BODY, 200), (MAX_BODY + 1, 413), (5_000_000, 413)])
@pytest.mark.parametrize("streamed", [False, True])
async def test_bound_of_a_body_holds_to_the_byte(client: Client, size: int, status: int, streamed: bool) -> None:
    """Announced or streamed, a body at the bound passes and one byte more does not."""
    data = in_pieces(of_size(size)) if streamed else io.BytesIO(of_size(size))
    async with client.post(PREDICT, data=data, headers=JSON) as answer:
        if status == 200:
            assert answer.status == 200
        else:
            await problem(answer, status)


@pytest.mark.parametrize(("size", "status"), [(MAX_BODY, 200), (MAX_BODY + 1, 413), (50_000_000, 413)])
@pytest.mark.parametrize("coding", ["gzip", "deflate", "x-gzip", "GZIP"])
async def test_bound_holds_for_what_a_body_inflates_to(client: Client, size: int, status: int, coding: str) -> None:
    """A bomb is refused at the bound, however small it arrives."""
    pack = zlib.compress if coding == "deflate" else gzip.compress
    data = pack(of_size(size), 9)
    async with client.post(PREDICT, data=data[: MAX_BODY - 1], headers={**JSON, "Content-Encoding": coding}) as answer:
        if status == 200:
            assert answer.status == 200
        else:
            await problem(answer, status)


@pytest.mark.parametrize("data", [b"", b"not gzip", gzip.compress(GOOD, mtime=0)[:-4], gzip.compress(GOOD, mtime=0)[:12]])
async def test_body_that_does_not_inflate_is_400(client: Client, data: bytes) -> None:
    """A broken or truncated stream is not JSON either."""
    async with client.post(PREDICT, data=data, headers={**JSON, "Content-Encoding": "gzip"}) as answer:
        await problem(answer, 400)


async def test_two_codings_are_undone_in_order(client: Client) -> None:
    """What was packed twice is unpacked twice."""
    data = gzip.compress(zlib.compress(GOOD))
    async with client.post(PREDICT, data=data, headers={**JSON, "Content-Encoding": "deflate, gzip"}) as answer:
        assert answer.status == 200


async def test_connection_is_of_use_after_a_small_error(client: Client) -> None:
    """One connection carries an error and then a good call."""
    request = b"POST /monitor/predict HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%b\r\n%b"
    both = request % (2, b"", b"{}") + request % (len(GOOD), b"Connection: close\r\n", GOOD)
    answer = await exchange(client, both)
    assert answer.status == 422
    assert b"HTTP/1.1 200 OK" in answer.body


async def test_large_body_is_refused_before_it_is_sent(client: Client) -> None:
    """A client that asks first is told no, and is not told to continue."""
    head = (
        b"POST /monitor/predict HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\nExpect: %b\r\n\r\n"
    )
    raw_problem(await exchange(client, head % (MAX_BODY + 1, b"100-continue")), 413)
    raw_problem(await exchange(client, head % (2, b"miracles")), 417)
    accepted = await exchange(client, head % (len(GOOD), b"100-Continue") + GOOD)
    assert accepted.head == b"HTTP/1.1 100 Continue"
    assert accepted.body.startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize(
    "data",
    [
        b"garbage\r\n\r\n",
        b"BREW /monitor/health HTTP/1.1\r\nHost: a\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100),
        b"GET /monitor/health HTTP/1.1\r\nHost: a\r\nbroken header\r\n\r\n",
        b"GET /monitor/health HTTP/1.1\r\nHost: a\r\n"
        + b"".join(b"X-%d: 1\r\n" % number for number in range(10_000))
        + b"\r\n",
        b"GET /monitor/health HTTP/1.1\r\nHost: a\r\nX-Long: " + b"x" * 100_000 + b"\r\n\r\n",
        b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST /monitor/predict HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST /monitor/predict HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST /monitor/predict HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
    ids=lambda data: str(data[:50]),
)
async def test_what_is_not_http_is_400_and_not_logged(client: Client, data: bytes) -> None:
    """Port scanners, TLS on a plain port and floods of headers get a document, and the log stays quiet."""
    with capture_logs() as events:
        raw_problem(await exchange(client, data), 400)
    assert events == []


@pytest.mark.parametrize("chunk", [b"zz\r\n", b"5\r\n{}\r\n", b"-1\r\n\r\n", b"ffffffffffffffffff\r\n{}\r\n"])
async def test_broken_framing_is_400(client: Client, chunk: bytes) -> None:
    """A chunked body that does not keep its own rules is not taken for a shorter one."""
    head = b"POST /monitor/predict HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    raw_problem(await exchange(client, head + chunk + b"x" * 100), 400)


async def test_body_that_does_not_come_is_408(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that announces a body and sends half of it is not waited for without end."""
    monkeypatch.setattr(body, "PATIENCE_SECONDS", 0.05)
    head = b"POST /monitor/predict HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    reader, writer = await asyncio.open_connection(client.host, client.port)
    writer.write(head)
    answer = await asyncio.wait_for(reader.readuntil(b"}"), 30)
    writer.close()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"\r\nConnection: close\r\n" in answer


async def test_bodies_share_one_bound(client: Client, state: MonitorState) -> None:
    """When too many large bodies are on their way the next one is asked to come again, and there is room again afterwards."""
    capacity = int(state.settings.tap.buffer + state.settings.tap.max_body)
    head = (
        b"POST /monitor/predict HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % MAX_BODY
    )
    streams = [await asyncio.open_connection(client.host, client.port) for _ in range(capacity // (MAX_BODY - 1) + 1)]
    for _, writer in streams:
        writer.write(head + b" " * (MAX_BODY - 1))
    answers = [asyncio.ensure_future(reader.readuntil(b"\r\n\r\n")) for reader, _ in streams]
    (first, *_), _ = await asyncio.wait(answers, timeout=30, return_when=asyncio.FIRST_COMPLETED)
    refused = first.result()
    assert refused.startswith(b"HTTP/1.1 503 ")
    assert b"Retry-After: 1\r\n" in refused
    for _, writer in streams:
        writer.close()
        await writer.wait_closed()
    await asyncio.wait(answers, timeout=30)
    async with client.post(PREDICT, data=in_pieces(of_size(MAX_BODY)), headers=JSON) as answer:
        assert answer.status == 200


async def test_room_is_given_back_even_when_it_was_refused() -> None:
    """Shares are returned whole, whatever became of their bodies."""
    room = Room(10)
    for size in (4, 10, 11):
        async with room.share() as share:
            room.grow(share, 4)
            with pytest.raises(Problem) if size > 10 else nullcontext():
                room.grow(share, size - 4)
    async with room.share() as share:
        room.grow(share, 10)


async def test_our_own_fault_is_a_bare_500_and_its_place_is_logged(client: Client, state: MonitorState) -> None:
    """The answer says nothing of the error, and the log nothing of the data."""

    def broken() -> float:
        raise ValueError("the customer's name is Alice")

    state.clock = broken
    with capture_logs() as events:
        for path in ("/monitor/drift", "/monitor/health", "/monitor/metrics"):
            async with client.get(path) as answer:
                await problem(answer, 500)
        async with client.post(PREDICT, data=GOOD, headers=JSON) as answer:
            text = json.dumps(await problem(answer, 500))
    assert "Alice" not in text
    assert [event["event"] for event in events] == ["request_failed"] * 4
    assert all("ValueError at " in event["error"] and "Alice" not in event["error"] for event in events)
