"""``GET /healthz/drain``: whoever asks is told when the relay has drained, and nobody can take it out of service by asking."""

import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from time import monotonic

import pytest

from sidecar.relay.health import MAX_WAITING
from tests.relay.conftest import Start
from tests.relay.line import Line, Model, finish, line, receive, receive_all, reset
from tests.relay.running import Sidecar, alive, until

LONG, SHORT = 60.0, 1.0
SOON = 10.0
LATE = 2.0
"""By how much an end may be late: idle connections are given two seconds, and this machine has other things to do."""

ASK, ANSWER = b"POST /predict HTTP/1.1\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
DRAIN = b"GET /healthz/drain HTTP/1.1\r\nHost: kubelet\r\n\r\n"
DRAINED = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture
def fresh() -> Iterator[Model]:
    """A model that no other test has connections to."""
    with closing(Model()) as model:
        yield model


def request(sidecar: Sidecar, text: bytes) -> socket.socket:
    """Send a request to the health port; return the connection on which its answer comes."""
    sock = socket.create_connection(sidecar.health, timeout=30)
    sock.sendall(text)
    return sock


def status(sidecar: Sidecar, method: str, path: str) -> int:
    """Return the status of a request that is answered at once."""
    with request(sidecar, f"{method} {path} HTTP/1.1\r\n\r\n".encode()) as sock:
        return int(receive_all(sock).split()[1])


def exchange(ends: Line) -> None:
    """Ask and be answered, once."""
    ends.client.sendall(ASK)
    assert receive(ends.model, len(ASK)) == ASK
    ends.model.sendall(ANSWER)
    assert receive(ends.client, len(ANSWER)) == ANSWER


def answered(sock: socket.socket) -> bool:
    """Return whether an answer has come, without waiting for it."""
    sock.setblocking(False)
    try:
        return bool(sock.recv(1, socket.MSG_PEEK))
    except BlockingIOError:
        return False
    finally:
        sock.settimeout(30)


def test_whoever_asks_is_answered_when_the_seconds_are_over(start: Start, fresh: Model) -> None:
    """Until then the pod is still sent traffic; all that while the relay is ready and takes new clients, and afterwards too."""
    sidecar = start(fresh.address, DRIFT_DRAIN=str(SHORT))
    began = monotonic()
    with request(sidecar, DRAIN) as hook:
        with closing(line(sidecar, fresh)) as ends:
            exchange(ends)
            assert status(sidecar, "GET", "/healthz/ready") == 200
        assert receive_all(hook).startswith(DRAINED)
    assert monotonic() - began >= SHORT
    with closing(line(sidecar, fresh)) as ends:
        exchange(ends)
    assert status(sidecar, "GET", "/healthz/ready") == 200


def test_it_waits_for_an_answer_that_is_due(start: Start, fresh: Model) -> None:
    """A model that is told to end only after the drain has ended its answers by then."""
    sidecar = start(fresh.address, DRIFT_DRAIN="0")
    with closing(line(sidecar, fresh)) as ends, request(sidecar, DRAIN) as hook:
        ends.client.sendall(ASK)
        assert receive(ends.model, len(ASK)) == ASK
        sidecar.event("drain_asked")
        assert status(sidecar, "GET", "/healthz/live") == 200
        assert not answered(hook)
        ends.model.sendall(ANSWER)
        assert receive(ends.client, len(ANSWER)) == ANSWER
        assert receive_all(ends.client) == b""
        assert receive_all(hook).startswith(DRAINED)


def test_a_connection_that_idles_is_ended_before_the_answer(start: Start, fresh: Model) -> None:
    """Its client sees the end while there is still somebody who would have served it."""
    sidecar = start(fresh.address, DRIFT_DRAIN="0")
    with closing(line(sidecar, fresh)) as ends, request(sidecar, DRAIN) as hook:
        assert receive_all(ends.client) == b""
        assert receive_all(hook).startswith(DRAINED)


def test_many_may_wait_and_all_are_answered(start: Start, fresh: Model) -> None:
    """The hooks of both containers ask in parallel, and a third one does no harm."""
    sidecar = start(fresh.address, DRIFT_DRAIN=str(SHORT))
    with ExitStack() as opened:
        hooks = [opened.enter_context(request(sidecar, DRAIN)) for _ in range(30)]
        assert all(receive_all(hook).startswith(DRAINED) for hook in hooks)
    assert len(sidecar.all("drain_asked")) == 1


def test_more_than_many_are_turned_away(start: Start, fresh: Model) -> None:
    """Those who wait hold descriptors, so their number is bounded; when they have gone there is room again."""
    sidecar = start(fresh.address, DRIFT_DRAIN=str(LONG))
    with ExitStack() as opened:
        hooks = [opened.enter_context(request(sidecar, DRAIN)) for _ in range(MAX_WAITING + 10)]
        until(lambda: sum(map(answered, hooks)) == 10, "ten are turned away")
        turned_away = [receive_all(hook) for hook in hooks if answered(hook)]
        assert {text.split()[1] for text in turned_away} == {b"503"}
        for hook in hooks:
            reset(hook)
    with request(sidecar, DRAIN) as hook:
        assert status(sidecar, "GET", "/healthz/live") == 200
        assert not answered(hook)


def test_a_request_waits_out_its_own_seconds(start: Start, fresh: Model) -> None:
    """Somebody who asked long before, as anyone can, has not spared the pod its drain."""
    sidecar = start(fresh.address, DRIFT_DRAIN=str(2 * SHORT))
    with request(sidecar, DRAIN) as stray:
        sidecar.event("drain_asked")
        early = monotonic()
        until(lambda: monotonic() > early + SHORT, "half of the drain is over")
        began = monotonic()
        with request(sidecar, DRAIN) as hook:
            assert receive_all(stray).startswith(DRAINED)
            assert not answered(hook)
            assert receive_all(hook).startswith(DRAINED)
        assert monotonic() - began >= 2 * SHORT


@pytest.mark.parametrize("slashes", ["//", "///"])
def test_a_path_may_begin_with_more_than_one_slash(start: Start, fresh: Model, slashes: str) -> None:
    """Kubelet before 1.25 puts one before the hook's own, and takes a ``404`` for an answer like any other."""
    sidecar = start(fresh.address, DRIFT_DRAIN=str(SHORT))
    began = monotonic()
    with request(sidecar, DRAIN.replace(b"/", slashes.encode(), 1)) as hook:
        assert receive_all(hook).startswith(DRAINED)
    assert monotonic() - began >= SHORT


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE", "OPTIONS", "get"])
def test_no_other_method_drains(start: Start, fresh: Model, method: str) -> None:
    """A ``405`` names the one that would have."""
    sidecar = start(fresh.address, DRIFT_DRAIN="0")
    with request(sidecar, f"{method} /healthz/drain HTTP/1.1\r\n\r\n".encode()) as sock:
        answer = receive_all(sock)
    assert answer.startswith(b"HTTP/1.1 405 Method Not Allowed\r\n")
    assert b"\r\nAllow: GET\r\n" in answer
    assert not sidecar.all("drain_asked")


@pytest.mark.parametrize(
    "path", ["/healthz/drain/", "/healthz/drained", "/drain", "/HEALTHZ/DRAIN", "/healthz/live", "/healthz"]
)
def test_no_other_path_drains(start: Start, fresh: Model, path: str) -> None:
    """A probe is a probe, and what is not known is not found."""
    sidecar = start(fresh.address, DRIFT_DRAIN="0")
    assert status(sidecar, "GET", path) in (200, 404)
    assert not sidecar.all("drain_asked")


def test_one_who_waits_is_not_cut_like_a_probe_that_does_not_ask(start: Start, fresh: Model) -> None:
    """A connection has five seconds to ask, and as long as it takes to be answered, even if it ended its own direction."""
    sidecar = start(fresh.address, DRIFT_DRAIN="6")
    with request(sidecar, DRAIN) as hook, request(sidecar, DRAIN[:-2]) as silent:
        finish(hook)
        assert receive_all(silent) == b""
        assert receive_all(hook).startswith(DRAINED)


def test_hanging_up_does_not_stop_the_drain(start: Start, fresh: Model) -> None:
    """Kubelet's patience may end first; what it began goes on, and what it achieved counts."""
    sidecar = start(fresh.address, DRIFT_DRAIN=str(SHORT))
    reset(request(sidecar, DRAIN))
    sidecar.event("drained")
    began = monotonic()
    sidecar.signal(signal.SIGTERM)
    assert sidecar.wait() == 0
    assert monotonic() - began < SHORT + LATE


def test_after_the_drain_sigterm_ends_it_at_once(start: Start, fresh: Model) -> None:
    """Nobody waits a second time, and the engine is asked to flush all the same."""
    sidecar = start(fresh.address, DRIFT_DRAIN="6")
    sidecar.event("engine_up")
    with request(sidecar, DRAIN) as hook:
        assert receive_all(hook).startswith(DRAINED)
    began = monotonic()
    sidecar.signal(signal.SIGTERM)
    assert sidecar.wait() == 0
    assert monotonic() - began < 6
    assert not sidecar.all("engine_killed")
    assert not any(map(alive, sidecar.engines))


def test_who_comes_between_the_drain_and_sigterm_is_served(start: Start, fresh: Model) -> None:
    """Some node has not heard yet that the pod goes; the answer that is due arrives although the relay is told to end."""
    sidecar = start(fresh.address, DRIFT_DRAIN="0")
    with request(sidecar, DRAIN) as hook:
        assert receive_all(hook).startswith(DRAINED)
    with closing(line(sidecar, fresh)) as ends:
        ends.client.sendall(ASK)
        assert receive(ends.model, len(ASK)) == ASK
        sidecar.signal(signal.SIGTERM)
        sidecar.event("draining")
        ends.model.sendall(ANSWER)
        assert receive_all(ends.client) == ANSWER
    assert sidecar.wait() == 0


def test_sigterm_in_the_middle_shortens_nothing_and_begins_nothing_anew(start: Start, fresh: Model) -> None:
    """The seconds are those of the request; who waits for them is answered before the relay ends."""
    sidecar = start(fresh.address, DRIFT_DRAIN="4")
    began = monotonic()
    with request(sidecar, DRAIN) as hook:
        sidecar.event("drain_asked")
        until(lambda: monotonic() > began + 2, "half of the drain is over")
        sidecar.signal(signal.SIGTERM)
        until(lambda: status(sidecar, "GET", "/healthz/ready") == 503, "it is not ready any more")
        with closing(line(sidecar, fresh)) as ends:
            exchange(ends)
        assert receive_all(hook).startswith(DRAINED)
        assert 4 <= monotonic() - began < 2 + 4
    assert sidecar.wait() == 0


def test_being_told_twice_it_lets_nobody_wait(start: Start, fresh: Model) -> None:
    """A hook is answered when the relay ends for any reason, so that its container may end as well."""
    sidecar = start(fresh.address, DRIFT_DRAIN=str(LONG))
    with request(sidecar, DRAIN) as hook:
        sidecar.event("drain_asked")
        sidecar.signal(signal.SIGTERM)
        sidecar.event("draining")
        sidecar.signal(signal.SIGTERM)
        assert receive_all(hook).startswith(DRAINED)
    assert sidecar.wait(SOON) == 0


def test_a_drain_that_no_end_followed_is_forgotten(start: Start, fresh: Model) -> None:
    """A stray request spares a later SIGTERM nothing."""
    sidecar = start(fresh.address, DRIFT_DRAIN=str(SHORT))
    with request(sidecar, DRAIN) as hook:
        assert receive_all(hook).startswith(DRAINED)
    sidecar.event("drain_forgotten")
    began = monotonic()
    sidecar.signal(signal.SIGTERM)
    sidecar.event("draining")
    with closing(line(sidecar, fresh)) as ends:
        exchange(ends)
    assert sidecar.wait() == 0
    assert monotonic() - began >= SHORT


def test_a_stray_request_cuts_no_answer(start: Start, fresh: Model) -> None:
    """However long the answer takes: half of it stays half of it until the model sends the rest."""
    sidecar = start(fresh.address, DRIFT_DRAIN="0")
    with closing(line(sidecar, fresh)) as ends:
        ends.client.sendall(ASK)
        assert receive(ends.model, len(ASK)) == ASK
        ends.model.sendall(ANSWER[:10])
        assert receive(ends.client, 10) == ANSWER[:10]
        ends.client.sendall(ASK)
        assert receive(ends.model, len(ASK)) == ASK
        with request(sidecar, DRAIN) as hook:
            assert receive_all(hook).startswith(DRAINED)
        assert sidecar.event("drained")["connections"] == 1
        ends.model.sendall(ANSWER[10:])
        assert receive(ends.client, len(ANSWER) - 10) == ANSWER[10:]


def test_beside_a_model_that_has_ended_nobody_is_waited_for(start: Start) -> None:
    """A native sidecar is told to end when its model has ended: it would only refuse."""
    model = Model()
    sidecar = start(model.address, DRIFT_DRAIN=str(LONG))
    with closing(line(sidecar, model)) as ends:
        exchange(ends)
    model.close()
    sidecar.signal(signal.SIGTERM)
    assert sidecar.wait(SOON) == 0


def test_a_model_that_ends_while_the_relay_drains_ends_the_drain(start: Start) -> None:
    """And not before it ends, however quiet it is, and without a connection that it would notice."""
    model = Model()
    sidecar = start(model.address, DRIFT_DRAIN=str(LONG))
    began = monotonic()
    sidecar.signal(signal.SIGTERM)
    sidecar.event("draining")
    until(lambda: monotonic() > began + SHORT, "it drains")
    assert not sidecar.ended
    model.sock.setblocking(False)
    with pytest.raises(BlockingIOError):
        model.sock.accept()
    model.close()
    assert sidecar.wait(SOON) == 0


def test_an_answer_under_way_keeps_it_from_taking_its_model_for_gone(start: Start) -> None:
    """A server that ends stops listening first and finishes what it has accepted."""
    model = Model()
    sidecar = start(model.address, DRIFT_DRAIN=str(LONG))
    with closing(line(sidecar, model)) as ends:
        ends.client.sendall(ASK)
        assert receive(ends.model, len(ASK)) == ASK
        model.close()
        sidecar.signal(signal.SIGTERM)
        sidecar.event("draining")
        began = monotonic()
        until(lambda: monotonic() > began + SHORT, "it drains")
        ends.model.sendall(ANSWER)
        assert receive(ends.client, len(ANSWER)) == ANSWER
        ends.model.close()
        assert receive_all(ends.client) == b""
    assert sidecar.wait(SOON) == 0


def test_without_a_model_a_hook_waits_all_the_same(start: Start) -> None:
    """The monitor's clients are given the same time to go elsewhere."""
    sidecar = start(None, DRIFT_DRAIN=str(SHORT))
    began = monotonic()
    with request(sidecar, DRAIN) as hook:
        assert receive_all(hook).startswith(DRAINED)
    assert monotonic() - began >= SHORT
