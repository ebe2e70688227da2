"""Recorded traffic, read as the tap would have read it.

A recording is a folder or a file:

- a folder with ``request.bin`` and ``response.bin``, all bytes of one connection each way, and ``timeline.jsonl``, which says
  in what order they came (``[seconds, ">" or "<", bytes]``, or ``"eof"``); further connections are ``request.2.bin`` and so on;
- a file with the bytes of a request as they were sent, and its answer: in the next file, or behind the request in the same one.

Without a timeline all requests come before all answers. A request without an answer gets an empty one, so that what it asks can
be looked at.
"""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple

from sidecar.exchange import ConnectionReader, Event, Exchange

_ANSWER = re.compile(rb"HTTP/1\.[01] [1-5]\d\d[ \r]")
_NOTHING = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class RecordingError(Exception):
    """A recording cannot be read; the message names the file."""


class Recording(NamedTuple):
    """One connection: where it was recorded, its steps (direction, bytes), and whether its answers were."""

    source: str
    steps: tuple[tuple[str, bytes], ...]
    answered: bool = True


def recordings(paths: Iterable[str]) -> list[Recording]:
    """Return the connections that files and folders hold.

    Raises
    ------
    RecordingError
        One of them cannot be read.
    """
    found: list[Recording] = []
    for path in map(Path, paths):
        if path.is_dir():
            found += _folder(path)
            continue
        data = _bytes(path)
        if _ANSWER.match(data) and found and not found[-1].answered:
            found[-1] = _pair(found[-1].source, found[-1].steps[0][1], data)
        else:
            found.append(_file(path, data))
    return found


def events(recording: Recording, *, max_body: int) -> Iterator[Event]:
    """Yield what the bytes of a connection mean, whatever the paths of its requests."""
    reader = ConnectionReader(watches=lambda _method, _path: True, max_body=max_body)
    at = 0.0
    for direction, data in recording.steps:
        at += 1.0
        if direction == "up":
            yield from reader.up(data, at)
        elif direction == "down":
            yield from reader.down(data, at)
        else:
            yield from reader.up_end(at) if direction == "up_end" else reader.down_end(at)
    if not recording.answered:
        yield from _answered(reader, at)
    yield from reader.close(at + 1.0)


def _answered(reader: ConnectionReader, at: float) -> Iterator[Event]:
    """Answer one request after the other with nothing, as long as there are some."""
    while found := [event for event in reader.down(_NOTHING, at) if isinstance(event, Exchange)]:
        yield from found


def _folder(folder: Path) -> Iterator[Recording]:
    for number in count(1):
        suffix = "" if number == 1 else f".{number}"
        request = folder / f"request{suffix}.bin"
        if not request.is_file():
            if number == 1:
                raise RecordingError(f"{folder}: has no request.bin")
            return
        yield _connection(folder, suffix, _bytes(request))


def _connection(folder: Path, suffix: str, sent: bytes) -> Recording:
    answer, timeline = folder / f"response{suffix}.bin", folder / f"timeline{suffix}.jsonl"
    if not answer.is_file():
        return Recording(str(folder), (("up", sent),), answered=False)
    received = _bytes(answer)
    if not timeline.is_file():
        return _pair(str(folder), sent, received)
    return Recording(str(folder), tuple(_steps(timeline, {">": sent, "<": received})))


def _steps(timeline: Path, left: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    for number, line in enumerate(_bytes(timeline).splitlines(), 1):
        try:
            _, side, what = json.loads(line)
            direction = {">": "up", "<": "down"}[side]
        except (ValueError, TypeError, KeyError):
            raise RecordingError(f'{timeline}: line {number} is not [seconds, ">" or "<", bytes]') from None
        if type(what) is int and what >= 0:
            yield direction, left[side][:what]
            left[side] = left[side][what:]
        elif what == "eof":
            yield f"{direction}_end", b""
    if any(left.values()):
        raise RecordingError(f"{timeline}: does not account for all bytes")


def _file(path: Path, data: bytes) -> Recording:
    """Return what one file holds: a request, and its answer if that follows it, or lies beside it as recorders name it."""
    behind = _ANSWER.search(data)
    if behind is not None:
        return _pair(str(path), data[: behind.start()], data[behind.start() :])
    if path.name.startswith("request"):
        answer = path.with_name(path.name.replace("request", "response", 1))
        if answer.is_file():
            return _pair(str(path), data, _bytes(answer))
    return Recording(str(path), (("up", data),), answered=False)


def _pair(source: str, sent: bytes, received: bytes) -> Recording:
    return Recording(source, (("up", sent), ("down", received), ("down_end", b"")))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RecordingError(f"{path}: cannot be read: {error.strerror}") from None
