"""``python -m sidecar.relay PLAN``: what ``run`` becomes once it has read the settings."""

import sys

from sidecar import logs
from sidecar.relay.plan import Plan
from sidecar.relay.process import run


def main() -> int:
    """Relay as planned until told to stop; 2 when a port cannot be bound."""
    plan = Plan.read(sys.argv[1])
    logs.configure(process="relay")
    try:
        return run(plan)
    except OSError as error:
        sys.stderr.write(f"drift-sidecar: {error.strerror or error}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())
