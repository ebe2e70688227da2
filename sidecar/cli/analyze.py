"""``analyze``: files against a baseline, for people and for pipelines."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sidecar.cli import COMMANDS, fail
from sidecar.reasons import Status

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    from sidecar.verdict import Report


def add_parser(subparsers: "_SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "analyze",
        help=COMMANDS["analyze"],
        description=COMMANDS["analyze"],
        epilog="Exit codes: 0 fine, 1 drift at or above --fail-on, 2 usage or bad input. Too little data is not drift.",
    )
    parser.add_argument("inputs", nargs="+", metavar="INPUT", help="Parquet, CSV, JSON or NDJSON files of one table")
    parser.add_argument("--baseline", required=True, metavar="FILE", help="what to compare with, as `baseline build` writes it")
    parser.add_argument("--format", choices=("text", "json", "html"), default="text", help="of the report on standard output")
    parser.add_argument("--fail-on", choices=("warning", "critical"), help="exit with 1 from this status on")
    parser.add_argument("--prediction", metavar="NAME", help="the column with the model's answers, if the baseline has them")
    parser.add_argument("--config", metavar="FILE", help="YAML settings file (DRIFT_CONFIG), for the thresholds")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Analyse the files, print the report, and say by the exit code what it is."""
    from sidecar.baseline import BaselineError
    from sidecar.settings import SettingsError

    source = ", ".join(Path(name).name for name in options.inputs)
    try:
        report = _report(options)
    except BaselineError as error:
        return fail(str(error if error.source else error.at(", ".join(options.inputs))))
    except SettingsError as error:
        return fail(str(error))
    sys.stdout.write(_written(report, options.format, source))
    failing = options.fail_on is not None and report.status.alarming and report.status.rank >= Status(options.fail_on).rank
    return 1 if failing else 0


def _report(options: argparse.Namespace) -> "Report":
    from sidecar.baseline import open_files, read_baseline
    from sidecar.batch import analyse
    from sidecar.cli.meter import Meter
    from sidecar.engine.detector import detector_of
    from sidecar.settings import load_settings

    detector = detector_of(load_settings(options.config, os.environ), read_baseline(options.baseline))
    with Meter(Path(options.inputs[0]).name) as meter:
        return analyse(open_files(options.inputs, meter), detector, prediction=options.prediction)


def _written(report: "Report", form: str, source: str) -> str:
    import orjson

    from sidecar.batch import document, page, text

    if form == "json":
        return orjson.dumps(document(report), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
    return page(report, source) if form == "html" else text(report, source) + "\n"
