"""``run``: relay traffic, watch it, serve the monitor."""

import argparse
import os
from typing import TYPE_CHECKING

from sidecar.cli import COMMANDS, fail
from sidecar.settings import SettingsError, load_settings

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add_parser(subparsers: "_SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("run", help=COMMANDS["run"], description=COMMANDS["run"])
    parser.add_argument("--config", metavar="FILE", help="YAML settings file (DRIFT_CONFIG); the environment wins over it")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the relay and its engine until SIGTERM."""
    try:
        settings = load_settings(options.config, os.environ)
    except SettingsError as error:
        return fail(str(error))
    from sidecar import logs
    from sidecar.relay import process

    logs.configure(process="relay")
    try:
        return process.run(settings, options.config)
    except OSError as error:
        return fail(error.strerror or str(error))
