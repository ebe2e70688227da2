"""The probes: answered by the relay alone, whatever the engine and the model do."""

import os
import signal
import socket

import pytest

from tests.relay.conftest import Start
from tests.relay.line import Model, finish, receive_all, reset
from tests.relay.running import Sidecar, place, until

PROBES = ["/healthz/live", "/healthz/ready", "/healthz/started"]
NOBODY = "127.0.0.1:9"


@pytest.fixture(scope="module")
def alone(start: Start) -> Sidecar:
    """A sidecar whose model does not answer."""
    return start(NOBODY)


def ask(sidecar: Sidecar, *pieces: bytes, end: bool = False) -> bytes:
    """Send a request in these pieces; return all that is answered."""
    with socket.create_connection(sidecar.health, timeout=10) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            sock.sendall(piece)
        if end:
            finish(sock)
        return receive_all(sock)


def status(sidecar: Sidecar, path: str, method: str = "GET") -> int:
    """Return the status of a plain request."""
    return int(ask(sidecar, f"{method} {path} HTTP/1.1\r\nHost: kubelet\r\n\r\n".encode()).split()[1])


@pytest.mark.parametrize("path", PROBES)
def test_a_relay_without_its_model_is_well(alone: Sidecar, path: str) -> None:
    """A probe that waited for the model would keep a native sidecar from ever letting the model start."""
    assert status(alone, path) == 200


@pytest.mark.parametrize("path", PROBES)
def test_a_query_changes_nothing(alone: Sidecar, path: str) -> None:
    """Some probes add one, to be told apart in a log."""
    assert status(alone, path + "?verbose=1") == 200


@pytest.mark.parametrize("path", PROBES)
def test_a_path_may_begin_with_more_than_one_slash(alone: Sidecar, path: str) -> None:
    """As old kubelets write it."""
    assert status(alone, "/" + path) == 200


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "//",
        "healthz/live",
        "/healthz//live",
        "/healthz",
        "/healthz/",
        "/healthz/live/",
        "/HEALTHZ/LIVE",
        "/monitor/health",
        "*",
    ],
)
def test_anything_else_is_not_found(alone: Sidecar, path: str) -> None:
    """There are three paths and no more."""
    assert status(alone, path) == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "get"])
def test_other_methods_are_told_which_ones_are_allowed(alone: Sidecar, method: str) -> None:
    """A ``405`` names the methods that would have been right (RFC 9110, 15.5.6)."""
    answer = ask(alone, f"{method} /healthz/live HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 405 Method Not Allowed\r\n")
    assert b"\r\nAllow: GET, HEAD\r\n" in answer


def test_head_is_get_without_its_body(alone: Sidecar) -> None:
    """The heads are equal to the byte."""
    get, head = (ask(alone, method + b" /healthz/live HTTP/1.1\r\nHost: x\r\n\r\n") for method in (b"GET", b"HEAD"))
    assert get == head + b"ok\n"
    assert b"\r\nContent-Length: 3\r\n" in head


def test_a_request_may_come_byte_by_byte(alone: Sidecar) -> None:
    """It is answered when its head is complete."""
    request = b"GET /healthz/ready HTTP/1.1\r\nHost: x\r\n\r\n"
    assert ask(alone, *(bytes([byte]) for byte in request)).startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_client_that_ended_its_side_is_answered(alone: Sidecar) -> None:
    """As ``nc`` does it."""
    assert ask(alone, b"GET /healthz/live HTTP/1.0\r\n\r\n", end=True).endswith(b"ok\n")


@pytest.mark.parametrize("size", [8 << 10, 1 << 20])
def test_a_head_that_is_too_long_is_hung_up_on(alone: Sidecar, size: int) -> None:
    """Nobody collects it, and the next probe is answered."""
    with pytest.raises((ConnectionResetError, BrokenPipeError)):
        ask(alone, *[b"GET /" + b"x" * size] * 64)
    assert status(alone, "/healthz/live") == 200


def test_half_a_head_gets_no_answer(alone: Sidecar) -> None:
    """There is no question to answer."""
    assert ask(alone, b"GET /healthz/live HTTP/1.1\r\nHost", end=True) == b""


def test_a_probe_that_gives_up_harms_nobody(alone: Sidecar) -> None:
    """A kubelet that has lost its patience resets its connection."""
    for _ in range(20):
        sock = socket.create_connection(alone.health, timeout=10)
        sock.sendall(b"GET /healthz/live HTTP/1.1\r\n\r\n")
        reset(sock)
    assert status(alone, "/healthz/live") == 200


def test_an_engine_that_is_stopped_or_dead_is_no_matter(start: Start) -> None:
    """A probe that waited for the engine would have a hung engine restart the whole pod."""
    sidecar = start(NOBODY)
    for number in (signal.SIGSTOP, signal.SIGKILL):
        os.kill(sidecar.engines[-1], number)
        assert [status(sidecar, path) for path in PROBES] == [200, 200, 200]


def test_a_draining_relay_wants_no_new_traffic_but_is_alive(start: Start, model: Model) -> None:
    """It is taken out of service, and not killed for that."""
    sidecar = start(model.address, DRIFT_DRAIN="30")
    sidecar.signal(signal.SIGTERM)
    until(lambda: status(sidecar, "/healthz/ready") == 503, "it says that it is not ready")
    assert [status(sidecar, path) for path in PROBES] == [200, 503, 200]


def test_a_sidecar_without_a_model_is_well(start: Start) -> None:
    """Serving the monitor alone is a way of running it."""
    sidecar = start(None)
    assert sidecar.listening["traffic"] is None
    assert [status(sidecar, path) for path in PROBES] == [200, 200, 200]
    assert place(sidecar.listening["health"]) == sidecar.health
