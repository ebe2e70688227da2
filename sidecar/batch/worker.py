"""The process that works on one large batch: ``python -m sidecar.batch.worker``.

It gets the rows as a descriptor that it inherits, and baseline and settings on its standard input; it answers on its standard
output and ends. Its memory and its CPU time are limited before it reads a byte of the rows, so whatever is in them costs this
process and not the engine, which the live window is in. What it says by its exit code is listed in `Exit`.

Everything that it needs is imported before that: an import that runs out of memory fails in ways of its own.
"""

import argparse
import os
import resource
import sys
from contextlib import suppress
from enum import IntEnum
from typing import Any

import orjson

from sidecar.baseline import BaselineError, profile_from_json
from sidecar.baseline.files import open_descriptor
from sidecar.batch import analyse, document
from sidecar.engine.detector import detector_of
from sidecar.settings import Settings

NICE = 5
"""How much less urgent this is than the engine, which is less urgent than the traffic."""


class Exit(IntEnum):
    """What became of the batch."""

    REPORT = 0
    UNREADABLE = 3
    TOO_LARGE = 4


def main() -> int:
    """Work on one batch."""
    options = _options()
    resource.setrlimit(resource.RLIMIT_DATA, (options.memory, options.memory))
    resource.setrlimit(resource.RLIMIT_CPU, (options.seconds, options.seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICE)
    code, said = Exit.TOO_LARGE, b""
    with suppress(MemoryError):
        code, said = _report(orjson.loads(sys.stdin.buffer.read()), options.fd, options.ending)
    sys.stdout.buffer.write(said)
    return code


def _report(order: dict[str, Any], descriptor: int, ending: str) -> tuple[Exit, bytes]:
    """Return the report as JSON, or in words why there is none."""
    profile = None if order["profile"] is None else profile_from_json(order["profile"])
    detector = detector_of(Settings.model_validate(order["settings"]), profile)
    try:
        return Exit.REPORT, orjson.dumps(document(analyse(open_descriptor(descriptor, ending), detector)))
    except BaselineError as error:
        return Exit.UNREADABLE, error.without_source().encode("utf-8", "replace")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--fd", type=int, required=True)
    parser.add_argument("--ending", required=True)
    parser.add_argument("--memory", type=int, required=True)
    parser.add_argument("--seconds", type=int, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
