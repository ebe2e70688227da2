"""A JSON list, element by element, from a text of which only a piece is held."""

import json
from collections.abc import Iterator
from typing import Final, TextIO

from sidecar.baseline.errors import BaselineError

_BETWEEN: Final = " \t\r\n"


def elements(file: TextIO, piece: int) -> Iterator[object]:
    """Yield the elements of the list that a text is.

    Examples
    --------
    >>> import io
    >>> list(elements(io.StringIO(' [{"age": 35}, {"age": null}] '), piece=4))
    [{'age': 35}, {'age': None}]
    """
    cursor = _Cursor(file, piece)
    cursor.take("[")
    if cursor.next() == "]":
        cursor.take("]")
    else:
        yield cursor.element()
        while cursor.take(",]") == ",":
            yield cursor.element()
    if cursor.next():
        raise BaselineError("is no JSON: there is more after its list")


class _Cursor:
    """A place in a text, and the part of the text that is at hand."""

    def __init__(self, file: TextIO, piece: int) -> None:
        self._file = file
        self._piece = piece
        self._text = ""
        self._place = 0
        self._decoder = json.JSONDecoder()

    def next(self) -> str:
        """Pass over what is between, and return the character that follows; empty at the end."""
        while True:
            while self._place < len(self._text) and self._text[self._place] in _BETWEEN:
                self._place += 1
            if self._place < len(self._text):
                return self._text[self._place]
            if not self._read(self._piece):
                return ""

    def take(self, expected: str) -> str:
        """Pass over one of some characters."""
        found = self.next()
        if not found:
            raise BaselineError("is no JSON: it ends within its list")
        if found not in expected:
            raise BaselineError(f"is no JSON: {' or '.join(expected)} was expected, and there is {found!r}")
        self._place += 1
        return found

    def element(self) -> object:
        """Pass over an element and return it, having read on until it is whole."""
        self.next()
        while True:
            try:
                element, self._place = self._decoder.raw_decode(self._text, self._place)
            except json.JSONDecodeError as error:
                # Twice as much each time, or a long element would be parsed as often as there are pieces in it.
                if not self._read(max(self._piece, len(self._text) - self._place)):
                    raise BaselineError(f"is no JSON: {error.msg}") from None
            else:
                return element

    def _read(self, size: int) -> bool:
        """Let go of what has been passed, and read on; return whether there was more."""
        more = self._file.read(size)
        self._text, self._place = self._text[self._place :] + more, 0
        return bool(more)
