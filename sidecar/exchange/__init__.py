"""A copy of bytes becomes exchanges.

Glossary
--------
connection
    One TCP connection of a client, and the one the relay opened for it. Bytes go *up* to the model and *down* to the client.
head
    Request line or status line, header fields, and the empty line behind them.
exchange
    One request and its answer (`Exchange`).
watched
    Of an exchange: to be decoded, by its method and path (`watch`).
refusal
    Traffic that was relayed and not read, and why (`Refusal`).
outstanding
    Of a request: waiting for its answer. Pipelining makes more than one.
interim answer
    An answer with a status of 1xx, before the real one.
early answer
    An answer that begins before its request is complete.
gap
    Bytes that the relay did not copy.
unread
    Of a connection: never to be read again, because what is on it is not HTTP/1, or not for certain.
"""

from sidecar.exchange.connection import ConnectionReader
from sidecar.exchange.http1 import MAX_OUTSTANDING
from sidecar.exchange.inflate import inflate
from sidecar.exchange.model import Event, Exchange, Headers, Refusal
from sidecar.exchange.paths import Watch, matches, watch

__all__ = [
    "MAX_OUTSTANDING",
    "ConnectionReader",
    "Event",
    "Exchange",
    "Headers",
    "Refusal",
    "Watch",
    "inflate",
    "matches",
    "watch",
]
