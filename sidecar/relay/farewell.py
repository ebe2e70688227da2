"""The farewell: how a connection that is always busy is ended between two exchanges.

A client that keeps its connection and asks again as soon as it is answered is never idle, so a relay that has to go would
have to cut it in the middle of something. Saying ``Connection: close`` is not possible for one that alters no byte. But a
connection that ends right behind a whole answer is understood by every HTTP client as just that (RFC 9112, 9.3), so for its
last seconds the relay does look at answers, for one thing only: where one ends whose length its head tells. Answers whose
end cannot be told that easily (chunked, until the end of the connection, not HTTP at all) are left alone.
"""

import re

_ANSWER = re.compile(rb"HTTP/1\.[01] [2-5]\d\d[ \r]")
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*\r\n", re.IGNORECASE)


class Farewell:
    r"""Follows the answers on one connection.

    Attributes
    ----------
    due
        Bytes of an answer that are still to come, as far as known.

    Examples
    --------
    >>> farewell = Farewell()
    >>> farewell.ends(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"), farewell.ends(b"body")
    (False, True)
    """

    __slots__ = ("due",)

    def __init__(self) -> None:
        self.due = 0

    def ends(self, data: bytes) -> bool:
        """Return whether an answer is whole with these bytes, the next ones that the model sent."""
        if self.due:
            missing: int | None = self.due - len(data)
        else:
            missing = _missing(data)
        self.due = max(0, missing or 0)
        return missing == 0


def _missing(data: bytes) -> int | None:
    """Return how many bytes the answer that `data` begins still lacks; None when it begins none or its length is not told."""
    head, end, body = data.partition(b"\r\n\r\n")
    if not end or not _ANSWER.match(head):
        return None
    length = _LENGTH.search(head + b"\r\n")
    return None if length is None else int(length[1]) - len(body)
