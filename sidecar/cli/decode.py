"""``decode``: what the tap would read from recorded traffic, and why not.

The settings apply as they do in the tap, so that formats and mappings can be tried out before traffic depends on them. What
only `tap.paths` leaves out is decoded all the same, and said to be left out.
"""

import argparse
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson

from sidecar.cli import COMMANDS, fail
from sidecar.columns import ABSENT, Column, Columns, columns_of
from sidecar.decode import Decoded, reading
from sidecar.exchange import Event, Exchange, Refusal, watch
from sidecar.reasons import TapReason
from sidecar.recordings import Recording, RecordingError, events, recordings
from sidecar.settings import Settings, SettingsError, load_settings

if TYPE_CHECKING:
    from argparse import _SubParsersAction

UNWATCHED: Final = "unwatched"
"""Why a request is not read that carries nothing and is none of `tap.paths`."""

_SHOWN: Final = 6
_LONGEST: Final = 24


class Line(NamedTuple):
    """What is said of one exchange; `note` is for people."""

    source: str
    exchange: int
    path: str | None
    watched: bool
    format: str | None
    rows: int
    columns: dict[str, list[Any]]
    predictions: dict[str, list[Any]]
    refused: str | None
    model_version: str | None
    note: str


def add_parser(subparsers: "_SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("decode", help=COMMANDS["decode"], description=COMMANDS["decode"])
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="a folder of a recorded connection, or a raw request, and its answer"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="json: one object for each exchange")
    parser.add_argument("--baseline", metavar="FILE", help="names the values of rows without names (the settings' baseline)")
    parser.add_argument("--config", metavar="FILE", help="YAML settings file (DRIFT_CONFIG); the environment wins over it")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Read the recordings and say what was found."""
    from sidecar.baseline import BaselineError, read_baseline

    try:
        settings = load_settings(options.config, os.environ)
        baseline = options.baseline or settings.baseline
        names = read_baseline(baseline).names if baseline else ()
        found = recordings(options.files)
    except (SettingsError, BaselineError, RecordingError) as error:
        return fail(str(error))
    show = _as_json if options.format == "json" else _as_text
    for line in _lines(found, settings, names):
        show(line)
    return 0


def _lines(found: list[Recording], settings: Settings, names: tuple[str, ...]) -> Iterator[Line]:
    decode = reading(settings.tap, names, answers=True)
    watches = watch(settings.tap.paths)
    number, source = 0, ""
    for recording in found:
        number = number if recording.source == source else 0
        source, exchanges = recording.source, 0
        for event in events(recording, max_body=settings.tap.max_body):
            if isinstance(event, Refusal) and event.reason is TapReason.DESYNCHRONISED and exchanges:
                continue  # bytes behind the last exchange, which are none themselves
            number += 1
            if isinstance(event, Refusal):
                yield _refused(source, number, None if exchanges else _first_path(recording), event)
            else:
                exchanges += 1
                yield _exchange(source, number, event, decode(event), watched=watches(event.method, event.path))


def _first_path(recording: Recording) -> str | None:
    """Return the path of a request that never became an exchange, if it is the first of its connection."""
    head = next((data for direction, data in recording.steps if direction == "up"), b"").split(b"\r\n", 1)[0].split(b" ")
    return head[1].partition(b"?")[0].decode("latin-1") if len(head) == 3 and head[1].startswith(b"/") else None


def _refused(source: str, number: int, path: str | None, why: Refusal) -> Line:
    return Line(source, number, path, True, None, 0, {}, {}, why.reason.value, None, why.detail)


def _exchange(source: str, number: int, event: Event, decoded: Decoded | Refusal, *, watched: bool) -> Line:
    assert isinstance(event, Exchange)  # noqa: S101 -- the caller has looked
    note = "" if watched else f"the tap leaves this out: {event.method.decode()} {event.path} is none of tap.paths"
    if isinstance(decoded, Refusal):
        reason = decoded.reason.value
        if not watched and decoded.reason is TapReason.EMPTY:
            reason = UNWATCHED
        return Line(source, number, event.path, watched, None, 0, {}, {}, reason, None, note or decoded.detail)
    table = decoded.columns or columns_of(decoded.records or [])
    answers = {name: _values(column) for name, column in (decoded.predictions or {}).items()}
    version = decoded.model_version
    return Line(source, number, event.path, watched, decoded.format, table.rows, _columns(table), answers, None, version, note)


def _columns(table: Columns) -> dict[str, list[Any]]:
    return {name: _values(column) for name, column in table.values.items()}


def _values(column: Column) -> list[Any]:
    cells = column.tolist() if hasattr(column, "tolist") else [*column]
    return [None if cell is ABSENT else cell for cell in cells]


def _as_json(line: Line) -> None:
    fields = line._asdict()
    del fields["note"]
    print(orjson.dumps(fields, default=str).decode())


def _as_text(line: Line) -> None:
    print(f"{line.source} #{line.exchange} {line.path or ''}".rstrip())
    if line.refused is not None:
        print(f"  not read: {line.refused}" + (f" ({line.note})" if line.note else ""))
        return
    version = f", model version {line.model_version}" if line.model_version else ""
    print(f"  read as {line.format}: {line.rows} row{'s' * (line.rows != 1)}{version}")
    for name, values in line.columns.items():
        print(f"    {_short(name):24} {_list(values)}")
    if line.predictions:
        print("  answered")
    for name, values in line.predictions.items():
        print(f"    {_short(name):24} {_list(values)}")
    if line.note:
        print(f"  note: {line.note}")


def _list(values: list[Any]) -> str:
    shown = ", ".join(_short(orjson.dumps(value, default=str).decode()) for value in values[:_SHOWN])
    return shown + (f", ... ({len(values)})" if len(values) > _SHOWN else "")


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
