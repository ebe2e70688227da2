"""What comes out of a connection: exchanges, and reasons why there is none.

Every request that got an answer is an `Exchange`, because the figures of the model (status classes, latency) are about all of
its traffic. Only a *watched* exchange carries bodies and goes on to the decoders. A `Refusal` is counted traffic too: something
that should have been read and was not, with the one reason that is reported for it. A watched request whose body was left out
gives both, the refusal and the exchange without bodies, so that neither figure lies.

Both are plain values. They are named tuples where they are made for every request, because a frozen dataclass takes three
times as long to make.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sidecar.reasons import TapReason

Headers = Mapping[bytes, bytes]
"""Lower-case names; the last value wins, but values of fields that are lists are joined by a comma."""


class Exchange(NamedTuple):
    """One request and its answer.

    Attributes
    ----------
    method, target
        As in the request line.
    path
        The path of the target, percent-decoded, without query.
    request_body, response_body
        Without chunk framing, with whatever Content-Encoding they had. Empty unless `watched`.
    began, ended
        When the first byte of the request and the last byte of the answer went by, on the clock of the caller.
    watched
        Whether this is traffic to decode.
    response_whole
        False if the answer's body was too large to keep, so that it is not mistaken for an empty one.
    """

    method: bytes
    target: bytes
    path: str
    request_headers: Headers
    request_body: bytes
    status: int
    response_headers: Headers
    response_body: bytes
    began: float
    ended: float
    watched: bool
    response_whole: bool = True


@dataclass(frozen=True, slots=True)
class Refusal:
    """Traffic that was not read: the reason is counted, the detail is for people."""

    reason: TapReason
    detail: str = ""


Event = Exchange | Refusal
