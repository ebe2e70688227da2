"""``run``: relay traffic, watch it, serve the monitor."""

import argparse
import os
import sys
from typing import TYPE_CHECKING, NoReturn

from sidecar.cli import COMMANDS, fail
from sidecar.relay.plan import Plan
from sidecar.settings import Settings, SettingsError, load_settings, settings_at_start

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add_parser(subparsers: "_SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("run", help=COMMANDS["run"], description=COMMANDS["run"])
    parser.add_argument("--config", metavar="FILE", help="YAML settings file (DRIFT_CONFIG); the environment wins over it")
    parser.add_argument(
        "--tolerant", action="store_true", help="relay even if the file is missing or wrong, and take it when it is mended"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Read the settings, then let the relay take the place of this process; its engine says what was tolerated."""
    try:
        if options.tolerant:
            settings = settings_at_start(options.config, os.environ).settings
        else:
            settings = load_settings(options.config, os.environ)
    except SettingsError as error:
        return fail(str(error))
    return become_relay(plan_of(settings, options.config))


def plan_of(settings: Settings, config: str | None) -> Plan:
    """Return what the relay needs to know of the settings."""
    return Plan(
        listen=settings.listen,
        upstream=settings.upstream,
        monitor=settings.monitor,
        health=settings.health,
        copying=settings.tap.cpu > 0,
        buffer=settings.tap.buffer,
        max_body=settings.tap.max_body,
        drain=settings.drain,
        config=config,
    )


def become_relay(plan: Plan) -> NoReturn:
    """Run the relay under this process's id, with nothing in memory of what reading the settings took."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, "-m", "sidecar.relay", plan.text()])  # noqa: S606 - our own interpreter and module
