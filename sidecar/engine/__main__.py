"""``python -m sidecar.engine``: started by the relay, with two inherited descriptors."""

import argparse
import os
import signal
import sys

from sidecar import logs
from sidecar.engine.reload import SettingsFile
from sidecar.settings import SettingsError


def main() -> int:
    """Run the engine until the relay ends it, or has itself ended."""
    parser = argparse.ArgumentParser(prog="sidecar.engine", description="The engine; the relay starts it.")
    parser.add_argument("--monitor-fd", type=int, required=True)
    parser.add_argument("--tap-fd", type=int, required=True)
    parser.add_argument("--config")
    options = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole terminal; the relay decides when we end
    logs.configure(process="engine")
    file = SettingsFile(options.config, os.environ)
    try:
        start = file.at_start()
    except SettingsError as error:
        logs.get_logger("engine").error("settings_rejected", error=str(error))
        return 2
    from sidecar.engine.process import run

    run(start, file, monitor_fd=options.monitor_fd, tap_fd=options.tap_fd)
    return 0


if __name__ == "__main__":
    sys.exit(main())
