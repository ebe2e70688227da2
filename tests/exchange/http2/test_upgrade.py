"""Where HTTP/1 is upgraded to HTTP/2, the reading goes on."""

import base64

from sidecar.reasons import TapReason
from tests.exchange.http2.talk import OK, Talk, ask, outcome
from tests.exchange.wire import Step

JSON = ("content-type", "application/json")
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def upgraded(body: bytes = b"[1]", *, answered: bytes = b"h2c") -> list[Step]:
    """Return a conversation that HTTP/1 begins and HTTP/2 goes on with."""
    talk = Talk(begin=False)
    settings = talk.client.initiate_upgrade_connection() or b""
    talk.server.initiate_upgrade_connection(settings)
    offer = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: " + settings
    head = b"POST /predict HTTP/1.1\r\nHost: model\r\n%s\r\nContent-Length: %d\r\n\r\n" % (offer, len(body))
    switch = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: %s\r\n\r\n" % answered
    up, down = talk.client.data_to_send(), talk.server.data_to_send()
    talk.client.receive_data(down)
    talk.server.receive_data(up)
    talk.server.send_headers(1, OK)
    talk.server.send_data(1, b"first", end_stream=True)
    talk.settle()
    talk.answer(talk.open(ask("/second"), b"[2]"), b"ok")
    return [("up", head + body), ("down", switch + down), ("up", up), *talk.steps]


def test_an_upgrade_that_is_accepted_is_followed() -> None:
    """The first answer is for the request that HTTP/1 brought, and others come after it."""
    found, why = outcome(upgraded())
    assert why == []
    assert [(one.path, one.request_body, one.response_body) for one in found] == [
        ("/predict", b"[1]", b"first"),
        ("/second", b"[2]", b"ok"),
    ]


def test_an_upgrade_to_something_else_ends_the_reading() -> None:
    """Whatever was offered, the answer says what comes."""
    assert outcome(upgraded(answered=b"websocket")) == ([], [TapReason.UPGRADED])


def test_settings_of_an_upgrade_that_are_none_change_nothing() -> None:
    """They say how large a table may be, and 4096 bytes are the rule."""
    for settings in (b"", b"!!", b"AAEAAEAAAAIAAAA", base64.urlsafe_b64encode(b"\0\1\0\0\0")):
        steps = [
            (kind, data.replace(b"HTTP2-Settings: ", b"HTTP2-Settings: " + settings + b"\r\nX: ")) for kind, data in upgraded()
        ]
        assert len(outcome(steps)[0]) == 2
