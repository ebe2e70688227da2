"""When the model cannot be reached: a ``502`` that says so for whoever speaks HTTP/1, a reset for everyone else."""

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from sidecar.relay.refusal import LINGER_SECONDS
from tests.relay.conftest import Start
from tests.relay.line import Model, finish, receive, receive_all
from tests.relay.running import Sidecar, until

MEBIBYTE = 1 << 20
ASK = b"GET /v1/models HTTP/1.1\r\nHost: model\r\n\r\n"
TLS_HELLO = bytes.fromhex("1603010200010001fc0303") + bytes(500)


@pytest.fixture(scope="module")
def nowhere() -> Iterator[str]:
    """An address that nobody listens on, and nobody else is given: it is bound, and that is all."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{bound.getsockname()[1]}"


@pytest.fixture(scope="module")
def alone(start: Start, nowhere: str) -> Sidecar:
    """A sidecar without its model."""
    return start(nowhere)


def answer(sock: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of the answer, and be sure that the connection ends behind it."""
    head, _, body = receive_all(sock).partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    return int(status.split()[1]), dict(line.split(": ", 1) for line in lines), body


def assert_says_bad_gateway(sock: socket.socket, upstream: str, *, body: bool = True) -> None:
    """The answer is a problem document, in a frame that every client can read."""
    status, headers, text = answer(sock)
    assert status == 502
    assert headers["Content-Type"] == "application/json"
    assert headers["Connection"] == "close"
    if not body:
        assert text == b""
        return
    assert int(headers["Content-Length"]) == len(text)
    document = json.loads(text)
    assert (document["status"], document["title"]) == (502, "Bad Gateway")
    assert upstream in document["detail"]


@pytest.mark.parametrize(
    "request_",
    [
        ASK,
        b"GET / HTTP/1.0\r\n\r\n",
        b"POST /predict HTTP/1.1\r\nHost: m\r\nContent-Length: 2\r\n\r\n{}",
        b"POST /predict HTTP/1.1\r\nHost: m\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        b"POST /predict HTTP/1.1\r\nHost: m\r\nExpect: 100-continue\r\nContent-Length: 1000000\r\n\r\n",
        b"M-SEARCH * HTTP/1.1\r\nHost: m\r\n\r\n",
        b"CONNECT model:443 HTTP/1.1\r\nHost: model:443\r\n\r\n",
        b"GET / HTTP/1.1\nHost: bare line feeds\n\n",
        b"\r\nGET / HTTP/1.1\r\nHost: an empty line before it\r\n\r\n",
        b"GET /\xc3\xa9 HTTP/1.1\r\nHost: m\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: m\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
    ],
)
def test_http1_clients_are_told(alone: Sidecar, nowhere: str, request_: bytes) -> None:
    """Whatever the method, the version or the body, and without waiting for a body that would not be read."""
    with alone.connect() as client:
        client.sendall(request_)
        assert_says_bad_gateway(client, nowhere)


def test_the_log_says_why_now_and_then(start: Start, nowhere: str) -> None:
    """Whoever reads it at night learns what is wrong, once in some seconds and not once a client."""
    sidecar = start(nowhere)
    for _ in range(5):
        with sidecar.connect() as client:
            client.sendall(ASK)
            assert_says_bad_gateway(client, nowhere)
    told = sidecar.event("upstream_unreachable")
    assert told["level"] == "warning"
    assert "refused" in told["why"]
    assert len(sidecar.all("upstream_unreachable")) == 1


def test_head_gets_a_head(alone: Sidecar, nowhere: str) -> None:
    """An answer to ``HEAD`` has no body, though it says how long it would be."""
    with alone.connect() as client:
        client.sendall(ASK.replace(b"GET", b"HEAD"))
        assert_says_bad_gateway(client, nowhere, body=False)


def test_a_real_client_reads_it(alone: Sidecar) -> None:
    """The standard library's client agrees that this is HTTP."""
    with closing(http.client.HTTPConnection(*alone.traffic, timeout=10)) as client:
        client.request("POST", "/predict", body=b"{}", headers={"Content-Type": "application/json"})
        response = client.getresponse()
        assert (response.status, response.will_close) == (502, True)
        assert json.load(response)["status"] == 502


@pytest.mark.parametrize("cut", range(1, len(ASK)))
def test_a_head_may_come_in_two_pieces(alone: Sidecar, nowhere: str, cut: int) -> None:
    """Wherever it was cut."""
    with alone.connect() as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.sendall(ASK[:cut])
        client.sendall(ASK[cut:])
        assert_says_bad_gateway(client, nowhere)


def test_a_head_may_come_byte_by_byte(alone: Sidecar, nowhere: str) -> None:
    """Each of its beginnings is taken for what it may become."""
    with alone.connect() as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in ASK:
            client.sendall(bytes([byte]))
        assert_says_bad_gateway(client, nowhere)


def test_a_client_that_sends_its_whole_body_first_is_told_too(alone: Sidecar, nowhere: str) -> None:
    """Most clients read only when they have sent everything; the answer must survive that."""
    with alone.connect() as client:
        client.sendall(b"POST /predict HTTP/1.1\r\nHost: m\r\nContent-Length: %d\r\n\r\n" % (64 * MEBIBYTE))
        client.sendall(bytes(64 * MEBIBYTE))
        assert_says_bad_gateway(client, nowhere)


def test_a_client_that_ended_its_side_is_told_too(alone: Sidecar, nowhere: str) -> None:
    """It said that it will send no more, not that it does not listen."""
    with alone.connect() as client:
        client.sendall(ASK)
        finish(client)
        assert_says_bad_gateway(client, nowhere)


@pytest.mark.parametrize(
    "hello",
    [
        TLS_HELLO,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x00\x01\x02\x03",
        b"hello there, how are you\r\n",
        b"GET / SPDY/3\r\n\r\n",
        b"GET  HTTP/1.1\x00\r\n\r\n",
    ],
    ids=["tls", "http2", "binary", "words", "another version", "no target"],
)
def test_others_are_reset(alone: Sidecar, hello: bytes) -> None:
    """Nothing can be said in a protocol that the relay does not speak, so the connection is cut, visibly."""
    with alone.connect() as client:
        client.sendall(hello)
        with pytest.raises(ConnectionResetError):
            receive_all(client)


def test_a_head_without_end_is_cut_off(alone: Sidecar, nowhere: str) -> None:
    """It gets its answer at 64 KiB, and is not collected any further."""
    with alone.connect() as client:
        client.sendall(b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000)
        assert_says_bad_gateway(client, nowhere)


def test_a_target_without_end_is_cut_off(alone: Sidecar) -> None:
    """What never becomes a request line is no request."""
    with alone.connect() as client:
        client.sendall(b"GET /" + b"x" * (1 << 16))
        with pytest.raises(ConnectionResetError):
            receive_all(client)


def test_a_refused_client_is_let_go_when_it_has_read_its_answer(alone: Sidecar) -> None:
    """Its connection ends as soon as it ends its own, or a model that is down would cost a descriptor for each request."""
    for _ in range(50):
        with alone.connect() as client:
            client.sendall(ASK)
            receive_all(client)
    until(lambda: alone.connections == 0, "the connections are gone", seconds=LINGER_SECONDS / 2)


def test_a_model_that_comes_up_later_is_reached_by_the_next_connection(start: Start) -> None:
    """Nothing is remembered of the refusals before."""
    with socket.socket() as later:
        later.bind(("127.0.0.1", 0))
        sidecar = start(f"127.0.0.1:{later.getsockname()[1]}")
        with sidecar.connect() as client:
            client.sendall(ASK)
            assert receive(client, 12) == b"HTTP/1.1 502"
        later.listen()
        later.settimeout(10)
        with sidecar.connect() as client, later.accept()[0] as end:
            client.sendall(ASK)
            assert end.recv(len(ASK)) == ASK


def test_a_model_that_is_not_answering_yet_is_waited_for(start: Start) -> None:
    """A full backlog is not a refusal: the client's request is held by the kernel until the model takes it."""
    with closing(Model(backlog=0)) as model, ExitStack() as opened:
        sidecar = start(model.address)
        opened.enter_context(socket.create_connection(model.sock.getsockname(), timeout=10))
        client = opened.enter_context(sidecar.connect())
        client.sendall(ASK)
        opened.enter_context(model.accept())
        end = opened.enter_context(model.accept())
        assert end.recv(len(ASK)) == ASK


def test_a_model_that_never_answers_is_a_refusal_in_the_end(start: Start) -> None:
    """After ten seconds the client is told, with the bytes that it had sent meanwhile taken into account."""
    with closing(Model(backlog=0)) as model, ExitStack() as opened:
        sidecar = start(model.address)
        opened.enter_context(socket.create_connection(model.sock.getsockname(), timeout=10))
        client = opened.enter_context(sidecar.connect())
        client.sendall(ASK)
        assert_says_bad_gateway(client, model.address)


def test_a_unix_socket_that_is_not_there_is_a_refusal(start: Start) -> None:
    """Its path is named."""
    upstream = "unix:/nowhere/model.sock"
    with start(upstream).connect() as client:
        client.sendall(ASK)
        assert_says_bad_gateway(client, upstream)


def test_a_name_that_does_not_resolve_is_a_refusal(start: Start) -> None:
    """The service's name may exist later."""
    upstream = "no-such-model.invalid:80"
    with start(upstream).connect() as client:
        client.sendall(ASK)
        assert_says_bad_gateway(client, upstream)


def test_a_name_that_is_no_name_is_a_refusal_too(start: Start) -> None:
    """One that cannot even be asked for does not leave the client without an answer."""
    upstream = "a..b:80"
    with start(upstream).connect() as client:
        client.sendall(ASK)
        assert_says_bad_gateway(client, upstream)


def test_a_client_that_left_while_the_model_was_being_reached_is_forgotten(start: Start) -> None:
    """What it said is delivered, and then nothing of it stays."""
    with closing(Model(backlog=0)) as model, ExitStack() as opened:
        sidecar = start(model.address)
        opened.enter_context(socket.create_connection(model.sock.getsockname(), timeout=10))
        with sidecar.connect() as client:
            client.sendall(ASK)
        opened.enter_context(model.accept())
        with model.accept() as end:
            assert receive_all(end) == ASK
        until(lambda: sidecar.connections == 0, "both connections are gone")
