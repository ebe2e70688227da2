"""Connections end through the relay as they would end without it: half-closed, closed, reset, each way."""

import hashlib
import secrets
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.relay.line import Line, finish, receive, receive_all, reset

Lines = Callable[[], Line]
MEBIBYTE = 1 << 20


def test_a_client_that_ends_first_still_gets_the_whole_answer(lines: Lines) -> None:
    """The client's end reaches the model, and what the model answers to it comes back, and then its end."""
    client, model = lines()
    client.sendall(b"all of it")
    finish(client)
    assert receive_all(model) == b"all of it"
    model.sendall(b"an answer" * 1000)
    model.close()
    assert receive_all(client) == b"an answer" * 1000


def test_a_model_that_ends_first_still_gets_the_whole_request(lines: Lines) -> None:
    """The model's end reaches the client, and what the client goes on sending still arrives, and then its end."""
    client, model = lines()
    model.sendall(b"enough")
    finish(model)
    assert receive_all(client) == b"enough"
    client.sendall(b"more" * 10_000)
    client.close()
    assert receive_all(model) == b"more" * 10_000


def test_a_client_may_end_before_it_sent_anything(lines: Lines) -> None:
    """A connection without a byte ends, and is not an error."""
    client, model = lines()
    client.close()
    assert receive_all(model) == b""


def test_a_model_may_end_before_it_sent_anything(lines: Lines) -> None:
    """The client sees an end, not a reset."""
    client, model = lines()
    model.close()
    assert receive_all(client) == b""


def test_a_model_that_speaks_first_is_heard(lines: Lines) -> None:
    """The relay waits for no request before it passes on what the model says."""
    client, model = lines()
    model.sendall(b"220 ready\r\n")
    assert receive(client, 11) == b"220 ready\r\n"
    client.sendall(b"HELO\r\n")
    assert receive(model, 6) == b"HELO\r\n"


@pytest.mark.parametrize("size", [0, 1, 60_000])
def test_a_reset_by_the_client_resets_the_model(lines: Lines, size: int) -> None:
    """The model receives what was sent before, and then a reset, not an end that would make a cut request look whole."""
    client, model = lines()
    client.sendall(bytes(size))
    assert receive(model, size) == bytes(size)
    reset(client)
    with pytest.raises(ConnectionResetError):
        receive_all(model)


@pytest.mark.parametrize("size", [0, 1, 60_000])
def test_a_reset_by_the_model_resets_the_client(lines: Lines, size: int) -> None:
    """A cut answer must not look whole to a client that reads until the end."""
    client, model = lines()
    client.sendall(b"question")
    assert receive(model, 8) == b"question"
    model.sendall(bytes(size))
    assert receive(client, size) == bytes(size)
    reset(model)
    with pytest.raises(ConnectionResetError):
        receive_all(client)


def test_what_the_model_sent_just_before_its_reset_is_delivered(lines: Lines) -> None:
    """An answer on its way is not overtaken by the reset behind it, however little time is between them."""
    for _ in range(50):
        client, model = lines()
        client.sendall(b"question")
        assert receive(model, 8) == b"question"
        model.sendall(b"413" * 1000)
        reset(model)
        assert receive(client, 3000) == b"413" * 1000
        with pytest.raises(ConnectionResetError):
            receive_all(client)


def test_a_client_that_closes_with_an_answer_on_its_way_is_a_reset_for_the_model(lines: Lines) -> None:
    """A model that goes on sending to a client that has gone learns of it, as it would without the relay."""
    client, model = lines()
    client.sendall(b"question")
    assert receive(model, 8) == b"question"
    client.close()
    with pytest.raises((ConnectionResetError, BrokenPipeError)):
        model.sendall(bytes(64 * MEBIBYTE))


def test_both_sides_may_end_at_once(lines: Lines) -> None:
    """Two ends that cross each other are two ends."""
    for _ in range(20):
        client, model = lines()
        client.sendall(b"c" * 5000)
        model.sendall(b"m" * 5000)
        finish(client)
        finish(model)
        assert (receive_all(client), receive_all(model)) == (b"m" * 5000, b"c" * 5000)


def pump(sock: socket.socket, data: bytes) -> None:
    """Send everything, then end."""
    sock.sendall(data)
    finish(sock)


def digest(data: bytes) -> str:
    """Return what identifies `data`."""
    return hashlib.blake2b(data).hexdigest()


@pytest.mark.parametrize("upward", [True, False], ids=["upload", "download"])
def test_64_mebibytes_arrive_whole(lines: Lines, *, upward: bool) -> None:
    """A large body passes with every byte in its place."""
    sent = secrets.token_bytes(64 * MEBIBYTE)
    sender, receiver = lines() if upward else reversed(lines())
    with ThreadPoolExecutor() as pool:
        sending = pool.submit(pump, sender, sent)
        assert digest(receive_all(receiver)) == digest(sent)
        sending.result()


def test_both_directions_flow_at_once(lines: Lines) -> None:
    """A full duplex stream is not one direction after the other."""
    one, other = secrets.token_bytes(16 * MEBIBYTE), secrets.token_bytes(16 * MEBIBYTE)
    client, model = lines()
    with ThreadPoolExecutor() as pool:
        sending = [pool.submit(pump, client, one), pool.submit(pump, model, other)]
        receiving = [pool.submit(receive_all, model), pool.submit(receive_all, client)]
        assert [digest(task.result()) for task in receiving] == [digest(one), digest(other)]
        assert [task.result() for task in sending] == [None, None]
