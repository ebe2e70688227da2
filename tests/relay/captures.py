"""Conversations of real clients with real model servers, as they were recorded, read as steps to be played again."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

CAPTURES = Path(__file__).resolve().parents[3] / "shared" / "captures"
RESET = "err ConnectionResetError"


class End(Enum):
    """How one side stopped sending."""

    EOF = "eof"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class Step:
    """One side did something: sent `data`, or ended.

    Attributes
    ----------
    upward
        It was the client.
    """

    upward: bool
    data: bytes = b""
    end: End | None = None


@dataclass(frozen=True, slots=True)
class Capture:
    """One recorded connection."""

    name: str
    steps: tuple[Step, ...]

    def sent(self, *, upward: bool) -> bytes:
        """Return all that one side sent."""
        return b"".join(step.data for step in self.steps if step.upward is upward)

    @property
    def size(self) -> int:
        """Bytes of both directions."""
        return sum(len(step.data) for step in self.steps)


def captures() -> list[Capture]:
    """Return every recorded connection; fail when there are none, for then nothing would be proven."""
    files = sorted(CAPTURES.glob("*/timeline*.jsonl"))
    if not files:
        raise FileNotFoundError(f"no recorded conversations in {CAPTURES}: they belong beside the repository")
    return [_read(file) for file in files]


def _read(timeline: Path) -> Capture:
    serial = timeline.name.removeprefix("timeline").removesuffix(".jsonl")
    streams = {
        ">": (timeline.parent / f"request{serial}.bin").read_bytes(),
        "<": (timeline.parent / f"response{serial}.bin").read_bytes(),
    }
    lines = [json.loads(text) for text in timeline.read_text(encoding="utf-8").splitlines()]
    steps = tuple(_ended(_steps(lines, streams)))
    return Capture(timeline.parent.name + serial, steps)


def _steps(lines: list[tuple[float, str, int | str]], streams: dict[str, bytes]) -> Iterator[Step]:
    at = dict.fromkeys(streams, 0)
    for _, side, what in lines:
        if isinstance(what, int):
            yield Step(side == ">", data=streams[side][at[side] : at[side] + what])
            at[side] += what
        else:
            yield Step(side == ">", end=End.RESET if what.startswith(RESET) else End.EOF)
    if any(at[side] != len(stream) for side, stream in streams.items()):
        raise ValueError("a timeline that does not cover what was sent")


def _ended(steps: Iterator[Step]) -> Iterator[Step]:
    """Give each side an end: a reset is the end of both, and whom the recording left open ends in the end."""
    open_sides = {True, False}
    for step in steps:
        yield step
        if step.end is End.RESET:
            return
        if step.end is End.EOF:
            open_sides.discard(step.upward)
    for upward in sorted(open_sides, reverse=True):
        yield Step(upward, end=End.EOF)
