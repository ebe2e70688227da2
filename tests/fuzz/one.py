"""The process in which one target is fuzzed: atheris follows what the sidecar's code does, and calls the target again."""

import sys

import atheris

with atheris.instrument_imports(include=["sidecar"]):
    from tests.fuzz.targets import TARGETS


def main() -> None:
    """Fuzz the target that the first word names; the others are libFuzzer's."""
    program, target, *options = sys.argv
    atheris.Setup([program, *options], TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
