"""``baseline build`` and ``baseline show``: what the traffic will be compared with."""

import argparse
import os
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sidecar.baseline import BaselineError, Built, Choices, build, open_files, read_baseline, show, table, write_profile
from sidecar.baseline.source import Source
from sidecar.cli import COMMANDS, fail
from sidecar.cli.meter import Meter
from sidecar.dispersion import grave, learn

if TYPE_CHECKING:
    from argparse import _SubParsersAction

CONFIG_MAP: Final = 1 << 20
"""Bytes that a ConfigMap may hold."""


def add_parser(subparsers: "_SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("baseline", help=COMMANDS["baseline"], description=COMMANDS["baseline"])
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    maker = actions.add_parser("build", help="make a profile of training data")
    maker.add_argument("inputs", nargs="+", metavar="INPUT", help="Parquet, CSV, JSON or NDJSON files of one table")
    maker.add_argument("-o", "--output", required=True, metavar="FILE", help="where to write the profile")
    maker.add_argument(
        "--categorical", action="append", default=[], metavar="A,B", help="columns of numbers that are categories"
    )
    maker.add_argument("--drop", action="append", default=[], metavar="A,B", help="columns to leave out")
    maker.add_argument("--prediction", metavar="NAME", help="column of the model's answers; becomes the feature `prediction`")
    maker.add_argument(
        "--time-column",
        metavar="NAME",
        help="when each row was: learns how much consecutive rows vary, which lets the sidecar look at the newest rows alone",
    )
    maker.set_defaults(run=run_build)
    viewer = actions.add_parser("show", help="print a baseline for a person")
    viewer.add_argument("file", metavar="FILE", help="a profile, or data that could be a baseline")
    viewer.set_defaults(run=run_show)


def run_build(options: argparse.Namespace) -> int:
    """Build a profile, write it, and say what was found."""
    times: str | None = options.time_column
    dropped = _names(options.drop) | (frozenset() if times is None else frozenset({times}))
    choices = Choices(_names(options.categorical), dropped, options.prediction)
    try:
        with Meter(Path(options.inputs[0]).name) as meter:
            made = _made(open_files(options.inputs, meter), choices, times, _built(options.inputs))
    except BaselineError as error:
        return fail(str(error if error.source else error.at(", ".join(options.inputs))))
    try:
        size = write_profile(made.profile, options.output)
    except OSError as error:
        return fail(f"{options.output}: cannot be written: {error.strerror}")
    _tell(made, options.output, size)
    return 0


def run_show(options: argparse.Namespace) -> int:
    """Print a baseline."""
    try:
        profile = read_baseline(options.file)
    except BaselineError as error:
        return fail(str(error))
    print(f"{options.file}: {show(profile)}")
    return 0


def _made(source: Source, choices: Choices, times: str | None, built: dict[str, str]) -> Built:
    """Make a profile, and learn from the rows' times if there are any."""
    made = build(source, choices, built=built)
    return made if times is None else replace(made, profile=learn(source, made.profile, times, choices))


def _tell(made: Built, output: str, size: int) -> None:
    print(table(made.profile, made.remarks))
    for note in made.notes:
        print(f"note: {note}")
    for name, phi in grave(made.profile).items():
        print(f"note: {name}: a thousand rows in a row are worth {1000 / phi:.0f} independent ones; only large drift will show")
        print("      (if the time column does not say when rows came, build without it)")
    print(f"\n{output}: {made.profile.rows} rows, {size} bytes, fingerprint {made.profile.fingerprint[:16]}")
    if size > CONFIG_MAP:
        print("note: this is more than a ConfigMap can hold; --drop what the model does not depend on")


def _names(options: Sequence[str]) -> frozenset[str]:
    return frozenset(name.strip() for option in options for name in option.split(",") if name.strip())


def _built(inputs: Sequence[str]) -> dict[str, str]:
    """Say when and from what; SOURCE_DATE_EPOCH, the convention of reproducible builds, stops the clock."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    now = int(epoch) if epoch.isdecimal() else time.time()
    at = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"at": at, "from": ", ".join(Path(name).name for name in inputs)}
