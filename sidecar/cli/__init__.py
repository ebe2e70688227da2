"""The command line: one file a command, imported only when it is the one that runs.

``run`` must relay its first byte within half a second, so it may not pay for what ``baseline build`` needs. Exit codes are
the same everywhere: 0 fine, 1 drift where asked to fail on it, 2 usage or bad input.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

COMMANDS = {
    "run": "relay traffic, watch it, serve the monitor",
    "baseline": "build or show a baseline",
    "analyze": "compare files with a baseline, and report",
    "decode": "show what would be read from recorded traffic, and why not",
    "inject": "add the sidecar to pods: the admission webhook, or --dry-run for files",
    "config": "check the settings, or print their schema",
    "demo": "serve a small model through the sidecar and let its traffic drift",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(prog="drift-sidecar", description="The drift monitor beside your model.")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    chosen = next((word for word in arguments if not word.startswith("-")), None)
    for name, summary in COMMANDS.items():
        if name == chosen:
            import_module(f"sidecar.cli.{name}").add_parser(subparsers)
        else:
            subparsers.add_parser(name, help=summary, add_help=False)
    options = parser.parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.run
    try:
        return command(options)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has gone, which is its right
        return 0


def fail(message: str) -> int:
    """Say what is wrong with the input, and return the exit code for it."""
    print(f"drift-sidecar: {message}", file=sys.stderr)
    return 2
