"""``demo``: serve a small model through the sidecar and let its traffic drift.

Exit codes: 0 as promised, or ended with Ctrl-C; 1 the verdict did not go from ok to critical; 2 the demo could not be
set up; 130 interrupted although `--once` had asked for an end.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from sidecar.cli import COMMANDS, fail

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add_parser(subparsers: "_SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    from sidecar.demo import arguments

    parser = subparsers.add_parser("demo", help=COMMANDS["demo"], description=COMMANDS["demo"])
    parser.add_argument(
        "--baseline", type=Path, metavar="FILE", help="what traffic is drawn from and compared with (the sample)"
    )
    arguments.add(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Play the demo until it ends or Ctrl-C."""
    from sidecar.baseline import BaselineError, shipped_sample
    from sidecar.demo import arguments, own, play
    from sidecar.demo.children import DemoError

    try:
        scenario = own.scenario(options.baseline or shipped_sample())
    except (BaselineError, DemoError) as error:
        return fail(str(error))
    return play.run(scenario, arguments.options_of(options))
