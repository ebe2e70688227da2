"""Delivery to a real receiver that fails first."""

import asyncio
import socket

import pytest
from structlog.testing import capture_logs
from yarl import URL

from sidecar.alerts import Environment, Patience, Webhook
from tests.alerts.world import Receiver, World


def outcomes(webhook: Webhook) -> dict[str, int]:
    """Return what became of the messages, where anything did."""
    return {outcome.value: count for outcome, count in webhook.outcomes.items() if count}


async def test_message_arrives_as_one_json_post(receiver: Receiver, world: World) -> None:
    """A receiver that works gets the body once, marked as JSON."""
    webhook = Webhook(receiver.url, environment=world.environment)
    webhook.send(b'{"id": "a"}')
    await webhook.close(30)
    ((headers, body),) = receiver.got
    assert (headers["Content-Type"], headers["User-Agent"], body) == ("application/json", "drift-sidecar", b'{"id": "a"}')
    assert outcomes(webhook) == {"delivered": 1}


@pytest.mark.parametrize("status", [500, 502, 503, 599, 429])
async def test_receiver_that_recovers_gets_the_message(receiver: Receiver, world: World, status: int) -> None:
    """Server errors and 429 are tried again, after waits that double."""
    receiver.answers = [(status, {})] * 4
    webhook = Webhook(receiver.url, environment=world.environment)
    webhook.send(b"{}")
    await webhook.close(30)
    assert world.waits == [0.75, 1.5, 3.0, 6.0]
    assert len(receiver.got) == 5
    assert outcomes(webhook) == {"delivered": 1}


@pytest.mark.parametrize("status", [301, 307, 400, 401, 404, 408, 410, 422])
async def test_refusal_is_final(receiver: Receiver, world: World, status: int) -> None:
    """A client error or a redirect is not tried again, and nothing follows the redirect."""
    receiver.answers = [(status, {"Location": "/elsewhere"})]
    webhook = Webhook(receiver.url, environment=world.environment)
    webhook.send(b"{}")
    await webhook.close(30)
    assert (len(receiver.got), world.waits, outcomes(webhook)) == (1, [], {"refused": 1})


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("header", ["120", "Thu, 01 Jan 1970 00:18:40 GMT"])
async def test_retry_after_is_honoured(receiver: Receiver, world: World, status: int, header: str) -> None:
    """A receiver that names a time, in seconds or as a date, is left alone until then."""
    receiver.answers = [(status, {"Retry-After": header})]
    webhook = Webhook(receiver.url, environment=world.environment)
    webhook.send(b"{}")
    await webhook.close(30)
    assert (world.waits, outcomes(webhook)) == ([120.0], {"delivered": 1})


async def test_retry_after_beyond_our_patience_is_given_up_at_once(receiver: Receiver, world: World) -> None:
    """Waiting a day for a receiver is no use to anyone, so nothing waits at all."""
    receiver.answers = [(503, {"Retry-After": "86400"})]
    webhook = Webhook(receiver.url, environment=world.environment)
    webhook.send(b"{}")
    await webhook.close(30)
    assert (len(receiver.got), world.waits, outcomes(webhook)) == (1, [], {"given_up": 1})


async def test_receiver_that_never_recovers_is_given_up_in_time(receiver: Receiver, world: World) -> None:
    """All attempts and waits of one message together stay within the total time; the next message is tried again."""
    receiver.answers = [(500, {})] * 20
    webhook = Webhook(receiver.url, patience=Patience(total=20), environment=world.environment)
    webhook.send(b"first")
    await webhook.close(30)
    assert sum(world.waits) == 11.25
    receiver.answers = []
    webhook.send(b"second")
    await webhook.close(30)
    assert receiver.bodies[-1] == b"second"
    assert outcomes(webhook) == {"given_up": 1, "delivered": 1}


async def test_receiver_that_is_not_there_yet_is_tried_again(receiver: Receiver, world: World, unused_tcp_port: int) -> None:
    """A refused connection is a failure like any other; a name that does not exist is too."""
    for url in (f"http://127.0.0.1:{unused_tcp_port}/", "http://nowhere.invalid/"):
        webhook = Webhook(URL(url), patience=Patience(total=1), environment=world.environment)
        webhook.send(b"{}")
        await webhook.close(30)
        assert outcomes(webhook) == {"given_up": 1}
    assert world.waits == [0.75, 0.75]


async def test_receiver_that_hangs_is_left_after_the_time_of_an_attempt(world: World) -> None:
    """A receiver that accepts and says nothing holds the queue no longer than one attempt may take."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = URL.build(scheme="http", host="127.0.0.1", port=mute.getsockname()[1])
        webhook = Webhook(url, patience=Patience(attempt=0.05, total=1), environment=world.environment)
        webhook.send(b"{}")
        await webhook.close(30)
    assert (world.waits, outcomes(webhook)) == ([0.75], {"given_up": 1})


async def test_order_is_kept_through_failures(receiver: Receiver, world: World) -> None:
    """While one message is tried again, those behind it wait."""
    receiver.answers = [(500, {}), (500, {}), (204, {}), (503, {})]
    webhook = Webhook(receiver.url, environment=world.environment)
    for body in (b"1", b"2", b"3"):
        webhook.send(body)
    await webhook.close(30)
    assert receiver.bodies == [b"1", b"1", b"1", b"2", b"2", b"3"]
    assert outcomes(webhook) == {"delivered": 3}


async def test_full_outbox_gives_up_the_oldest(receiver: Receiver, world: World) -> None:
    """Beyond the capacity the newest messages are kept and the loss is counted."""
    webhook = Webhook(receiver.url, environment=world.environment, capacity=2)
    for body in (b"1", b"2", b"3", b"4"):
        webhook.send(body)
    await webhook.close(30)
    assert receiver.bodies == [b"3", b"4"]
    assert outcomes(webhook) == {"delivered": 2, "dropped": 2}


async def test_closing_ends_in_time_and_counts_what_is_left(receiver: Receiver) -> None:
    """A receiver that is down does not hold up the end: at the deadline what is left is dropped."""
    forever = asyncio.Event()
    environment = Environment(sleep=lambda _seconds: forever.wait())
    receiver.answers = [(500, {})]
    webhook = Webhook(receiver.url, environment=environment)
    webhook.send(b"1")
    webhook.send(b"2")
    await asyncio.wait_for(webhook.close(0.05), 5)
    assert outcomes(webhook) == {"dropped": 2}
    assert not webhook.busy


async def test_message_sent_while_the_worker_ends_is_delivered(receiver: Receiver, world: World) -> None:
    """There is no moment at which a message is taken and forgotten."""
    webhook = Webhook(receiver.url, environment=world.environment)
    for pause in range(20):
        webhook.send(b"%d" % pause)
        await receiver.arrived.get()
        for _ in range(pause):
            await asyncio.sleep(0)
    await webhook.close(30)
    assert receiver.bodies == [b"%d" % pause for pause in range(20)]


@pytest.mark.parametrize("status", [404, 500])
async def test_log_names_the_host_and_keeps_the_secret(receiver: Receiver, world: World, status: int) -> None:
    """Tokens in the URL stay out of the log."""
    receiver.answers = [(status, {})] * 20
    webhook = Webhook(receiver.url, patience=Patience(total=2), environment=world.environment)
    with capture_logs() as events:
        webhook.send(b"{}")
        await webhook.close(30)
    assert events
    assert {event["host"] for event in events} == {"127.0.0.1"}
    assert "secret" not in str(events)
