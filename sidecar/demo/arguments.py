"""The options that every demo has, whichever model it plays with."""

import argparse

from sidecar.demo.play import Options
from sidecar.demo.ports import ANY, WELL_KNOWN, Ports


def add(parser: argparse.ArgumentParser) -> None:
    """Add the common options to `parser`."""
    defaults = Options()
    parser.add_argument(
        "--once", action="store_true", help="end after the first critical verdict; exit 0 only if it came as it should"
    )
    parser.add_argument("--rate", type=_positive, default=defaults.rate, metavar="ROWS", help="rows a second (%(default)g)")
    parser.add_argument("--connections", type=int, default=defaults.connections, help="keep-alive connections (%(default)s)")
    parser.add_argument("--seconds", type=_positive, default=defaults.seconds, help="with --once: give up after (%(default)g)")
    parser.add_argument("--seed", type=int, default=defaults.seed, help="which rows are sent (%(default)s)")
    parser.add_argument("--any-ports", action="store_true", help="take free ports, not the well-known ones")
    for name in ("traffic", "monitor", "health", "model"):
        parser.add_argument(f"--{name}-port", type=int, metavar="PORT", help=f"(default {getattr(WELL_KNOWN, name)})")


def options_of(given: argparse.Namespace) -> Options:
    """Return the options that were given on the command line."""
    fallback = ANY if given.any_ports else WELL_KNOWN
    ports = {name: getattr(given, f"{name}_port") for name in ("traffic", "monitor", "health", "model")}
    chosen = Ports(**{name: getattr(fallback, name) if port is None else port for name, port in ports.items()})
    return Options(
        once=given.once, ports=chosen, rate=given.rate, connections=given.connections, seconds=given.seconds, seed=given.seed
    )


def _positive(text: str) -> float:
    value = float(text)
    if not value > 0:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return value
