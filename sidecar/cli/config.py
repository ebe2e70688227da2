"""``config check`` and ``config schema``: what the settings are, and what they may be."""

import argparse
import json
import os
from typing import TYPE_CHECKING

from sidecar.cli import COMMANDS, fail
from sidecar.settings import SettingsError, json_schema, load_settings

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add_parser(subparsers: "_SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("config", help=COMMANDS["config"], description=COMMANDS["config"])
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    check = actions.add_parser("check", help="read the file and the environment, print the result or every fault")
    check.add_argument("--config", metavar="FILE", help="YAML settings file (DRIFT_CONFIG); the environment wins over it")
    check.set_defaults(run=run_check)
    schema = actions.add_parser("schema", help="print the JSON schema of the settings file")
    schema.set_defaults(run=run_schema)


def run_check(options: argparse.Namespace) -> int:
    """Print the settings in force, or every fault."""
    try:
        settings = load_settings(options.config, os.environ)
    except SettingsError as error:
        return fail(str(error))
    print(settings.model_dump_json(indent=2))
    for key in settings.not_acted_on():
        print(f"note: {key} is accepted, but this version does not act on it")
    return 0


def run_schema(options: argparse.Namespace) -> int:
    """Print the JSON schema."""
    del options
    print(json.dumps(json_schema(), indent=2))
    return 0
