"""The messages of a gRPC call.

A body is messages in a row: one byte that says whether it is compressed, four that say how long it is, and the message. Which
compression, ``grpc-encoding`` says, once for all. A unary call has one message; a stream has any number, and comes here in
portions (`sidecar.exchange.http2`).
"""

from typing import Any, Final

import numpy as np

from sidecar.columns import ABSENT, Column, Columns
from sidecar.decode.model import Payload
from sidecar.exchange.inflate import inflate
from sidecar.exchange.model import Headers, Refusal
from sidecar.reasons import TapReason

MAX_MESSAGES: Final = 4096
"""Messages in one portion of a stream."""

_PREFIX: Final = 5
_CONTENT_TYPES: Final = ("application/grpc", "application/grpc+proto")

Message = bytes | memoryview


def called(payload: Payload, *methods: str) -> bool:
    """Whether a payload is a gRPC call of one of these methods, each with its service or without."""
    return is_grpc(payload.content_type) and payload.path.endswith(methods)


def is_grpc(content_type: str) -> bool:
    """Whether a body is messages with protobuf in them.

    Examples
    --------
    >>> is_grpc("application/grpc"), is_grpc("application/grpc-web"), is_grpc("application/grpc+json")
    (True, False, False)
    """
    return content_type in _CONTENT_TYPES


def messages(body: bytes, headers: Headers, limit: int) -> list[Message] | Refusal:
    r"""Return the messages of a body.

    Parameters
    ----------
    limit
        Bytes that all messages together may have, inflated.

    Examples
    --------
    >>> [bytes(message) for message in messages(b"\0\0\0\0\2hi\0\0\0\0\0", {}, 100)]
    [b'hi', b'']
    >>> messages(b"\0\0\0\0\2h", {}, 100).detail
    'a message is cut off'
    """
    view, position, found = memoryview(body), 0, list[Message]()
    while position < len(body):
        start = position + _PREFIX
        position = start + int.from_bytes(view[position + 1 : start], "big")
        if position > len(body) or start > len(body):
            return Refusal(TapReason.BAD_ENVELOPE, "a message is cut off")
        if len(found) == MAX_MESSAGES:
            return Refusal(TapReason.BODY_TOO_LARGE, f"more than {MAX_MESSAGES} messages")
        message = _message(view[start - _PREFIX], view[start:position], headers, limit)
        if isinstance(message, Refusal):
            return message
        limit -= len(message)
        found.append(message)
    return found or Refusal(TapReason.EMPTY, "a call without messages")


def _message(flag: int, data: memoryview, headers: Headers, limit: int) -> Message | Refusal:
    if flag == 0:
        return data
    encoding = headers.get(b"grpc-encoding", b"identity")
    if flag != 1 or encoding == b"identity":
        return Refusal(TapReason.BAD_ENCODING, "a compressed message, and no compression")
    return inflate(bytes(data), encoding, limit)


def together(parts: list[Columns]) -> Columns:
    """Return the rows of several messages, one after the other; what one of them does not speak of is absent there.

    Examples
    --------
    >>> together([Columns(1, {"age": [35]}), Columns(1, {"plan": ["a"]})]).values
    {'age': [35, <Absent.ABSENT: 'absent'>], 'plan': [<Absent.ABSENT: 'absent'>, 'a']}
    """
    if len(parts) == 1:
        return parts[0]
    names = dict.fromkeys(name for part in parts for name in part.values)
    return Columns(sum(part.rows for part in parts), {name: _joined(parts, name) for name in names})


def _joined(parts: list[Columns], name: str) -> Column:
    found = [part.values.get(name) for part in parts]
    arrays = [each for each in found if isinstance(each, np.ndarray)]
    if len(arrays) == len(parts):
        return np.concatenate(arrays)
    cells: list[Any] = []
    for part, column in zip(parts, found, strict=True):
        cells += [ABSENT] * part.rows if column is None else column.tolist() if isinstance(column, np.ndarray) else column
    return cells
