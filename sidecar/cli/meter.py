"""A line on a terminal that says how far a reading is; nothing anywhere else, for a log needs no line that redraws itself."""

import sys
import time
from typing import Final, Self, TextIO

WIDTH: Final = 30
_SECONDS: Final = 0.1


class Meter:
    """Draws progress, and takes the drawing away at the end.

    A source is read once to find out what its columns are and once to count them; progress that falls back is the
    beginning of another reading.
    """

    def __init__(self, what: str, stream: TextIO | None = None) -> None:
        self._what = what
        self._stream = sys.stderr if stream is None else stream
        self._live = self._stream.isatty()
        self._reading = 1
        self._done = 0
        self._drawn = 0.0

    def __call__(self, done: int, whole: int) -> None:
        """Take note of how much is done, and of how much."""
        if not self._live:
            return
        self._reading += done < self._done
        self._done = done
        now = time.monotonic()
        if now - self._drawn >= _SECONDS:
            self._drawn = now
            share = min(done / whole, 1.0) if whole else 0.0
            filled = "#" * round(WIDTH * share)
            self._write(f"{self._what}, reading {self._reading}: [{filled.ljust(WIDTH)}] {share:4.0%}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._drawn:
            self._write("")

    def _write(self, text: str) -> None:
        self._stream.write(f"\r\x1b[K{text}")
        self._stream.flush()
