"""Write lines without ever waiting for the reader.

Standard output of a container is a pipe to the runtime. When its reader stalls (a full disk on the node is enough) a plain
``print`` blocks the event loop and with it, in the relay, the model's traffic. So lines go through a queue that is bounded
in bytes to a thread that may block as long as it likes. What does not fit is left out and counted, newest first, because
the first lines of a trouble tell its cause; once the pipe moves again one line says how many are missing.

Each line is one write: relay and engine share the pipe, and the kernel keeps writes of up to 4096 bytes whole.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

CAPACITY = 1 << 20
_NOT_NOW = 0.01


class ByteStream(Protocol):
    """What lines are written to."""

    def write(self, data: memoryview, /) -> int | None:
        """Write some of `data`, waiting as long as that takes; return how many bytes, None for "not now"."""


class LineWriter:
    """A bounded queue of lines and the thread that writes them.

    Parameters
    ----------
    stream
        Where lines go; it may block and it may fail.
    describe_loss
        Makes the line that says how many lines were left out.
    capacity
        Bytes that may wait.
    """

    def __init__(self, stream: ByteStream, describe_loss: Callable[[int], str], *, capacity: int = CAPACITY) -> None:
        self._stream = stream
        self._describe_loss = describe_loss
        self._capacity = capacity
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._writing = False
        self._lost = 0
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def write(self, line: str) -> None:
        """Take one line, given without its end; return at once."""
        data = line.encode("utf-8", "backslashreplace") + b"\n"
        with self._changed:
            if self._bytes + len(data) > self._capacity:
                self._lost += 1
                return
            self._waiting.append(data)
            self._bytes += len(data)
            self._start()
            self._changed.notify_all()

    def flush(self, timeout: float) -> bool:
        """Wait until everything taken so far is written; return False if `timeout` seconds were too few."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._writing, timeout)

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="log-writer", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._writing = False
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._waiting)
                lines = self._take()
            for line in lines:
                self._write(line)

    def _take(self) -> list[bytes]:
        lines = list(self._waiting)
        if self._lost:
            lines.append(self._describe_loss(self._lost).encode() + b"\n")
        self._waiting.clear()
        self._bytes = self._lost = 0
        self._writing = True
        return lines

    def _write(self, line: bytes) -> None:
        rest = memoryview(line)
        try:
            while rest:
                written = self._stream.write(rest)
                rest = rest[written or 0 :]
                if not written:
                    time.sleep(_NOT_NOW)
        except (OSError, ValueError):
            # A closed or failing standard output leaves nobody to tell.
            return
