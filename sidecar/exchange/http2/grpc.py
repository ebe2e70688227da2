"""What gRPC adds to HTTP/2: messages, and a status of its own.

Over gRPC every answer has the status 200, and whether the call went well is in ``grpc-status``, in the trailers, or in the head
of an answer that has nothing else. So that the figures of a model mean the same for every client, that status is translated
into the HTTP status which Google's own transcoding gives to it (google/rpc/code.proto says which).

A body is messages in a row, each with five bytes before it: whether it is compressed, and its length.
"""

from typing import Final

from sidecar.exchange.heads import AnswerHead
from sidecar.exchange.model import Headers

PREFIX: Final = 5

_CONTENT_TYPE = b"application/grpc"
_HTTP_STATUS: Final = {
    0: 200,  # OK
    1: 499,  # CANCELLED
    2: 500,  # UNKNOWN
    3: 400,  # INVALID_ARGUMENT
    4: 504,  # DEADLINE_EXCEEDED
    5: 404,  # NOT_FOUND
    6: 409,  # ALREADY_EXISTS
    7: 403,  # PERMISSION_DENIED
    8: 429,  # RESOURCE_EXHAUSTED
    9: 400,  # FAILED_PRECONDITION
    10: 409,  # ABORTED
    11: 400,  # OUT_OF_RANGE
    12: 501,  # UNIMPLEMENTED
    13: 500,  # INTERNAL
    14: 503,  # UNAVAILABLE
    15: 500,  # DATA_LOSS
    16: 401,  # UNAUTHENTICATED
}
_UNKNOWN = 500


def is_grpc(headers: Headers) -> bool:
    """Whether a request is a gRPC call, and not gRPC-Web, which is framed in another way.

    Examples
    --------
    >>> is_grpc({b"content-type": b"application/grpc+proto"}), is_grpc({b"content-type": b"application/grpc-web"})
    (True, False)
    """
    kind = headers.get(b"content-type", b"")
    return kind.startswith(_CONTENT_TYPE) and kind[len(_CONTENT_TYPE) :][:1] in (b"", b"+", b";")


def judged(head: AnswerHead) -> AnswerHead:
    """Return an answer, with its trailers among its headers, with the status that the call ended with.

    Examples
    --------
    >>> judged(AnswerHead(200, {b"grpc-status": b"5"}, 0)).status, judged(AnswerHead(200, {}, 0)).status
    (404, 500)
    """
    if head.status != 200:
        return head
    status = head.headers.get(b"grpc-status", b"")
    code = int(status) if status.isdigit() and len(status) < 4 else None
    return head if code == 0 else head._replace(status=_UNKNOWN if code is None else _HTTP_STATUS.get(code, _UNKNOWN))


class Boundaries:
    """Finds where messages end in a body that comes in pieces.

    Attributes
    ----------
    inside
        Whether a message has begun and not ended.
    """

    __slots__ = ("_missing", "_prefix", "inside")

    def __init__(self) -> None:
        self._prefix = b""
        self._missing = 0
        self.inside = False

    def next(self, piece: bytes, position: int) -> int:
        r"""Return where the first message ends in a piece from a position on, or else the end of the piece.

        Examples
        --------
        >>> boundaries = Boundaries()
        >>> boundaries.next(b"\0\0\0\0\2hi\0", 0), boundaries.inside, boundaries.next(b"\0", 0), boundaries.inside
        (7, False, 1, True)
        """
        size = len(piece)
        self.inside = True
        while position < size and self.inside:
            start = position
            if self._missing:
                position = min(start + self._missing, size)
                self._missing -= position - start
            else:
                position = min(start + PREFIX - len(self._prefix), size)
                self._prefix += piece[start:position]
                if len(self._prefix) < PREFIX:
                    break
                self._missing = int.from_bytes(self._prefix[1:], "big")
                self._prefix = b""
            self.inside = self._missing > 0
        return position
