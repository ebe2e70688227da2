"""The open-loop generator keeps to its schedule and charges a late answer to the request that was due."""

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.openloop import Generator, LoadError, Schedule, answer_end, summary

_ANSWER = b"HTTP/1.1 200 OK\r\nServer: model\r\nContent-Length: 2\r\n\r\n{}"


@given(st.integers(0, len(_ANSWER)))
def test_an_answer_ends_at_its_last_byte_and_no_earlier(cut: int) -> None:
    """However much has arrived, only the whole answer is one; what follows it does not count."""
    assert answer_end(_ANSWER[:cut]) == (len(_ANSWER) if cut == len(_ANSWER) else None)
    assert answer_end(_ANSWER + _ANSWER[:cut]) == len(_ANSWER)


@pytest.mark.parametrize("head", [b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_another_answer_than_the_models_is_an_error(head: bytes) -> None:
    """An error page would be the fastest answer of all, so it ends the run."""
    with pytest.raises(LoadError):
        answer_end(head)


@given(st.floats(10, 5000), st.floats(0.1, 5), st.floats(0, 2), st.integers(0, 100))
def test_the_warm_up_is_left_out_and_the_rest_is_not(rate: float, seconds: float, warm: float, every: int) -> None:
    """Counted requests are the last ones, as many as the rate makes in the measured time, give or take the rounding of one."""
    plan = Schedule(rate, seconds, warm, every)
    counted = [plan.counts(index) for index in range(plan.count)]
    assert counted == sorted(counted)
    assert sum(counted) == pytest.approx(rate * seconds, abs=1.5)
    assert sum(map(plan.large, range(plan.count))) == (plan.count // every if every else 0)


def test_summary_is_in_milliseconds() -> None:
    """Seconds go in, milliseconds and the number of requests come out."""
    assert summary([0.001, 0.002, 0.003, 0.004]) == pytest.approx({"count": 4, "p50": 2.0, "p99": 4.0, "p99.9": 4.0})


def _model(server: socket.socket, respond: Callable[[int], None]) -> None:
    """Answer one connection until it closes; `respond` is called with the number of the request before each answer."""
    with server, server.accept()[0] as connection:
        number, received = 0, b""
        while data := connection.recv(1 << 20):
            received += data
            while (head := received.find(b"\r\n\r\n")) >= 0:
                length = int(received[:head].rpartition(b"Content-Length: ")[2])
                if len(received) < head + 4 + length:
                    break
                received = received[head + 4 + length :]
                respond(number)
                connection.sendall(_ANSWER)
                number += 1


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[int], None]], int]]:
    """Give a function that starts a model of one connection and returns its port."""
    threads: list[threading.Thread] = []

    def start(respond: Callable[[int], None]) -> int:
        server = socket.create_server(("127.0.0.1", 0))
        threads.append(threading.Thread(target=_model, args=(server, respond)))
        threads[-1].start()
        port: int = server.getsockname()[1]
        return port

    yield start
    for thread in threads:
        thread.join(10)


def test_a_stall_is_charged_to_every_request_that_was_due_meanwhile(serve: Callable[[Callable[[int], None]], int]) -> None:
    """One answer 200 ms late delays those due behind it, and their latencies say so; a closed loop would have sent none."""
    port = serve(lambda number: time.sleep(0.2) if number == 20 else None)
    generator = Generator(port, Schedule(rate=200, seconds=0.5, warm=0), connections=1)
    try:
        latencies = generator.run()[False]
    finally:
        generator.close()
    assert len(latencies) == 100
    assert sum(latency > 0.05 for latency in latencies) >= 20


def test_large_bodies_arrive_whole_and_are_told_apart(serve: Callable[[Callable[[int], None]], int]) -> None:
    """Every 10th request is large; each is answered once, and its latency is kept apart."""
    seen: list[int] = []
    generator = Generator(serve(seen.append), Schedule(rate=200, seconds=0.25, warm=0, large_every=10), connections=1)
    try:
        latencies = generator.run()
    finally:
        generator.close()
    assert (len(latencies[False]), len(latencies[True]), len(seen)) == (45, 5, 50)
