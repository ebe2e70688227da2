"""The end: new clients are taken for a while, answers under way are finished, and nothing is left behind."""

import os
import select
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from time import monotonic, sleep

import pytest

from tests.relay.conftest import Start
from tests.relay.line import Line, Model, line, receive, receive_all
from tests.relay.running import Sidecar, alive, until

LONG = "60"
SOON = 15.0
PAUSE_SECONDS = 1.0
ASK, ANSWER = b"POST /predict HTTP/1.1\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


def told_to_end(sidecar: Sidecar, number: signal.Signals = signal.SIGTERM) -> None:
    """Tell the relay to end, and wait until it has heard."""
    sidecar.signal(number)
    sidecar.event("draining")


def accepts(sidecar: Sidecar) -> bool:
    """Return whether anybody listens for clients."""
    try:
        with sidecar.connect():
            return True
    except ConnectionRefusedError:
        return False


def exchange(ends: Line) -> None:
    """Ask and be answered, once."""
    ends.client.sendall(ASK)
    assert receive(ends.model, len(ASK)) == ASK
    ends.model.sendall(ANSWER)
    assert receive(ends.client, len(ANSWER)) == ANSWER


@pytest.fixture
def fresh() -> Iterator[Model]:
    """A model that no other test has connections to."""
    with closing(Model()) as model:
        yield model


def test_new_clients_are_taken_while_it_drains(start: Start, fresh: Model) -> None:
    """A pod that ends still gets new connections for some seconds, until every node knows that it ends."""
    sidecar = start(fresh.address, DRIFT_DRAIN="3")
    told_to_end(sidecar)
    ends = line(sidecar, fresh)
    with ends.client, ends.model:
        exchange(ends)
    until(lambda: not accepts(sidecar), "nobody listens any more")
    assert sidecar.wait() == 0


def test_an_answer_that_is_due_is_waited_for(start: Start, fresh: Model) -> None:
    """Nobody listens any more, and the slow answer still arrives whole."""
    sidecar = start(fresh.address, DRIFT_DRAIN="0")
    client, model = line(sidecar, fresh)
    with client, model:
        client.sendall(ASK)
        assert receive(model, len(ASK)) == ASK
        told_to_end(sidecar)
        until(lambda: not accepts(sidecar), "nobody listens any more")
        sleep(PAUSE_SECONDS)
        model.sendall(ANSWER * 1000)
        model.close()
        assert receive_all(client) == ANSWER * 1000
    assert sidecar.wait() == 0


def test_an_answer_that_pauses_is_not_taken_for_a_finished_one(start: Start, fresh: Model) -> None:
    """Tokens that come once in a second are one answer."""
    sidecar = start(fresh.address, DRIFT_DRAIN="0")
    client, model = line(sidecar, fresh)
    with client, model:
        client.sendall(ASK)
        assert receive(model, len(ASK)) == ASK
        model.sendall(b"first")
        assert receive(client, 5) == b"first"
        told_to_end(sidecar)
        for _ in range(3):
            sleep(PAUSE_SECONDS)
            model.sendall(b"next")
        model.close()
        assert receive_all(client) == b"next" * 3
    assert sidecar.wait() == 0


def test_a_connection_that_idles_is_ended(start: Start, fresh: Model) -> None:
    """A client that keeps its connection for later does not keep the relay; it sees an end, and so does its model."""
    sidecar = start(fresh.address, DRIFT_DRAIN="0")
    ends = line(sidecar, fresh)
    with ends.client, ends.model:
        exchange(ends)
        told_to_end(sidecar)
        assert receive_all(ends.client) == b""
        assert receive_all(ends.model) == b""
    assert sidecar.wait(SOON) == 0


def test_a_connection_that_is_always_busy_is_ended_behind_an_answer(start: Start, fresh: Model) -> None:
    """Its client sees an end where its next question would have begun, so that nothing has to be cut."""
    sidecar = start(fresh.address, DRIFT_DRAIN="0")
    ends = line(sidecar, fresh)
    with ends.client, ends.model:
        exchange(ends)
        told_to_end(sidecar)
        until(lambda: not accepts(sidecar), "nobody listens any more")
        answers = 0
        while answers < 1000 and not ended(ends.client):
            exchange(ends)
            answers += 1
        assert 0 < answers < 1000
    assert sidecar.wait(SOON) == 0


def test_the_last_answer_and_the_end_arrive_as_one(start: Start, fresh: Model) -> None:
    """Who has the answer has the end as well: between the two nobody can ask again on a connection that is over."""
    sidecar = start(fresh.address, DRIFT_DRAIN="0")
    with ExitStack() as opened:
        ends = [line(sidecar, fresh) for _ in range(50)]
        for one in ends:
            opened.callback(one.close)
            one.client.sendall(ASK)
            assert receive(one.model, len(ASK)) == ASK
        told_to_end(sidecar)
        until(lambda: not accepts(sidecar), "nobody listens any more")
        sleep(PAUSE_SECONDS)
        for one in ends:
            one.model.sendall(ANSWER)
            select.select([one.client], [], [])
            one.client.setblocking(False)
            assert (receive(one.client, len(ANSWER)), one.client.recv(1)) == (ANSWER, b"")
    assert sidecar.wait(SOON) == 0


def ended(sock: socket.socket) -> bool:
    """Look for a moment whether the other side has ended, as pools of connections do before they use one again."""
    readable, _, _ = select.select([sock], [], [], 0.02)
    return bool(readable) and sock.recv(1, socket.MSG_PEEK) == b""


def test_those_who_wait_to_be_accepted_are_served(start: Start, fresh: Model) -> None:
    """Two hundred clients that came before the listener closed are not turned away by its closing."""
    sidecar = start(fresh.address, DRIFT_DRAIN="0")
    with ExitStack() as opened:
        sidecar.signal(signal.SIGSTOP)
        clients = [opened.enter_context(sidecar.connect()) for _ in range(200)]
        for client in clients:
            client.sendall(ASK)
        sidecar.signal(signal.SIGTERM)
        sidecar.signal(signal.SIGCONT)
        for _ in clients:
            model = opened.enter_context(fresh.accept())
            assert receive(model, len(ASK)) == ASK
            model.sendall(ANSWER)
        for client in clients:
            assert receive(client, len(ANSWER)) == ANSWER
    assert sidecar.wait() == 0


@pytest.mark.parametrize("first", [signal.SIGTERM, signal.SIGINT])
def test_being_told_twice_it_ends_at_once(start: Start, fresh: Model, first: signal.Signals) -> None:
    """Whoever still waits for an answer is reset, so that no half of one looks whole."""
    sidecar = start(fresh.address, DRIFT_DRAIN=LONG)
    client, model = line(sidecar, fresh)
    with client, model:
        client.sendall(ASK)
        assert receive(model, len(ASK)) == ASK
        model.sendall(b"half an ans")
        assert receive(client, 11) == b"half an ans"
        client.sendall(ASK)
        assert receive(model, len(ASK)) == ASK
        told_to_end(sidecar, first)
        sidecar.signal(signal.SIGTERM)
        with pytest.raises(ConnectionResetError):
            receive_all(client)
    assert sidecar.wait(SOON) == 0


def test_a_person_does_not_wait_for_the_drain(start: Start, fresh: Model) -> None:
    """Ctrl-C stops the accepting at once."""
    sidecar = start(fresh.address, DRIFT_DRAIN=LONG)
    told_to_end(sidecar, signal.SIGINT)
    assert sidecar.wait(SOON) == 0


def test_a_sidecar_without_a_model_drains_too(start: Start) -> None:
    """Its monitor is taken out of service like any other endpoint."""
    sidecar = start(None, DRIFT_DRAIN="0.5")
    began = monotonic()
    sidecar.signal(signal.SIGTERM)
    assert sidecar.wait(SOON) == 0
    assert monotonic() - began >= 0.5


def test_no_engine_is_left_behind(start: Start, fresh: Model) -> None:
    """When the relay has ended, so has the engine."""
    sidecar = start(fresh.address, DRIFT_DRAIN="0")
    sidecar.event("engine_up")
    sidecar.signal(signal.SIGTERM)
    assert sidecar.wait(SOON) == 0
    assert not any(map(alive, sidecar.engines))


def test_an_engine_that_does_not_stop_is_killed(start: Start, fresh: Model) -> None:
    """Even if it is stopped itself, and even if it is not the first one."""
    sidecar = start(fresh.address, DRIFT_DRAIN="0")
    sidecar.event("engine_up")
    os.kill(sidecar.engines[-1], signal.SIGKILL)
    sidecar.event("engine_up", 2)
    os.kill(sidecar.engines[-1], signal.SIGSTOP)
    sidecar.signal(signal.SIGTERM)
    assert sidecar.wait(SOON) == 0
    assert sidecar.all("engine_killed")
    assert not any(map(alive, sidecar.engines))


def test_an_engine_whose_relay_was_killed_ends(start: Start, fresh: Model) -> None:
    """It notices that nobody is at the other end."""
    sidecar = start(fresh.address)
    sidecar.event("engine_up")
    sidecar.signal(signal.SIGKILL)
    until(lambda: not any(map(alive, sidecar.engines)), "the engine has ended")


def test_an_engine_that_dies_while_it_drains_is_no_matter(start: Start, fresh: Model) -> None:
    """The traffic is finished all the same."""
    sidecar = start(fresh.address, DRIFT_DRAIN="1")
    told_to_end(sidecar)
    os.kill(sidecar.engines[-1], signal.SIGKILL)
    ends = line(sidecar, fresh)
    with ends.client, ends.model:
        exchange(ends)
    assert sidecar.wait(SOON) == 0
    until(lambda: not any(map(alive, sidecar.engines)), "every engine has ended")


def test_the_ports_are_free_again(start: Start, fresh: Model) -> None:
    """The next run may listen where this one did."""
    sidecar = start(fresh.address, DRIFT_DRAIN="0")
    places = (sidecar.traffic, sidecar.monitor, sidecar.health)
    sidecar.signal(signal.SIGTERM)
    assert sidecar.wait(SOON) == 0
    for place in places:
        socket.create_server(place).close()
